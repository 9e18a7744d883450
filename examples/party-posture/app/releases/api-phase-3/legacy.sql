SELECT w.id, w.wish, w."contactId", w."organizationId", coalesce(c."displayName", o.name) AS name, p.type
FROM "WaitlistEntry" w
    LEFT JOIN "Contact" c ON c.id = w."contactId"
    LEFT JOIN "Organization" o ON o.id = w."organizationId"
    LEFT JOIN "Party" p ON p.id = w."clientPartyId"
ORDER BY w.id
