# Backups of SQLite: whole files in both journal modes, and copies of tables.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/picture.sh"

file="$WORK/a \"b' c.db"
export RBK_SQLITE_FILE="$file" RBK_BACKUP_FILE="$WORK/copy.db" RBK_BACKUP_TABLES=
mkdir -p "$RBK_STATE/tmp"

q() {
    sqlite3 -batch -bail "$file" "$1"
}

# rich MODE: a database with a bit of everything.
rich() {
    rm -f "$file" "$file"-*
    {
        printf 'PRAGMA journal_mode=%s;\n' "$1"
        cat <<'END'
CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, up TEXT AS (upper(name)) STORED, any);
CREATE TABLE orders(id INTEGER PRIMARY KEY, u INT REFERENCES users ON DELETE CASCADE); CREATE TABLE "we""ird"(x, y BLOB);
CREATE TABLE wr(a TEXT PRIMARY KEY, b) WITHOUT ROWID; CREATE TABLE log(what);
CREATE TRIGGER t AFTER DELETE ON users BEGIN INSERT INTO log VALUES ('deleted ' || old.name); END;
CREATE INDEX un ON users(name); CREATE VIEW v AS SELECT * FROM users;
INSERT INTO users(name, any) VALUES ('ann', 1), ('bob', '1'), ('cy', x'00ff'); INSERT INTO orders VALUES (1,1),(2,2);
INSERT INTO "we""ird" VALUES (1.5, x'00'), (NULL, 'it''s'); DELETE FROM "we""ird" WHERE x = 1.5;
INSERT INTO wr VALUES ('k', 9007199254740993);
CREATE TABLE rbk_journal(unit TEXT PRIMARY KEY); INSERT INTO rbk_journal VALUES ('before');
CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO search VALUES ('hello world');
END
    } | sqlite3 -batch -bail "$file" >"$WORK/out"
}

image() {
    sqlite3 -batch "$file" .dump | grep -v rbk_
    sqlite3 -batch "$file" 'SELECT rowid, x FROM "we""ird"'
}

rows() {
    for table in users orders log wr sqlite_sequence; do
        sqlite3 -batch "$file" '.mode quote' "SELECT * FROM $table"
    done
    sqlite3 -batch "$file" '.mode quote' 'SELECT rowid, * FROM "we""ird"'
}

# as_before PRINTS NAME
as_before() {
    "$1" >"$WORK/after"
    same_file "$WORK/before" "$WORK/after" "$2"
}

inode() {
    find "$file" -exec ls -i {} \; | awk '{ print $1 }'
}

for mode in delete wal; do
    rich $mode
    image >"$WORK/before"
    expect 0 "$mode: take" method sqlite.take
    expect 0 "$mode: verify" method sqlite.verify
    same "$(find "$WORK" -name 'copy.db-*')" '' "$mode: the copy is one file"
    q "DROP TABLE orders; ALTER TABLE users ADD COLUMN z; DELETE FROM users; CREATE TABLE later(x); INSERT INTO rbk_journal VALUES ('after')"
    inode=$(inode)
    expect 0 "$mode: restore" method sqlite.restore
    as_before image "$mode: exactly as at the take"
    same "$(q 'SELECT group_concat(unit) FROM rbk_journal')" before,after "$mode: the tables of the record stay"
    same "$(inode)" "$inode" "$mode: the file stays in its place"
    same "$(q 'PRAGMA journal_mode')" $mode "$mode: the journal mode stays"
    q 'DELETE FROM users'
    image >"$WORK/before"
    hold 'BEGIN IMMEDIATE; DELETE FROM wr;' sqlite3 -batch "$file"
    expect fail "$mode: restore while somebody writes" with RBK_LOCK_TIMEOUT=300ms method sqlite.restore
    says 'in use' "$mode: says so"
    printf 'ROLLBACK;\n' >&9
    release
    as_before image "$mode: and changes nothing"
done

rich delete
expect 0 'take' method sqlite.take
size=$(wc -c <"$WORK/copy.db")
dd if="$WORK/copy.db" of="$WORK/cut" bs=1024 count=$((size / 1024 - 4)) 2>"$WORK/out"
: >"$WORK/empty"
printf hello >"$WORK/hello"
{
    dd if="$WORK/copy.db" bs=4096 count=2
    printf '%4096s' garbage
    dd if="$WORK/copy.db" bs=4096 skip=3
} >"$WORK/garbled" 2>"$WORK/out"
image >"$WORK/before"
for damaged in cut empty hello garbled nowhere; do
    expect fail "verify refuses one that is $damaged" with RBK_BACKUP_FILE="$WORK/$damaged" method sqlite.verify
    expect fail "restore refuses one that is $damaged" with RBK_BACKUP_FILE="$WORK/$damaged" method sqlite.restore
done
as_before image 'and nothing was changed'
expect fail 'take of a wrong path' with RBK_SQLITE_FILE="$WORK/none" RBK_BACKUP_FILE="$WORK/n" method sqlite.take
never 'makes no file' [ -e "$WORK/none" ]

rich delete
export RBK_BACKUP_FILE="$WORK/receipt" RBK_BACKUP_TABLES='users
"we""ird"
wr'
rows >"$WORK/before"
expect 0 'copy: take' method table-copy-sqlite.take
expect 0 'copy: verify' method table-copy-sqlite.verify
q "PRAGMA foreign_keys=ON; INSERT INTO users(name) VALUES ('new'); UPDATE users SET name = 'x' WHERE id = 1; DELETE FROM wr;
    INSERT INTO \"we\"\"ird\" VALUES (1,2); VACUUM"
expect 0 'copy: restore' method table-copy-sqlite.restore
as_before rows 'copy: rows, rowids, AUTOINCREMENT; triggers and cascades were asleep'
q "INSERT INTO users(id, name) VALUES (9, 'nine'); INSERT INTO orders VALUES (3, 9)"
rows >"$WORK/before"
expect fail 'copy: others refer to a row that would go' method table-copy-sqlite.restore
says 'foreign keys would be violated' 'copy: says so'
as_before rows 'copy: and changes nothing'
hold 'BEGIN IMMEDIATE;' sqlite3 -batch "$file"
expect fail 'copy: somebody writes' with RBK_LOCK_TIMEOUT=300ms method table-copy-sqlite.restore
says locked 'copy: says so'
release
q 'DELETE FROM orders WHERE id = 3; ALTER TABLE wr DROP COLUMN b; ALTER TABLE wr ADD COLUMN c INT'
expect fail 'copy: columns have changed' method table-copy-sqlite.restore
says 'missing b' 'copy: names the missing'
says 'new c INT' 'copy: and the new'
expect fail 'copy: no such table' with RBK_BACKUP_TABLES=nope method table-copy-sqlite.take
q "DELETE FROM rbk_copy_$(sed -n 's/^copy //p' "$WORK/receipt")_1 WHERE id = 1"
expect fail 'copy: verify sees that rows of it are missing' method table-copy-sqlite.verify
done_testing
