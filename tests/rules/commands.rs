//! What shell destroys is found like what SQL destroys: through whatever runs it, at its place, and no more than that.

use super::near::{catches, example, silent, with};
use super::shown;

const MISSING: &str = "backup/missing";

/// The page's example of a step in shell on a host, without its backup.
fn on_host(script: &str) -> String {
    let plan = example(MISSING, "Caught");
    let plan = with(&plan, "phase clean-up", "target web \"Web\" host\n\nphase clean-up");
    let from = plan.find("  irreversible change").expect("the change");
    let to = plan.find("scenario forward-fix").expect("the scenario");
    let change = format!(
        "  change tidy \"It is tidied up\" on web {{\n    do ```sh\n      {}\n    ```\n    undo manual \"Put it back\"\n    undo takes 1m\n  }}\n}}\n\n",
        script.replace('\n', "\n      ")
    );
    (plan[..from].to_owned() + &change + &plan[to..]).replace("applies from drop-legacy-note", "applies from tidy")
}

#[test]
fn shell_that_destroys_data_needs_a_backup() {
    for script in [
        "psql \"$URL\" -c 'DROP TABLE orders'",
        "sudo -u postgres dropdb shop",
        "ssh db \"psql shop -c \\\"TRUNCATE orders\\\"\"",
        "docker exec -i db psql shop <<'SQL'\nALTER TABLE orders DROP COLUMN note;\nSQL",
        "echo 'DELETE FROM orders;' | mysql shop",
        "docker compose down -v",
        "kubectl delete pvc data-db-0",
        "redis-cli FLUSHALL",
        "if true; then\n  sqlite3 app.db 'DROP TABLE t'\nfi",
    ] {
        catches(MISSING, &on_host(script));
    }
}

#[test]
fn shell_that_destroys_nothing_that_was_there_needs_none() {
    for script in [
        "psql \"$URL\" -c 'SELECT * FROM orders'",
        "createdb scratch\npg_restore -d scratch shop.dump\ndropdb scratch",
        "psql shop -c 'CREATE TABLE t (a int)' -c 'SELECT 1'",
        "echo 'DROP TABLE orders'",
        "docker compose down",
        "rm -rf /srv/app/cache",
        "git reset --hard v1",
        "psql shop -f undo.sql",
        "# psql -c 'DROP TABLE t'\ntrue",
    ] {
        silent(MISSING, &on_host(script));
    }
}

#[test]
fn the_words_that_destroy_are_underlined() {
    let found = shown(&on_host("set -eu\nssh db \"psql shop -c 'DROP TABLE orders, notes'\""));
    insta::assert_snapshot!("rules_shell_place", found);
}

#[test]
fn an_undo_in_shell_that_only_looks_is_hollow() {
    let rule = "reversal/hollow-undo";
    let undo = |script: &str| {
        on_host("systemctl stop app").replace("undo manual \"Put it back\"", &format!("undo ```sh\n      {script}\n    ```"))
    };
    for script in ["psql shop -c 'SELECT 1'", "echo sorry >&2; exit 1", "kubectl get pods | grep web", "systemctl status app"] {
        catches(rule, &undo(script));
    }
    for script in
        ["systemctl start app", "./undo.sh", "psql shop -f undo.sql", "echo on > /etc/flag", "\"$UNDO\"", "curl -X POST https://app/up"]
    {
        silent(rule, &undo(script));
    }
}

#[test]
fn a_change_without_undo_tells_what_its_shell_destroys() {
    let plan = on_host("psql shop -c 'DROP TABLE orders'").replace("    undo manual \"Put it back\"\n    undo takes 1m\n", "");
    catches("reversal/undeclared", &plan);
    assert!(shown(&plan).contains("`tidy` destroys `orders`, and nothing says how that is taken back"), "{}", shown(&plan));
}

#[test]
fn files_that_go_for_good_were_saved_before() {
    let rule = "sh/destructive";
    let plan = example(rule, "Caught");
    let run = |code: &str| with(&plan, "rm -rf /srv/shop/uploads/2019", &code.replace('\n', "\n      "));
    for code in [
        "sudo rm -r /srv/shop/uploads",
        "ssh web1 'rm -rf /srv/shop/uploads'",
        "aws s3 rm s3://shop/uploads --recursive",
        "terraform destroy -auto-approve",
        "git reset --hard v1.2",
        "git clean -fdx",
        "git push --force origin main",
        "gsutil -m rm -r gs://shop/uploads",
        "helm uninstall shop",
        "kubectl -n shop delete secret shop-keys",
        "crontab -r",
        "tar -czf /mnt/a.tgz /srv/shop/other\nrm -rf /srv/shop/uploads",
    ] {
        catches(rule, &run(code));
    }
    for code in [
        "rm /srv/shop/lock",
        "rm -rf /tmp/work",
        "rm -rf \"$FOLDER\"",
        "rm -rf /srv/shop/node_modules /srv/shop/cache",
        "mkdir /srv/shop/new\nrm -rf /srv/shop/new",
        "tar -czf /mnt/a.tgz /srv/shop\nrm -rf /srv/shop/uploads",
        "cp -a /srv/shop/uploads /mnt/uploads\nrm -rf /srv/shop/uploads",
        "git stash\ngit reset --hard v1.2",
        "git checkout v1.2 -- config",
        "aws s3 rm s3://shop/lock",
        "kubectl delete deploy shop",
        "git push --force-with-lease origin main",
        "git push -f --dry-run origin main",
        "git branch before origin/main\ngit push --force origin main",
        "gsutil rm gs://shop/lock",
        "helm get values shop > /mnt/values.yaml\nhelm uninstall shop",
        "helm uninstall shop --keep-history",
        "helm upgrade --install shop ./chart\nhelm uninstall shop",
        "kubectl get secret shop-keys -o yaml > /mnt/keys.yaml\nkubectl delete secret shop-keys",
        "crontab -l > /mnt/crontab\ncrontab -r",
        "git clean -n -fd",
    ] {
        silent(rule, &run(code));
    }
    let step = "step old-gone \"The uploads of 2019 are gone\" on files {\n";
    silent(rule, &with(&plan, step, &format!("{step}    destroys uploads\n")));
}
