-- The reading club's database before the migration, on MySQL 8.0 or MariaDB 10.6 and later: mysql club <app/club.sql
--
-- Texts are in the old three-byte Unicode (utf8mb3): 😀, and the letters of some languages, can't be stored.

ALTER DATABASE CHARACTER SET utf8mb3;

CREATE TABLE readers (
    id        INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    nickname  VARCHAR(60) NOT NULL,
    joined_on DATE NOT NULL,
    UNIQUE KEY nickname (nickname)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb3;

CREATE TABLE reviews (
    id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reader_id  INT UNSIGNED NOT NULL,
    book       VARCHAR(120) NOT NULL,
    stars      TINYINT UNSIGNED NULL,
    body       TEXT NOT NULL,
    written_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    KEY of_book (book, written_at),
    CONSTRAINT reviews_reader FOREIGN KEY (reader_id) REFERENCES readers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb3;

CREATE VIEW favourites AS
    SELECT book, AVG(stars) AS stars, COUNT(*) AS reviews FROM reviews GROUP BY book;

SET NAMES utf8mb4;

INSERT INTO readers (id, nickname, joined_on) VALUES
    (1, 'Käthe', '2024-02-11'), (2, 'Grüß', '2024-03-02'), (3, 'łukasz', '2024-03-09'), (4, 'O''Neill', '2025-01-20'),
    (7, '王小明', '2026-08-30');

INSERT INTO reviews (id, reader_id, book, stars, body, written_at) VALUES
    (1, 1, 'Middlemarch', 5, 'Read it twice; the second time slowly.', '2024-05-01 20:00:00'),
    (2, 2, 'Middlemarch', 2, 'Zu lang. Viel zu lang?', '2024-05-03 21:15:00'),
    (3, 3, 'Solaris', 5, 'Nie ma nic lepszego — „ocean”.', '2024-06-10 08:00:00'),
    (5, 4, 'Ulysses', NULL, 'C:\\books\\ulysses: page 12, still.', '2025-02-02 23:59:59'),
    (8, 7, '紅樓夢', 5, '讀了三次，每次都不同。', '2026-09-15 12:00:00'),
    (9, 1, 'Solaris', 3, '', '2026-10-01 07:30:00'),
    (12, 2, 'The Waves', 4, 'Two lines,\n\tand a tab.', '2026-11-11 11:11:11');

-- Reviews that were deleted had higher numbers; nobody is to get them again.
ALTER TABLE reviews AUTO_INCREMENT = 20;
