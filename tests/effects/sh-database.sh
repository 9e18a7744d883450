# Clients, dumps and restores.
psql -c 'DROP TABLE users'
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "ALTER TABLE orders DROP COLUMN note" -c "SELECT 1"
psql -U postgres -d shop --command="UPDATE users SET active = true"
sudo -u postgres psql shop -tAc 'SELECT count(*) FROM orders'
psql shop -f migrations/0007.sql
psql shop < dump.sql
psql shop -f - <<'SQL'
DELETE FROM sessions;
TRUNCATE audit;
SQL
psql shop <<SQL
ALTER TABLE $TABLE ADD COLUMN note text;
DELETE FROM users WHERE id = '$ID';
DROP TABLE old_users;
SQL
psql shop <<-SQL
	CREATE TABLE notes (id int);
	SQL
echo 'DROP TABLE legacy;' | psql shop
printf 'DELETE FROM a;\nDELETE FROM b;\n' | psql shop
cat schema.sql | psql shop
gunzip -c dump.sql.gz | psql shop
generate-sql | psql shop
psql shop -c "$(cat undo.sql)"
psql -l
psql shop -c '\copy users TO users.csv'
psql <<< 'DROP VIEW v'
PGPASSWORD=x psql -h db -c "DROP INDEX i" > /tmp/log 2>&1
mysql -e 'DROP TABLE users' shop
mysql -uroot -psecret shop -e "DELETE FROM carts"
mysql shop < /backup/shop.sql
mariadb --execute='ALTER TABLE t MODIFY a int' shop
mysql shop <<'SQL'
INSERT INTO flags VALUES (1);
SQL
sqlite3 app.db 'DELETE FROM users;'
sqlite3 app.db ".backup 'app.bak'"
sqlite3 app.db '.restore app.bak'
sqlite3 app.db <<'END'
.read undo.sql
.import rows.csv users
END
sqlite3 app.db .dump > app.sql
sqlite3 app.db "UPDATE t SET a = 1" "SELECT * FROM t"
sqlite3 -header app.db 'SELECT * FROM t'
sqlite3 app.db < undo.sql
pg_dump shop > shop.sql
pg_dump -Fc shop -f shop.dump
pg_dump --format=custom --table=users --file=users.dump shop
pg_dump -Fd -j 4 -f backup.d shop
pg_dump -t users -t orders --data-only shop | gzip > rows.sql.gz
pg_dump shop | zstd -T0 | tee copy.zst > shop.zst
pg_dump -Fc shop | aws s3 cp - s3://backups/shop.dump
pg_dump -s shop | gpg -e -r ops -o schema.gpg
pg_dump shop
pg_dumpall --globals-only > roles.sql
pg_restore -d shop shop.dump
pg_restore --clean --if-exists -d shop shop.dump
pg_restore -l shop.dump
pg_restore -d shop < shop.dump
pg_basebackup -D /backup/base -Ft -z
mysqldump shop > shop.sql
mysqldump --single-transaction shop users orders | gzip > two.sql.gz
mysqldump -uroot --databases shop crm --result-file=both.sql
mysqldump --no-data --all-databases > all.sql
mariadb-dump shop users > users.sql
dropdb shop
dropdb --if-exists "$DB"
createdb -O app shop_new
createdb -T shop shop_copy
createuser app
dropuser app
vacuumdb -d shop
pg_isready -h db
pg_ctl stop -D /var/lib/postgresql
mysqladmin drop shop
mysqladmin status
xtrabackup --backup --target-dir=/backup/full
pt-online-schema-change --alter "DROP COLUMN a" D=shop,t=users --execute
redis-cli FLUSHALL
redis-cli -h cache -n 2 flushdb
redis-cli DEL session:1
redis-cli set flag on
redis-cli get flag
redis-cli --scan
mongodump --uri "$MONGO" -d shop -c users -o /backup/mongo
mongodump --archive=shop.archive
mongorestore --drop --archive=shop.archive
mongosh shop --eval 'db.users.drop()'
rabbitmqctl purge_queue jobs
kafka-topics --delete --topic orders
