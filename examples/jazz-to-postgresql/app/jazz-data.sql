-- Stands for production's Jazz store; for rehearsals. Passwords are hashed as Better Auth does it: salt:scrypt.

PRAGMA foreign_keys = ON;
BEGIN;

INSERT INTO accounts VALUES
    ('co_zAda', 'ada@example.org', 'Ada', 'feaf741f09f50d85:2f4b28521260d9532c2fad89ef923465', '2023-03-11T07:00:00.000Z', '2024-08-01T18:30:00.050Z'),
    ('co_zBea', 'bea@example.org', 'Béa', 'f4cf2640eca58a4b:7734cbdb0e94b28bbc18d6f1950fcbbc', '2023-04-11T07:00:00.000Z', '2024-09-02T18:30:00.150Z'),
    ('co_zCleo', 'cleo@example.org', 'Cleo O''Hara', '5df95b7807592c49:ee4fce4f9c7f275785da033b2b61c0be', '2023-05-11T07:00:00.000Z', '2024-08-03T18:30:00.250Z'),
    ('co_zDov', 'dov@example.org', 'Dov', 'c7521ec5030feeee:1dd3978053bc26529b6773476828119a', '2023-06-11T07:00:00.000Z', '2024-09-04T18:30:00.350Z'),
    ('co_zEve', 'eve@example.org', 'Eve', 'de8f9e56f913d632:9466aa58e032106aac41622b217017f7', '2023-07-11T07:00:00.000Z', '2024-08-05T18:30:00.450Z'),
    ('co_zCanary', 'canary@lunary.example.org', 'Canary', 'de8735adf6301f7e:37e7ff8a172f9fdfc61692150062f2d7', '2023-08-11T07:00:00.000Z', '2024-09-06T18:30:00.550Z');

INSERT INTO documents VALUES
    ('co_d001', 'co_zAda', 'profile', '{"birthday": "1990-06-21", "pronouns": "she"}', '2024-08-02T09:00:00.000Z'),
    ('co_d002', 'co_zAda', 'birth-chart', '{"sun": "Cancer", "moon": "Libra", "rising": "Leo"}', '2024-09-03T09:01:00.000Z'),
    ('co_d003', 'co_zAda', 'personal-card', '{"card": "The High Priestess", "reason": "born on the 21st"}', '2024-08-04T09:02:00.000Z'),
    ('co_d004', 'co_zAda', 'location', '{"place": "London", "lat": 51.50735, "lon": -0.12776}', '2024-09-05T09:03:00.000Z'),
    ('co_d005', 'co_zAda', 'note', '{"words": "new moon: start again", "gone": "no"}', '2024-08-06T09:04:00.000Z'),
    ('co_d006', 'co_zAda', 'note', '{"words": "50% of it\\wow | done \"here\"", "gone": "no"}', '2024-09-07T09:05:00.000Z'),
    ('co_d007', 'co_zBea', 'profile', '{"birthday": "1985-01-02", "pronouns": "she"}', '2024-08-08T09:06:00.000Z'),
    ('co_d008', 'co_zBea', 'birth-chart', '{"sun": "Capricorn", "moon": "Aries", "rising": "Virgo"}', '2024-09-09T09:07:00.000Z'),
    ('co_d009', 'co_zBea', 'location', '{"place": "Orléans", "lat": 47.9029, "lon": 1.9039}', '2024-08-10T09:08:00.000Z'),
    ('co_d010', 'co_zCleo', 'profile', '{"birthday": "2000-02-29", "pronouns": "they"}', '2024-09-11T09:09:00.000Z'),
    ('co_d011', 'co_zCleo', 'personal-card', '{"card": "The Fool", "reason": ""}', '2024-08-12T09:00:00.000Z'),
    ('co_d012', 'co_zCleo', 'note', '{"words": "first\nand second line", "gone": "no"}', '2024-09-13T09:01:00.000Z'),
    ('co_d013', 'co_zDov', 'profile', '{"birthday": "1978-11-05", "pronouns": "he"}', '2024-08-14T09:02:00.000Z'),
    ('co_d014', 'co_zDov', 'birth-chart', '{"sun": "Scorpio", "moon": "Scorpio", "rising": "Taurus"}', '2024-09-15T09:03:00.000Z'),
    ('co_d015', 'co_zDov', 'location', '{"place": "Haifa", "lat": 32.794, "lon": 34.98957}', '2024-08-16T09:04:00.000Z'),
    ('co_d016', 'co_zEve', 'profile', '{"birthday": "1999-12-31", "pronouns": "she"}', '2024-09-17T09:05:00.000Z'),
    ('co_d017', 'co_zEve', 'note', '{"words": "thrown away", "gone": "yes"}', '2024-08-18T09:06:00.000Z'),
    ('co_d018', 'co_zCanary', 'profile', '{"birthday": "2001-01-01", "pronouns": "it"}', '2024-09-19T09:07:00.000Z'),
    ('co_d019', 'co_zCanary', 'birth-chart', '{"sun": "Capricorn", "moon": "Pisces", "rising": "Gemini"}', '2024-08-20T09:08:00.000Z'),
    ('co_d020', 'co_zCanary', 'personal-card', '{"card": "The Star", "reason": "born on the first"}', '2024-09-21T09:09:00.000Z'),
    ('co_d021', 'co_zCanary', 'location', '{"place": "Greenwich", "lat": 51.47783, "lon": 0.0}', '2024-08-22T09:00:00.000Z');

COMMIT;
