# Files, machines, containers, clusters, clouds and versions.
rm -rf build /srv/app
rmdir empty
mv app.conf app.conf.bak
cp -a /srv/app /backup/
cp app.conf /etc/app.conf
ln -sfn /srv/v2 /srv/current
truncate -s 0 /var/log/app.log
dd if=/dev/sda of=/backup/disk.img bs=1M
mkfs.ext4 /dev/sdb1
rsync -a --delete src/ host:/srv/app/
rsync -an src/ dst/
scp dump.sql host:/tmp/
tar czf backup.tgz /etc /srv
tar -xzf backup.tgz -C /
tar xf backup.tar
tar -tf backup.tar
tar -cz /srv | ssh store 'cat > srv.tgz'
gzip dump.sql
sed -i 's/a/b/' /etc/app.conf
sed -n 1,5p file
chmod -R 777 /srv
crontab -r
crontab new.cron
crontab -l > cron.bak
iptables -F
iptables -A INPUT -p tcp --dport 80 -j DROP
iptables-save > rules.v4
systemctl stop app.service worker
systemctl enable --now app
systemctl status app
systemctl daemon-reload
service nginx reload
service nginx status
apt-get purge -y postgresql-15
apt-get install -y jq
zfs rollback tank/db@before
zfs snapshot tank/db@before
lvremove -f vg/db
kill -9 123
docker stop web db
docker rm -fv db
docker volume rm shop_data
docker volume prune -f
docker system prune -af --volumes
docker ps -a
docker pull app:2
docker cp db:/dump.sql .
docker compose down
docker compose down -v
docker compose -f a.yml -f b.yml up -d --build web
docker compose stop
docker compose logs -f web
docker-compose -p x down --volumes
docker save app:1 | gzip > app.tgz
kubectl delete pod web-1
kubectl delete deployment/web
kubectl delete pvc/data-db-1
kubectl delete pvc data-db-0
kubectl delete namespace shop
kubectl apply -f deploy.yml
kubectl apply --dry-run=server -f deploy.yml
kubectl rollout undo deployment/web
kubectl rollout status deployment/web
kubectl scale deploy/web --replicas=0
kubectl get pods -o yaml > pods.yml
helm upgrade --install web ./chart -f values.yml
helm rollback web 3
helm uninstall web
helm list
terraform plan -out=plan.bin
terraform apply -auto-approve
terraform apply -destroy
terraform destroy -auto-approve
terraform state rm aws_db_instance.main
terraform state list
aws s3 cp dump.sql s3://backups/dump.sql
aws s3 rm s3://backups/old --recursive
aws s3 sync a s3://b --delete
aws s3 ls s3://backups
aws s3 rb s3://backups --force
aws rds create-db-snapshot --db-instance-identifier shop --db-snapshot-identifier before
aws rds delete-db-instance --db-instance-identifier shop --skip-final-snapshot
aws --profile prod dynamodb delete-table --table-name users
aws ecs update-service --cluster c --service web --task-definition web:41
gcloud sql export sql shop gs://backups/shop.sql.gz --database=shop
gcloud sql instances delete shop
gcloud storage rm gs://backups/old
gsutil cp dump.sql gs://backups/
gsutil -m rsync -d a gs://b
az storage blob upload -c backups -f dump.sql -n dump.sql
az storage blob delete -c backups -n old.sql
rclone sync a remote:b
rclone copy a remote:b
rclone purge remote:old
restic -r repo forget --keep-last 3 --prune
git reset --hard HEAD~1
git reset HEAD~1
git clean -fdx
git clean -n
git revert --no-edit abc123
git push --force origin main
git push origin main
git push origin --delete old
git checkout v1.2.3
git checkout -- src/app.rs
git switch -c topic
git -C /srv/app checkout -f main
git branch -D topic
git stash drop
git log --oneline
git tag v1
npm ci
npm run migrate
npm publish
npx prisma migrate deploy
npx prisma migrate reset --force
npx prisma db push --accept-data-loss
npx knex migrate:rollback
alembic upgrade head
alembic -c prod.ini downgrade -1
alembic current
flyway -url=jdbc:x migrate
flyway clean
flyway info
liquibase --changelog-file=a.xml update
liquibase rollback v1
liquibase drop-all
bundle exec rails db:migrate
bin/rails db:rollback STEP=1
RAILS_ENV=production rake db:drop
rails db:migrate:status
python manage.py migrate app 0003
python3 manage.py flush --no-input
python manage.py showmigrations
python -c 'print(1)'
sqitch deploy db:pg:shop
sqitch revert --to @v1
migrate -path m -database "$URL" up
migrate -path m -database x drop -f
php artisan migrate:fresh
dotnet ef database drop -f
curl -s https://app/health
curl -X POST https://app/maintenance -d on=1
curl -X DELETE https://app/users/1
curl -o app.tgz https://example.org/app.tgz
heroku pg:reset DATABASE_URL --confirm app
make rollback
supabase db reset --linked
supabase db push --dry-run
supabase db dump -f schema.sql
hasura migrate apply --database-name main
wrangler d1 execute shop --remote --command "DROP TABLE carts"
wrangler d1 execute shop --file up.sql
wrangler d1 delete shop
turso db shell shop 'DELETE FROM sessions'
pulumi destroy --yes
argocd app rollback shop 7
argocd app delete shop
kustomize build overlays/prod | kubectl apply -f -
skaffold delete
vercel rollback
invoke-rc.d shop stop
start-stop-daemon --stop --pidfile /run/shop.pid
pg_dropcluster 15 main --stop
envsubst < app.conf.in > /etc/app.conf
patch -p1 -i hotfix.patch
