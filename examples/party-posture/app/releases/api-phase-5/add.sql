INSERT INTO "WaitlistEntry" ("tenantId", wish, "clientPartyId")
SELECT "tenantId", :'wish', id FROM "Party" WHERE id = :'party'
RETURNING id
