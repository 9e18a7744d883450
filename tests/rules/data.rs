//! Near misses of the rules about what checks look at, what dumps leave out, and statements that fail on what is there.

use super::near::{catches, example, silent, with};

#[test]
fn a_check_that_only_looks_leaves_nothing_behind() {
    let rule = "check/has-side-effects";
    let plan = example(rule, "Caught");
    let insert = "psql -v ON_ERROR_STOP=1 -c \"INSERT INTO orders (customer) VALUES ('test')\"";
    let run = |script: &str| with(&plan, insert, script);
    for looks in [
        "psql -c 'SELECT 1/count(*) FROM orders'",
        "curl -f https://shop.example/health >answer.txt && grep -q ok answer.txt && rm -f answer.txt",
        "curl -fsS -X POST https://shop.example/api/login -d @secret",
        "psql -c \"BEGIN; INSERT INTO orders (customer) VALUES ('test'); ROLLBACK\"",
        "psql -c 'CREATE TEMPORARY TABLE t AS SELECT 1; SELECT count(*) FROM t'",
        "./smoke-test.sh",
        "systemctl is-active shop",
        "kubectl get pods | grep -q Running",
    ] {
        silent(rule, &run(looks));
    }
    for writes in [
        "curl -fsS -X POST https://shop.example/api/orders -d @order",
        "curl -fsS -d @order https://shop.example/api/orders",
        "curl -fsS -X DELETE https://shop.example/api/orders/1",
        "systemctl restart shop",
        "rm -rf /srv/shop/cache",
        "git checkout main",
        "psql -c 'TRUNCATE orders'",
    ] {
        catches(rule, &run(writes));
    }
    let query = |sql: &str| {
        let from = format!("  run ```sh\n    {insert}\n  ```\n");
        with(&plan, &from, &format!("  query ```sql\n    {sql}\n  ```\n  expect empty\n"))
    };
    silent(rule, &query("SELECT id FROM orders WHERE total IS NULL"));
    catches(rule, &query("DELETE FROM orders WHERE total IS NULL RETURNING id"));
}

#[test]
fn a_check_may_be_about_anything_unless_all_of_it_is_read() {
    let rule = "check/partial";
    let plan = example(rule, "Caught");
    let also = |check: &str| {
        let plan = with(&plan, "phase migrate", &format!("check other \"Other\" {check}\n\nphase migrate"));
        with(&plan, "    verify same-orders\n", "    verify same-orders, other\n")
    };
    catches(rule, &also("{\n  run ```sh\n    curl -f https://shop.example/health\n  ```\n}"));
    silent(rule, &also("{\n  run ```sh\n    ./smoke-test.sh\n  ```\n}"));
    silent(rule, &also("{\n  ask \"Do the new pages show lines?\"\n}"));
    silent(rule, &also("on db {\n  query ```sql\n    SELECT count(*) FROM pg_class WHERE reltuples = 0\n  ```\n  expect 0\n}"));
    // What is made and filled anew has one table that matters.
    silent(rule, &with(&plan, "INSERT INTO lines_v2 SELECT * FROM lines WHERE quantity > 0;", "DROP TABLE lines_v2;"));
    silent(rule, &with(&plan, "    verify same-orders\n", ""));
}

#[test]
fn a_dump_that_holds_what_the_plan_says_is_wide_enough() {
    let rule = "backup/scope-too-narrow";
    let plan = example(rule, "Caught");
    let take = |script: &str| with(&plan, "pg_dump -Fc --schema-only >\"$RBK_BACKUP_FILE\"", script);
    for whole in [
        "pg_dump -Fc >\"$RBK_BACKUP_FILE\"",
        "pg_dump -Fc -n public >\"$RBK_BACKUP_FILE\"",
        "pg_dump -Fc -T 'log_*' >\"$RBK_BACKUP_FILE\"",
        "pg_dump -s >schema.sql\n    pg_dump -Fc -a >\"$RBK_BACKUP_FILE\"",
        "./dump-rows.sh\n    pg_dump -Fc -s >\"$RBK_BACKUP_FILE\"",
        "pg_dump -Fc -t 'public.*' >\"$RBK_BACKUP_FILE\"",
        "supabase db dump -f schema.sql\n    supabase db dump --data-only -f rows.sql",
    ] {
        silent(rule, &take(whole));
    }
    for narrow in [
        "pg_dump -Fc -s >\"$RBK_BACKUP_FILE\"",
        "pg_dump -Fc -t orders >\"$RBK_BACKUP_FILE\"",
        "pg_dump -Fc -a >\"$RBK_BACKUP_FILE\"",
        "pg_dumpall --globals-only >\"$RBK_BACKUP_FILE\"",
        "supabase db dump -f \"$RBK_BACKUP_FILE\"",
        "pg_dump -s | gzip >\"$RBK_BACKUP_FILE\"",
    ] {
        catches(rule, &take(narrow));
    }
    let tables = with(&take("pg_dump -Fc -t orders >\"$RBK_BACKUP_FILE\""), "by hand\" of db {", "by hand\" of db tables orders {");
    silent(rule, &tables);
    catches(rule, &with(&tables, "tables orders {", "tables orders, lines {"));
    // The rows lie in another backup.
    let beside =
        with(&plan, "phase migrate", "backup rows \"The rows\" of db {\n  file \"rows.dump\"\n  method pg_dump custom\n}\n\nphase migrate");
    silent(rule, &with(&beside, "  take by-hand\n", "  take by-hand, rows\n"));
    // A restore that picks one table.
    let picks = with(&take("pg_dump -Fc >\"$RBK_BACKUP_FILE\""), "-1 -d orders", "-1 -t orders -d orders");
    catches(rule, &picks);
}

#[test]
fn a_database_without_sessions_can_be_dropped() {
    let rule = "sql/drop-connected-database";
    let plan = example(rule, "Caught");
    silent(
        rule,
        &with(&plan, "DROP DATABASE reports;", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity;\n      DROP DATABASE reports;"),
    );
    silent(rule, &with(&plan, "DROP DATABASE reports;", "DROP TABLE reports;"));
    silent(rule, &with(&plan, "postgres { url $ADMIN_URL }", "mariadb { url $ADMIN_URL }"));
    let address = |name: &str| {
        with(&example(rule, "Mended"), "postgres { url $ADMIN_URL }", &format!("postgres {{ url \"postgresql://db.example/{name}\" }}"))
    };
    silent(rule, &address("postgres"));
    catches(rule, &address("reports"));
    let shell = |script: &str| {
        let sql = "    do ```sql\n      DROP DATABASE reports;\n      CREATE DATABASE reports;\n    ```\n";
        with(&plan, sql, &format!("    do ```sh\n      {script}\n    ```\n"))
    };
    catches(rule, &shell("psql -d \"$DB_NAME\" -c \"DROP DATABASE $DB_NAME\""));
    catches(rule, &shell("dropdb reports"));
    silent(rule, &shell("dropdb --force reports"));
    silent(rule, &shell("psql -d postgres -c 'DROP DATABASE reports WITH (FORCE)'"));
}

#[test]
fn rows_that_somebody_looked_at_or_wrote_stand_in_no_way() {
    let rule = "sql/fails-on-data";
    let plan = example(rule, "Caught");
    let index = "CREATE UNIQUE INDEX customers_email ON customers (email);";
    let sql = |statements: &str| with(&plan, index, statements);
    for fails in [
        "ALTER TABLE customers ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE customers ADD CONSTRAINT u UNIQUE (email);",
        "ALTER TABLE customers ADD PRIMARY KEY (id);",
        "ALTER TABLE customers ADD CONSTRAINT c CHECK (age > 0);",
        "ALTER TABLE customers ADD CONSTRAINT f FOREIGN KEY (city) REFERENCES cities (id);",
        "ALTER TABLE customers ADD COLUMN phone text NOT NULL;",
        "CREATE UNIQUE INDEX CONCURRENTLY customers_email ON customers (email);",
    ] {
        catches(rule, &sql(fails));
    }
    for holds in [
        "UPDATE customers SET email = '' WHERE email IS NULL;\n      ALTER TABLE customers ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE customers ADD CONSTRAINT c CHECK (age > 0) NOT VALID;",
        "ALTER TABLE customers ADD COLUMN phone text NOT NULL DEFAULT '';",
        "ALTER TABLE customers ADD COLUMN number bigserial NOT NULL;",
        "ALTER TABLE customers ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;",
        "ALTER TABLE customers ADD COLUMN phone text;\n      CREATE UNIQUE INDEX i ON customers (phone) WHERE phone IS NOT NULL;",
        "ALTER TABLE customers ADD CONSTRAINT u UNIQUE USING INDEX customers_email;",
        "CREATE TABLE fresh (id int NOT NULL, email text);\n      CREATE UNIQUE INDEX i ON fresh (email);",
        "CREATE TABLE fresh (id int PRIMARY KEY, email text NOT NULL UNIQUE);",
        "CREATE INDEX customers_email ON customers (email);",
    ] {
        silent(rule, &sql(holds));
    }
    let mysql = with(&sql("ALTER TABLE customers ADD COLUMN phone varchar(20) NOT NULL;"), "postgres {", "mariadb {");
    catches(rule, &mysql);
}

#[test]
fn a_value_that_is_kept_or_can_be_computed_back_is_not_lost() {
    let rule = "sql/in-place-transform";
    let plan = example(rule, "Caught");
    let sql = |statement: &str| with(&plan, "UPDATE customers SET email = lower(email);", statement);
    for kept in [
        "UPDATE customers SET visits = visits + 1;",
        "UPDATE customers SET email = coalesce(email, '');",
        "UPDATE customers SET email = lower(name);",
        "UPDATE customers SET email = (SELECT max(email) FROM others);",
        "CREATE TABLE customers_before AS SELECT * FROM customers;\n      UPDATE customers SET email = lower(email);",
        "ALTER TABLE customers ADD COLUMN slug text;\n      UPDATE customers SET slug = lower(slug);",
        "UPDATE customers SET note = 'lower(email)';",
    ] {
        silent(rule, &sql(kept));
    }
    for lost in ["UPDATE customers SET email = md5(email) WHERE id > 5;", "UPDATE customers c SET c.total = round(c.total, 2);"] {
        catches(rule, &sql(lost));
    }
    let backup = "backup all \"All\" of db {\n  method pg_dump custom\n  file \"all.dump\"\n}\n\nphase migrate";
    let saved = with(&with(&plan, "phase migrate", backup), "at T {\n", "at T {\n  take all\n");
    silent(rule, &saved);
    silent(rule, &with(&saved, "of db {", "of db tables customers {"));
    catches(rule, &with(&saved, "of db {", "of db tables orders {"));
}

#[test]
fn a_decision_may_rest_on_what_was_there_before() {
    let rule = "time/decision-too-early";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "CREATE TABLE orders_v2 AS SELECT * FROM orders;", "INSERT INTO orders_v2 SELECT * FROM orders;"));
    let earlier = "  change made \"Made\" on db {\n    do ```sql\n      CREATE TABLE orders_v2 (id int);\n    ```\n    undo ```sql\n      DROP TABLE \
                   orders_v2;\n    ```\n  }\n\n  decision proceed";
    silent(rule, &with(&plan, "  decision proceed", earlier));
    catches(rule, &with(&plan, "needs same-orders", "show same-orders"));
}

#[test]
fn phases_that_follow_each_other_do_not_overlap() {
    let rule = "time/overlap";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "at T+1h for 30m", "for 30m"));
    silent(rule, &with(&plan, "at T for 2h", "at T for 1h"));
    silent(rule, &with(&plan, "at T for 2h", "at T"));
}

#[test]
fn a_secret_that_no_word_holds_is_kept() {
    let rule = "sh/secret-on-command-line";
    let plan = example(rule, "Caught");
    let run = |script: &str| with(&plan, "mysql -u admin -phunter2 shop -e \"ALTER TABLE orders ADD COLUMN note text\"", script);
    for kept in [
        "mysql -u admin -p shop -e 'SELECT 1'",
        "mysql --port=3306 --protocol=tcp shop <change.sql",
        "PGPASSWORD=\"$SHOP_PASSWORD\" psql -p 5433 -c 'SELECT 1'",
        "psql \"postgresql://admin@db.example/shop\" -c 'SELECT 1'",
        "curl -fsS -u \"admin\" https://shop.example/health",
        "curl -fsS -H @- https://shop.example/health <header",
        "curl -fsS -H 'Accept: text/plain' https://shop.example/a:b@c",
        "docker run -p 8080:80 shop",
        "mkdir -p /srv/backup",
        "redis-cli -h cache FLUSHALL",
        "createuser --password shop",
        "./migrate --password \"$SHOP_PASSWORD\"",
        "./migrate --password /run/secrets/shop",
    ] {
        silent(rule, &run(kept));
    }
    for shown in [
        "mysql -u admin -p\"$SHOP_PASSWORD\" shop <change.sql",
        "mysqldump --password=hunter2 shop >dump.sql",
        "PGPASSWORD=hunter2 psql -c 'SELECT 1'",
        "psql \"postgresql://admin:hunter2@db.example/shop\" -c 'SELECT 1'",
        "curl -fsS -u admin:hunter2 https://shop.example/health",
        "curl -fsS -H \"Authorization: Bearer $TOKEN\" https://shop.example/health",
        "redis-cli -a hunter2 PING",
        "./migrate --password hunter2 shop",
        "./migrate --api-key=a1b2c3 shop",
    ] {
        catches(rule, &run(shown));
    }
}

#[test]
fn the_old_release_runs_into_what_stays_and_only_into_that() {
    let rule = "sql/breaks-old-release";
    let plan = example(rule, "Caught");
    let sql = |statement: &str| with(&plan, "ALTER TABLE orders RENAME COLUMN state TO status;", statement);
    for breaks in [
        "ALTER TABLE orders ADD COLUMN note text NOT NULL;",
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;",
        "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (number);",
        "ALTER TABLE orders ALTER COLUMN total TYPE text;",
    ] {
        catches(rule, &sql(breaks));
    }
    for stays in [
        "ALTER TABLE orders ADD COLUMN note text;",
        "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';",
        "CREATE TABLE notes (id int PRIMARY KEY, note text NOT NULL);\n      CREATE UNIQUE INDEX i ON notes (note);",
        "CREATE INDEX i ON orders (number);",
        "ALTER TABLE orders ADD COLUMN note text;\n      ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    ] {
        silent(rule, &sql(stays));
    }
}

#[test]
fn a_backup_elsewhere_outlives_what_it_saves() {
    let rule = "backup/same-failure-domain";
    let plan = example(rule, "Mended");
    let file = "/mnt/backup/uploads.tar";
    let removing = |folder: &str| with(&plan, "./sort-uploads", &format!("rm -rf {folder}"));
    catches(rule, &removing("/mnt/backup"));
    catches(rule, &removing("/mnt/backup/uploads.tar"));
    for other in ["/mnt/backup/old", "/mnt/back", "\"$FOLDER\"", "/srv/site/cache"] {
        silent(rule, &removing(other));
    }
    let copied =
        with(&removing("/mnt/backup"), "  verify ```sh\n", "  copy ```sh\n    ./send \"$RBK_BACKUP_FILE\"\n  ```\n  verify ```sh\n");
    silent(rule, &copied);
    silent(
        rule,
        &with(&removing("/mnt/backup"), "dir \"/srv/site\"", "dir \"/srv/site\"\n  ssh \"web-1\"")
            .replace("host { dir", "host {\n  dir")
            .replace("\"web-1\" }", "\"web-1\"\n}"),
    );
    silent(rule, &with(&plan, file, "uploads.tar"));
    silent(rule, &with(&plan, file, "/srv/site-backup/uploads.tar"));
}

#[test]
fn a_question_that_is_asked_twice_expects_two_answers() {
    let rule = "check/twice";
    let plan = example(rule, "Caught");
    let gone = plan.find("check gone").unwrap();
    let (first, second) = plan.split_at(gone);
    let other = |from: &str, to: &str| format!("{first}{}", with(second, from, to));
    catches(rule, &other("SELECT count(*) FROM information_schema", "SELECT count(*)\n      FROM information_schema"));
    for (from, to) in [
        ("expect 1", "expect 0"),
        ("expect 1", "expect 1\n  retry 5 every 1m"),
        ("'note'", "'notes'"),
        ("on db {\n  query", "on db {\n  timeout 1h\n  query"),
    ] {
        silent(rule, &other(from, to));
    }
}
