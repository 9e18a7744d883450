-- BreederHQ after phase 3 of the Party migration: every row that names a contact or an organization names its Party as well.
-- Release phase-3 reads the old columns and writes both; phase 4 drops the old ones.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'breeder_writer') THEN
        CREATE ROLE breeder_reader;
        CREATE ROLE breeder_writer;
        CREATE ROLE breeder_app LOGIN IN ROLE breeder_reader, breeder_writer;
    END IF;
END $$;

CREATE TYPE "PartyType" AS ENUM ('CONTACT', 'ORGANIZATION');

CREATE TABLE "Tenant" (
    id   serial PRIMARY KEY,
    slug text NOT NULL UNIQUE
);

CREATE TABLE "Party" (
    id          serial PRIMARY KEY,
    "tenantId"  integer NOT NULL REFERENCES "Tenant",
    type        "PartyType" NOT NULL,
    name        text NOT NULL,
    email       text,
    "createdAt" timestamp NOT NULL DEFAULT now()
);
CREATE INDEX "Party_tenantId_type_idx" ON "Party" ("tenantId", type);

-- What people and firms were before there was a Party; each has one since phase 2.
CREATE TABLE "Contact" (
    id            serial PRIMARY KEY,
    "tenantId"    integer NOT NULL REFERENCES "Tenant",
    "displayName" text NOT NULL,
    email         text,
    "partyId"     integer NOT NULL UNIQUE REFERENCES "Party"
);

CREATE TABLE "Organization" (
    id         serial PRIMARY KEY,
    "tenantId" integer NOT NULL REFERENCES "Tenant",
    name       text NOT NULL,
    email      text,
    "partyId"  integer NOT NULL UNIQUE REFERENCES "Party"
);

CREATE TABLE "User" (
    id          serial PRIMARY KEY,
    email       text NOT NULL UNIQUE,
    "contactId" integer UNIQUE REFERENCES "Contact",
    "partyId"   integer UNIQUE REFERENCES "Party",
    "updatedAt" timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "Animal" (
    id                    serial PRIMARY KEY,
    "tenantId"            integer NOT NULL REFERENCES "Tenant",
    name                  text NOT NULL,
    species               text NOT NULL CHECK (species IN ('DOG', 'CAT', 'HORSE')),
    "buyerContactId"      integer REFERENCES "Contact",
    "buyerOrganizationId" integer REFERENCES "Organization",
    "buyerPartyType"      "PartyType",
    "buyerPartyId"        integer REFERENCES "Party",
    "updatedAt"           timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "AnimalOwner" (
    id               serial PRIMARY KEY,
    "animalId"       integer NOT NULL REFERENCES "Animal",
    "contactId"      integer REFERENCES "Contact",
    "organizationId" integer REFERENCES "Organization",
    "partyType"      "PartyType" NOT NULL,
    "partyId"        integer NOT NULL REFERENCES "Party",
    percent          integer NOT NULL CHECK (percent BETWEEN 1 AND 100),
    "updatedAt"      timestamp NOT NULL DEFAULT now(),
    UNIQUE ("animalId", "contactId"),
    UNIQUE ("animalId", "partyId")
);

CREATE TABLE "BreedingAttempt" (
    id                   serial PRIMARY KEY,
    "damId"              integer NOT NULL REFERENCES "Animal",
    "studOwnerContactId" integer REFERENCES "Contact",
    "studOwnerPartyId"   integer REFERENCES "Party",
    "attemptedOn"        date NOT NULL,
    "updatedAt"          timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "Offspring" (
    id                    serial PRIMARY KEY,
    "damId"               integer NOT NULL REFERENCES "Animal",
    name                  text NOT NULL,
    "buyerContactId"      integer REFERENCES "Contact",
    "buyerOrganizationId" integer REFERENCES "Organization",
    "buyerPartyId"        integer REFERENCES "Party",
    "updatedAt"           timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "WaitlistEntry" (
    id               serial PRIMARY KEY,
    "tenantId"       integer NOT NULL REFERENCES "Tenant",
    wish             text NOT NULL,
    "contactId"      integer REFERENCES "Contact",
    "organizationId" integer REFERENCES "Organization",
    "clientPartyId"  integer REFERENCES "Party",
    "updatedAt"      timestamp NOT NULL DEFAULT now()
);
CREATE INDEX "WaitlistEntry_contactId_idx" ON "WaitlistEntry" ("contactId");
CREATE INDEX "WaitlistEntry_clientPartyId_idx" ON "WaitlistEntry" ("clientPartyId");

CREATE TABLE "Invoice" (
    id               serial PRIMARY KEY,
    number           text NOT NULL UNIQUE,
    cents            bigint NOT NULL CHECK (cents >= 0),
    "contactId"      integer REFERENCES "Contact",
    "organizationId" integer REFERENCES "Organization",
    "clientPartyId"  integer REFERENCES "Party",
    "updatedAt"      timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "Contract" (
    id    serial PRIMARY KEY,
    title text NOT NULL
);

CREATE TABLE "ContractParty" (
    id               serial PRIMARY KEY,
    "contractId"     integer NOT NULL REFERENCES "Contract",
    "contactId"      integer REFERENCES "Contact",
    "organizationId" integer REFERENCES "Organization",
    "partyId"        integer NOT NULL REFERENCES "Party",
    "updatedAt"      timestamp NOT NULL DEFAULT now()
);

CREATE TABLE "OffspringContract" (
    id                    serial PRIMARY KEY,
    "offspringId"         integer NOT NULL REFERENCES "Offspring",
    "buyerContactId"      integer REFERENCES "Contact",
    "buyerOrganizationId" integer REFERENCES "Organization",
    "buyerPartyId"        integer REFERENCES "Party",
    "updatedAt"           timestamp NOT NULL DEFAULT now()
);

-- All that the applications may write hangs on one role: taking it away from breeder_app closes the database to them, and
-- giving it back opens it as it was.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO breeder_reader;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO breeder_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO breeder_writer;
REVOKE INSERT, UPDATE, DELETE ON "Tenant" FROM breeder_writer;

-- ── what `npm run validate:sql` asks ─────────────────────────────────────────────────────────────────────────────

CREATE SCHEMA validation;

-- Where a row names a Party, and whether it has to.
CREATE TABLE validation.party_columns (
    entity   text PRIMARY KEY,
    "column" text NOT NULL,
    required boolean NOT NULL
);
INSERT INTO validation.party_columns VALUES
    ('WaitlistEntry', 'clientPartyId', true),
    ('AnimalOwner', 'partyId', true),
    ('BreedingAttempt', 'studOwnerPartyId', false),
    ('Offspring', 'buyerPartyId', false),
    ('Animal', 'buyerPartyId', false),
    ('User', 'partyId', false),
    ('Invoice', 'clientPartyId', true),
    ('ContractParty', 'partyId', true),
    ('OffspringContract', 'buyerPartyId', true);

CREATE VIEW validation.party_references AS
    SELECT 'WaitlistEntry' AS entity, id, "clientPartyId" AS party_id, "updatedAt" AS updated_at FROM "WaitlistEntry"
    UNION ALL SELECT 'AnimalOwner' AS entity, id, "partyId" AS party_id, "updatedAt" AS updated_at FROM "AnimalOwner"
    UNION ALL SELECT 'BreedingAttempt' AS entity, id, "studOwnerPartyId" AS party_id, "updatedAt" AS updated_at FROM "BreedingAttempt"
    UNION ALL SELECT 'Offspring' AS entity, id, "buyerPartyId" AS party_id, "updatedAt" AS updated_at FROM "Offspring"
    UNION ALL SELECT 'Animal' AS entity, id, "buyerPartyId" AS party_id, "updatedAt" AS updated_at FROM "Animal"
    UNION ALL SELECT 'User' AS entity, id, "partyId" AS party_id, "updatedAt" AS updated_at FROM "User"
    UNION ALL SELECT 'Invoice' AS entity, id, "clientPartyId" AS party_id, "updatedAt" AS updated_at FROM "Invoice"
    UNION ALL SELECT 'ContractParty' AS entity, id, "partyId" AS party_id, "updatedAt" AS updated_at FROM "ContractParty"
    UNION ALL SELECT 'OffspringContract' AS entity, id, "buyerPartyId" AS party_id, "updatedAt" AS updated_at FROM "OffspringContract";

-- All that phase 4 drops, one line a row that has any of it. Columns are named in every branch, because a dump that is restored
-- would otherwise spell the same view with names of its own.
CREATE VIEW validation.legacy_identities AS
    SELECT entity, id, contact_id, organization_id, party_type
    FROM (
        SELECT 'WaitlistEntry' AS entity, id, "contactId" AS contact_id, "organizationId" AS organization_id, NULL::"PartyType" AS party_type
        FROM "WaitlistEntry"
        UNION ALL SELECT 'AnimalOwner' AS entity, id, "contactId", "organizationId", "partyType" FROM "AnimalOwner"
        UNION ALL SELECT 'BreedingAttempt' AS entity, id, "studOwnerContactId", NULL::integer AS o, NULL::"PartyType" AS t FROM "BreedingAttempt"
        UNION ALL SELECT 'Offspring' AS entity, id, "buyerContactId", "buyerOrganizationId", NULL::"PartyType" AS t FROM "Offspring"
        UNION ALL SELECT 'Animal' AS entity, id, "buyerContactId", "buyerOrganizationId", "buyerPartyType" FROM "Animal"
        UNION ALL SELECT 'User' AS entity, id, "contactId", NULL::integer AS o, NULL::"PartyType" AS t FROM "User"
        UNION ALL SELECT 'Invoice' AS entity, id, "contactId", "organizationId", NULL::"PartyType" AS t FROM "Invoice"
        UNION ALL SELECT 'ContractParty' AS entity, id, "contactId", "organizationId", NULL::"PartyType" AS t FROM "ContractParty"
        UNION ALL SELECT 'OffspringContract' AS entity, id, "buyerContactId", "buyerOrganizationId", NULL::"PartyType" AS t FROM "OffspringContract"
    ) AS named
    WHERE coalesce(contact_id, organization_id) IS NOT NULL OR party_type IS NOT NULL;
