SELECT w.id, w.wish, w."clientPartyId", p.name, p.kind
FROM "WaitlistEntry" w LEFT JOIN "Party" p ON p.id = w."clientPartyId"
ORDER BY w.id
