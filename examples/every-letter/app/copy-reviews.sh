# copy-reviews.sh FROM TO BATCH: makes the rows of the table TO those of the table FROM, so many numbers at a time, while both are in
# use. It writes only what differs: it can be killed, run again, and run the other way round. Letters of four bytes become
# question marks, for only one of the tables can hold any; when it copies towards that one there are none yet.
#
# RBK_MYSQL_CLIENT and RBK_MYSQL_DEFAULTS hold the connection.
set -eu
from=$1 to=$2 batch=$3

ask() {
    printf '%s\n' "SET NAMES utf8mb4; SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO', innodb_lock_wait_timeout = 5;" "$1" |
        "$RBK_MYSQL_CLIENT" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --raw --skip-column-names
}

book="REGEXP_REPLACE(f.book, '[\\\\x{10000}-\\\\x{10FFFF}]', '?')"
body="REGEXP_REPLACE(f.body, '[\\\\x{10000}-\\\\x{10FFFF}]', '?')"
last=$(ask "SELECT GREATEST((SELECT IFNULL(MAX(id), 0) FROM $from), (SELECT IFNULL(MAX(id), 0) FROM $to))")
above=0
while [ "$above" -lt "$last" ]; do
    upto=$((above + batch))
    ask "DELETE t FROM $to t LEFT JOIN $from f ON f.id = t.id WHERE t.id > $above AND t.id <= $upto AND f.id IS NULL;
        REPLACE INTO $to (id, reader_id, book, stars, body, written_at)
            SELECT f.id, f.reader_id, $book, f.stars, $body, f.written_at
            FROM $from f LEFT JOIN $to t ON t.id = f.id AND t.reader_id = f.reader_id AND t.stars <=> f.stars
                AND t.written_at = f.written_at AND HEX(t.book) = HEX($book) AND HEX(t.body) = HEX($body)
            WHERE f.id > $above AND f.id <= $upto AND t.id IS NULL;"
    above=$upto
done

# A number that was given once is not given again. MySQL keeps what it says of tables for a day unless it is told.
next=$(ask "/*!80000 SET SESSION information_schema_stats_expiry = 0 */;
    SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '$from'")
ask "ALTER TABLE $to AUTO_INCREMENT = $next"
