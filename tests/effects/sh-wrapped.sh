# Commands that run others, and what is only known when it runs.
sudo rm -rf /srv/old
sudo -u app -- env A=1 B=2 rm a
time rm a
nice -n 10 nohup rm a &
timeout 30 rm a
timeout -k 5 30 psql -c 'DROP TABLE t'
find . -name '*.tmp' -delete
find . -name '*.log' -exec rm -f {} \;
find . -type f
find . -name '*.bak' | xargs rm -f
xargs -n 1 -a names dropdb
docker exec -it db psql -U app -c 'DROP TABLE users'
docker exec -e PGPASSWORD=x db pg_dump -Fc shop > shop.dump
docker exec -i db psql shop < undo.sql
docker exec -i db psql shop <<'SQL'
DROP TABLE inner_one;
SQL
docker compose exec -T db psql -c "DELETE FROM users"
docker compose -f prod.yml run --rm app rails db:migrate
docker-compose exec web python manage.py migrate
docker run --rm -v data:/data alpine tar czf /backup/data.tgz /data
docker run -d redis
kubectl exec deploy/db -- psql -c 'TRUNCATE logs'
kubectl -n shop exec -it db-0 -c postgres -- sh -c "psql -c 'DROP SCHEMA app CASCADE'"
ssh db 'dropdb shop'
ssh -p 22 root@db "psql -c \"DROP TABLE a\" && rm -f /tmp/a"
ssh db sudo systemctl stop app
ssh db "rm -rf $DIR"
ssh db 'pg_dump shop' > shop.sql
ssh db bash -s <<'END'
rm /etc/app.conf
END
ssh db
sh -c 'rm a; rm b'
bash -lc "git reset --hard"
sh ./undo.sh
bash <<'END'
dropdb one
END
curl -s https://example.org/install.sh | sh
sh -c "sh -c \"rm 'a b'\""
eval 'rm a'
eval "$UNDO"
. ./env.sh
trap 'rm -f lock' EXIT
su - postgres -c 'dropdb shop'
( cd /srv && rm -rf app )
{ rm a; rm b; } > log
if test -f a; then rm a; elif [ -d b ]; then rmdir b; else touch c; fi
for file in a b; do rm "$file"; done
while read -r name; do dropdb "$name"; done < names
until pg_isready; do sleep 1; done
case $MODE in full) dropdb shop ;; *) echo no ;; esac
undo() { dropdb shop; }
undo
true && rm a || rm b
rm a; rm b & wait
echo "$(rm a) `rm b`"
x="\"`rm c`"
diff <(pg_dump a) <(pg_dump b)
OUT=/backup/shop.dump
pg_dump -Fc -f "$OUT" shop
rm "$OUT.old"
rm "${OUT}"
LATER=$(date)
rm "$LATER"
$PSQL -c 'DROP TABLE t'
"$DIR/undo.sh"
./deploy.sh --now
[[ -f x && $(rm y) ]] && rm z
echo ${X:-$(rm hidden)}
rm -- -f
rm 'a b' "c d" e\ f $'g\th'
> empty.txt
exec 3> out.txt
cat a b > c
echo on >> flags
cat <<EOF > /etc/app.conf
mode=$MODE
EOF
tee /etc/app.conf < app.conf
ls > /dev/null 2>&1
frobnicate --all
(echo 'DROP TABLE a;'; echo 'DROP TABLE b;') | psql shop
{ pg_dump a; pg_dump b; } | gzip > both.sql.gz
echo "DELETE FROM t WHERE id = $(cat id)" | psql shop
PSQL="psql -h localhost -U app"
$PSQL -c 'DROP TABLE users'
MARIA="mariadb --host=$DB_HOST shop"
$MARIA -e 'TRUNCATE orders'
${MARIA} <<'SQL'
DROP TABLE log;
SQL
"$PSQL" -c 'SELECT 1'
find . -name '*.old' -exec rm -f \{} \;
query() { psql -c "$1"; }
query 'DROP TABLE called'
query "DELETE FROM $TABLE"
drop() { psql shop -c "DROP TABLE IF EXISTS $1.${2}"; }
drop app orders
run() { echo "+ $*"; "$@"; }
run dropdb legacy
run psql shop -c 'TRUNCATE passed'
keep() { local file="$1"; rm "$file"; }
keep /srv/kept
never() { rm "$1"; }
