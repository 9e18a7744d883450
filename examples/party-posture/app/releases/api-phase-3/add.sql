INSERT INTO "WaitlistEntry" ("tenantId", wish, "contactId", "clientPartyId")
SELECT "tenantId", :'wish', id, "partyId" FROM "Contact" WHERE "partyId" = :'party'
RETURNING id
