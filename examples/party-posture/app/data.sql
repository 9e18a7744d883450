-- Two breeders with their clients; some clients are firms, some rows name nobody, which is as it should be.

INSERT INTO "Tenant" (slug) VALUES ('elm-hollow'), ('north-barn');

INSERT INTO "Party" ("tenantId", type, name, email, "createdAt") VALUES
    (1, 'CONTACT', 'Ines Albrecht', 'ines@example.org', '2026-03-02 09:00'),
    (1, 'CONTACT', 'Tomasz Wrona', 'tomasz@example.org', '2026-03-02 09:00'),
    (1, 'CONTACT', 'Grace Okoye', NULL, '2026-03-02 09:00'),
    (1, 'ORGANIZATION', 'Elm Hollow Kennels', 'office@elm-hollow.example.org', '2026-03-02 09:00'),
    (1, 'ORGANIZATION', 'Valley Veterinary', 'desk@valley-vet.example.org', '2026-03-02 09:00'),
    (2, 'CONTACT', 'Jon Arnarson', 'jon@example.org', '2026-03-02 09:00'),
    (2, 'CONTACT', 'Mei Tanaka', 'mei@example.org', '2026-03-02 09:00'),
    (2, 'ORGANIZATION', 'North Barn Horses', 'hello@north-barn.example.org', '2026-03-02 09:00');

INSERT INTO "Contact" ("tenantId", "displayName", email, "partyId")
    SELECT "tenantId", name, email, id FROM "Party" WHERE type = 'CONTACT' ORDER BY id;
INSERT INTO "Organization" ("tenantId", name, email, "partyId")
    SELECT "tenantId", name, email, id FROM "Party" WHERE type = 'ORGANIZATION' ORDER BY id;

INSERT INTO "User" (email, "contactId", "partyId", "updatedAt") VALUES
    ('ines@example.org', 1, 1, '2026-11-01 10:00'),
    ('jon@example.org', 4, 6, '2026-11-01 10:00'),
    ('support@example.org', NULL, NULL, '2026-11-01 10:00');

INSERT INTO "Animal" ("tenantId", name, species, "buyerContactId", "buyerOrganizationId", "buyerPartyType", "buyerPartyId", "updatedAt") VALUES
    (1, 'Alba', 'DOG', NULL, NULL, NULL, NULL, '2026-11-02 10:00'),
    (1, 'Brisa', 'DOG', 2, NULL, 'CONTACT', 2, '2026-11-02 10:00'),
    (1, 'Cosmo', 'CAT', NULL, 2, 'ORGANIZATION', 5, '2026-11-02 10:00'),
    (2, 'Dusk', 'HORSE', NULL, NULL, NULL, NULL, '2026-11-02 10:00'),
    (2, 'Ember', 'HORSE', 5, NULL, 'CONTACT', 7, '2026-11-02 10:00');

INSERT INTO "AnimalOwner" ("animalId", "contactId", "organizationId", "partyType", "partyId", percent, "updatedAt") VALUES
    (1, NULL, 1, 'ORGANIZATION', 4, 60, '2026-11-03 10:00'),
    (1, 1, NULL, 'CONTACT', 1, 40, '2026-11-03 10:00'),
    (2, 2, NULL, 'CONTACT', 2, 100, '2026-11-03 10:00'),
    (3, NULL, 2, 'ORGANIZATION', 5, 100, '2026-11-03 10:00'),
    (4, NULL, 3, 'ORGANIZATION', 8, 100, '2026-11-03 10:00'),
    (5, 5, NULL, 'CONTACT', 7, 100, '2026-11-03 10:00');

INSERT INTO "BreedingAttempt" ("damId", "studOwnerContactId", "studOwnerPartyId", "attemptedOn", "updatedAt") VALUES
    (1, 3, 3, '2026-09-14', '2026-11-04 10:00'),
    (4, 4, 6, '2026-10-01', '2026-11-04 10:00'),
    (4, NULL, NULL, '2026-10-20', '2026-11-04 10:00');

INSERT INTO "Offspring" ("damId", name, "buyerContactId", "buyerOrganizationId", "buyerPartyId", "updatedAt") VALUES
    (1, 'Finch', 2, NULL, 2, '2026-11-05 10:00'),
    (1, 'Gale', NULL, 2, 5, '2026-11-05 10:00'),
    (1, 'Hazel', NULL, NULL, NULL, '2026-11-05 10:00');

INSERT INTO "WaitlistEntry" ("tenantId", wish, "contactId", "organizationId", "clientPartyId", "updatedAt") VALUES
    (1, 'a bitch of the spring litter', 2, NULL, 2, '2026-11-06 10:00'),
    (1, 'two dogs for therapy', NULL, 2, 5, '2026-11-06 10:00'),
    (1, 'whatever comes first', 3, NULL, 3, '2026-11-06 10:00'),
    (2, 'a foal of Dusk', 5, NULL, 7, '2026-11-06 10:00');

INSERT INTO "Invoice" (number, cents, "contactId", "organizationId", "clientPartyId", "updatedAt") VALUES
    ('EH-1001', 120000, 2, NULL, 2, '2026-11-07 10:00'),
    ('EH-1002', 240000, NULL, 2, 5, '2026-11-07 10:00'),
    ('NB-0001', 890000, 5, NULL, 7, '2026-11-07 10:00');

INSERT INTO "Contract" (title) VALUES ('Sale of Brisa'), ('Co-ownership of Alba');
INSERT INTO "ContractParty" ("contractId", "contactId", "organizationId", "partyId", "updatedAt") VALUES
    (1, 2, NULL, 2, '2026-11-08 10:00'),
    (1, NULL, 1, 4, '2026-11-08 10:00'),
    (2, 1, NULL, 1, '2026-11-08 10:00'),
    (2, NULL, 1, 4, '2026-11-08 10:00');

INSERT INTO "OffspringContract" ("offspringId", "buyerContactId", "buyerOrganizationId", "buyerPartyId", "updatedAt") VALUES
    (1, 2, NULL, 2, '2026-11-09 10:00'),
    (2, NULL, 2, 5, '2026-11-09 10:00');
