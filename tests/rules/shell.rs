//! What shell does and what its status says: variations that are caught, and near misses.

use super::near::{catches, example, silent, with};

#[test]
fn a_restore_reads_what_the_take_writes() {
    let rule = "backup/format-mismatch";
    let plan = example(rule, "Caught");
    let restore = "pg_restore --clean --if-exists -1 -d orders \"$RBK_BACKUP_FILE\"";
    silent(rule, &with(&plan, restore, "psql -v ON_ERROR_STOP=1 -1 -f \"$RBK_BACKUP_FILE\""));
    let archive = with(&plan, "pg_dump >", "pg_dump --format=custom >");
    silent(rule, &archive);
    catches(rule, &with(&archive, restore, "psql -v ON_ERROR_STOP=1 -1 -f \"$RBK_BACKUP_FILE\""));
    silent(rule, &with(&plan, "pg_dump >", "pg_dump -Fd -j 4 -f "));
    catches(rule, &with(&archive, "--clean --if-exists -1 -d orders", "-d orders -t customers"));
    silent(rule, &with(&archive, "--clean --if-exists -1 -d orders", "-d orders -1 -a -t customers"));
    let packed = with(&with(&plan, "pg_dump >", "pg_dump | gzip >"), restore, "psql -v ON_ERROR_STOP=1 -1 -f \"$RBK_BACKUP_FILE\"");
    catches(rule, &packed);
    silent(
        rule,
        &with(&packed, "psql -v ON_ERROR_STOP=1 -1 -f \"$RBK_BACKUP_FILE\"", "gunzip -c \"$RBK_BACKUP_FILE\" | psql -v ON_ERROR_STOP=1 -1"),
    );
    // Whoever dumps, and whatever packs.
    let file = "\"$RBK_BACKUP_FILE\"";
    let both = |take: &str, back: &str| with(&with(&plan, "pg_dump >\"$RBK_BACKUP_FILE\"", take), restore, back);
    for (take, back) in [
        ("mysqldump shop | gzip >F", "mysql shop <F"),
        ("docker exec db mysqldump shop | gzip >F", "docker exec -i db mysql shop <F"),
        ("mysqldump shop | zstd >F", "gunzip -c F | mysql shop"),
        ("mysqldump shop >F", "zcat F | mysql shop"),
        ("mysqldump shop | gpg -c >F", "mysql shop <F"),
        ("pg_dump | age -r key >F", "psql -v ON_ERROR_STOP=1 -1 -f F"),
        ("mongodump --archive=F --gzip", "mongorestore --archive=F --drop"),
    ] {
        catches(rule, &both(&take.replace('F', file), &back.replace('F', file)));
    }
    for (take, back) in [
        ("mysqldump shop >F", "mysql shop <F"),
        ("mysqldump shop | pigz >F", "zcat F | mysql shop"),
        ("pg_dump -Z9 >F", "gunzip -c F | psql -v ON_ERROR_STOP=1 -1"),
        ("mysqldump shop | gpg -c >F", "gpg -d F | mysql shop"),
        ("mysqldump shop | gzip >F", "./unpack F | mysql shop"),
        ("mysqldump shop | gzip >F", "tar -xzf F -C /srv/dump\n    mysql shop </srv/dump/shop.sql"),
        ("mongodump --archive=F --gzip", "mongorestore --archive=F --gzip --drop"),
        ("mysqldump shop >/srv/shop.sql\n    gzip -c /srv/shop.sql >F", "gzip -dc F | mysql shop"),
    ] {
        silent(rule, &both(&take.replace('F', file), &back.replace('F', file)));
    }
}

#[test]
fn a_file_is_named_once() {
    let rule = "backup/name-not-bound";
    let plan = example(rule, "Mended");
    let take = "pg_dump -Fc >\"$RBK_BACKUP_FILE\"";
    catches(rule, &with(&plan, take, "mkdir /srv/b_$(date +%s)\n    pg_dump -Fc >\"/srv/b_$(date +%s)/$RBK_BACKUP_FILE\""));
    silent(rule, &with(&plan, take, "now=$(date +%s)\n    mkdir \"/srv/b_$now\"\n    pg_dump -Fc >\"$RBK_BACKUP_FILE\""));
    silent(rule, &with(&plan, take, "echo \"begun at $(date)\"\n    pg_dump -Fc >\"$RBK_BACKUP_FILE\"\n    echo \"done at $(date)\""));
    let copied = |file: &str| {
        with(&plan, "  restore takes 20m\n", &format!("  copy ```sh\n    aws s3 cp {file} s3://vault/\n  ```\n  restore takes 20m\n"))
    };
    catches(rule, &copied("orders_*.dump"));
    silent(rule, &copied("\"$RBK_BACKUP_FILE\""));
}

#[test]
fn a_status_is_worth_something() {
    let rule = "check/exit-status-lies";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "curl -s http://localhost:8000/health", code);
    silent(rule, &run("curl --silent --fail http://localhost:8000/health"));
    silent(rule, &run("curl -s http://localhost:8000/health | grep -q ok"));
    silent(rule, &with(&plan, "  timeout 10s\n", "  expect output \"ok\"\n  timeout 10s\n"));
    catches(rule, &run("psql -f question.sql"));
    catches(rule, &run("psql <<'SQL'\n    SELECT 1;\n    SQL"));
    silent(rule, &run("psql -v ON_ERROR_STOP=1 -f question.sql"));
    silent(rule, &run("psql -c 'SELECT 1/count(*) FROM orders'"));
    catches(rule, &run("pg_dump orders | gzip >orders.gz"));
    silent(rule, &with(&run("pg_dump orders | gzip >orders.gz"), "run ```sh", "run ```bash"));
    catches(rule, &run("./ask || true"));
    silent(rule, &run("rm -f lock || true"));
    silent(rule, &run("./ask || exit 1"));
}

#[test]
fn a_check_can_say_no() {
    let rule = "check/vacuous";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "ps aux | grep site-server", code);
    silent(rule, &run("ps aux | grep '[s]ite-server'"));
    silent(rule, &run("ps aux | grep site-server | grep -v grep"));
    for code in [
        "alembic current",
        "python -m alembic current",
        "git log -1",
        "pg_dump -s orders | wc -l",
        "psql -c \"SELECT count(*) FROM orders\"",
    ] {
        catches(rule, &run(code));
        silent(rule, &with(&run(code), "  timeout 10s\n", "  expect output \"4f1c2a\"\n  timeout 10s\n"));
    }
    silent(rule, &run("alembic current | grep -q 4f1c2a"));
    silent(rule, &run("test -f /srv/ready"));
    let query = |sql: &str, expect: &str| {
        let asked = format!("check site-answers \"The site answers\" on db {{\n  query ```sql\n    {sql}\n  ```\n  expect {expect}");
        let run = "check site-answers \"The site answers\" {\n  run ```sh\n    ps aux | grep site-server\n  ```";
        with(&plan, run, &asked)
    };
    catches(rule, &query("SELECT count(*) FROM orders", ">= 0"));
    silent(rule, &query("SELECT count(*) FROM orders", ">= 1"));
    let orphans = "SELECT j.id FROM journals j JOIN users u ON j.user_id = u.id WHERE u.id IS NULL";
    catches(rule, &query(orphans, "empty"));
    silent(rule, &query(&orphans.replace("JOIN", "LEFT JOIN"), "empty"));
    silent(rule, &query(&orphans.replace("u.id IS", "u.email IS"), "empty"));
    catches(rule, &query("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'", "> 0"));
    silent(rule, &query("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()", "> 0"));
}

#[test]
fn what_is_watched_may_end() {
    let rule = "check/never-ends";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "tail -f /var/log/site.log | grep ready", code);
    catches(rule, &run("watch -n 30 'curl -s http://localhost/health'"));
    silent(rule, &run("tail -n 100 /var/log/site.log | grep ready"));
    silent(rule, &run("tail -f /var/log/site.log | grep -q ready"));
    silent(rule, &run("tail -f /var/log/site.log >seen &\n    sleep 5"));
    catches(rule, &run("kubectl logs -f deploy/site"));
    silent(rule, &run("kubectl logs deploy/site"));
}

#[test]
fn going_back_names_where_to() {
    let rule = "reversal/relative";
    let plan = example(rule, "Caught");
    let undo = |code: &str| with(&plan, "alembic downgrade -1", code);
    for code in [
        "python -m alembic downgrade -2",
        ".venv/bin/alembic -c alembic.ini downgrade -1",
        "git checkout HEAD~1 -- config/",
        "rails db:rollback STEP=2",
        "kubectl rollout undo deploy/api",
        "helm rollback api",
        "git revert --no-edit HEAD",
    ] {
        catches(rule, &undo(code));
    }
    for code in [
        "alembic downgrade base",
        "git checkout v1.8.3 -- config/",
        "rails db:migrate:down VERSION=20260301",
        "kubectl rollout undo deploy/api --to-revision=12",
        "helm rollback api 12",
        "git revert --no-edit 4f1c2a",
    ] {
        silent(rule, &undo(code));
    }
}

#[test]
fn a_wipe_is_whole_or_has_a_way_on() {
    let rule = "reversal/not-atomic";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "--clean --if-exists -d orders", "--clean --if-exists -e -j 4 -d orders"));
    silent(rule, &with(&plan, "--clean --if-exists -d orders", "-f out.sql"));
    let wipe = "  take by-hand\n  step wipe \"Empty them\" on db {\n    destroys new_orders, new_lines\n    do ```sh\n      ./wipe\n    ```\n  }\n  undo add-note\n";
    let mended = example(rule, "Mended");
    catches(rule, &with(&mended, "  undo add-note\n", wipe));
    silent(
        rule,
        &with(
            &mended,
            "  undo add-note\n",
            &wipe.replace("    do ```sh\n      ./wipe\n    ```\n", "    do ```sh\n      ./wipe\n    ```\n    verify orders-answer\n"),
        ),
    );
    silent(rule, &with(&mended, "  undo add-note\n", &wipe.replace(", new_lines", "")));
}

#[test]
fn a_variable_is_declared_set_or_done_without() {
    let rule = "reference/undeclared-variable";
    let plan = example(rule, "Caught");
    let undo = |code: &str| with(&plan, "alembic -x tenant=\"$TENANT\" downgrade 4f1c2a", code);
    for code in [
        "TENANT=a\n      alembic -x tenant=\"$TENANT\" downgrade 4f1c2a",
        "alembic -x tenant=\"${TENANT:-a}\" downgrade 4f1c2a",
        "awk '{ print $TENANT }' list",
        "cd \"$HOME\" && psql \"$DATABASE_URL\" -c 'SELECT 1'",
        ". ./env && echo \"$TENANT\"",
        "for TENANT in a b; do echo \"$TENANT\"; done",
        "echo \"$1 $RBK_RUN $PGHOST $?\"",
    ] {
        silent(rule, &undo(code));
    }
    catches(rule, &undo("pg_dump -h $DB_HOST >dump"));
    catches(rule, &undo("echo \"$(cat \"$LIST\")\""));
}

#[test]
fn what_is_fetched_has_a_version() {
    let rule = "reference/floating-ref";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "npx ask-site http://localhost:8000", code);
    silent(rule, &run("npx --no-install ask-site"));
    silent(rule, &run("npx @scope/ask-site@2.1.0"));
    catches(rule, &run("npx @scope/ask-site"));
    catches(rule, &run("docker pull postgres"));
    silent(rule, &run("docker pull registry:5000/postgres:16.2"));
    catches(rule, &run("docker run --rm ask-site:latest"));
    silent(rule, &run("docker run --rm ask-site:2.1"));
}

#[test]
fn a_verification_reads_the_backup() {
    let rule = "backup/unverified";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "test -s \"$RBK_BACKUP_FILE\"", "test -s \"$RBK_BACKUP_FILE\"\n    gunzip -t \"$RBK_BACKUP_FILE\""));
    catches(rule, &with(&plan, "test -s \"$RBK_BACKUP_FILE\"", "ls -l \"$RBK_BACKUP_FILE\" && du -h \"$RBK_BACKUP_FILE\""));
}

#[test]
fn a_value_in_quotes_is_one_word() {
    let rule = "sh/unquoted";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "curl -f $RBK_URL/health", code);
    for code in ["url=$RBK_URL\n    curl -f \"$url\"", "test $# -eq 0 && exit $?", "curl -f \"${RBK_URL}/health\"", "echo '$RBK_URL'"] {
        silent(rule, &run(code));
    }
    catches(rule, &run("curl -f \"x\"$RBK_URL"));
}

#[test]
fn what_programs_no_longer_take_is_told() {
    let rule = "sh/deprecated";
    let plan = example(rule, "Caught");
    let take = |code: &str| with(&plan, "pg_dump -i -Fc >", &format!("{code}\n    pg_dump -Fc >"));
    for code in [
        "mongo shop --eval 'db.stats()'",
        "helm delete shop --purge",
        "sudo apt-key add key.asc",
        "kubectl -v=1 get deploy shop -o yaml --export",
        "ssh web1 'pg_dumpall --oids'",
        "aws ecr get-login",
        "redis-cli slaveof no one",
        "python3 manage.py syncdb",
    ] {
        catches(rule, &take(code));
    }
    for code in [
        "mongosh shop",
        "helm delete shop",
        "echo 'helm delete --purge shop'",
        "kubectl get deploy shop -o yaml",
        "aws ecr get-login-password",
        "pg_dump --inserts -Fc -f x",
        "redis-cli replicaof no one",
        "mysql_upgrade",
        "./mongo-notes",
    ] {
        silent(rule, &take(code));
    }
    let mysql = "target shop \"Shop\" mysql { url $SHOP_URL }\n\nphase migrate";
    catches(rule, &with(&take("mysql_upgrade"), "phase migrate", mysql));
}
