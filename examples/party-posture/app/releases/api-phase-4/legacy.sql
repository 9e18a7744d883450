SELECT w.id, w.wish, c.id AS "contactId", o.id AS "organizationId", p.name, p.kind AS type
FROM "WaitlistEntry" w
    LEFT JOIN "Party" p ON p.id = w."clientPartyId"
    LEFT JOIN "Contact" c ON c."partyId" = p.id
    LEFT JOIN "Organization" o ON o."partyId" = p.id
ORDER BY w.id
