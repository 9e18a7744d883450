//! What plans of other kinds brought up (Helm, Terraform, Rails, a page of prose): variations that are caught, and near misses.

use std::fs;
use std::process::Command;

use super::near::{catches, example, silent, with};
use crate::corpus::root;
use crate::harness::Rbk;

/// Plans as teams would write them, each with a list of what is told of it, and of what was once told and is not true: one a line,
/// `tells | rule | what its finding names` or `is silent on | rule | what such a finding would name`.
#[test]
fn plans_with_the_mistakes_of_teams_are_told_what_is_true() {
    let mut wrong = Vec::new();
    for name in ["helm", "rds", "rails"] {
        let read = |ending: &str| fs::read_to_string(root().join(format!("tests/fixtures/kinds/{name}.{ending}"))).expect("it is there");
        let told = Rbk::new().file("plan.rbk", read("rbk")).args("check --format concise plan.rbk").run().stdout;
        for line in read("txt").lines() {
            let [how, rule, names] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
            let found = told.lines().any(|told| told.contains(&format!("[{rule}]")) && told.contains(names));
            if found != (how == "tells") {
                wrong.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Plans as careful teams would write them: there is nothing to tell of them.
#[test]
fn sound_plans_of_teams_are_left_alone() {
    for name in ["console", "gh-ost", "kiosk", "ledger", "proxy", "rename-over-releases"] {
        let plan = fs::read_to_string(root().join(format!("tests/fixtures/kinds/sound/{name}.rbk"))).expect("it is there");
        let told = Rbk::new().file("plan.rbk", plan).args("check --fail-on info --format concise plan.rbk").run();
        assert_eq!((told.status, told.stdout.as_str()), (0, ""), "{name}");
    }
}

#[test]
fn before_the_point_of_no_return_everything_means_what_may_have_been_done() {
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\nphase m \"M\" at T {\n  change note \"N\" on db {\n    \
                do ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }\n}\nphase clean \"C\" at T+3d {\n  \
                irreversible change gone \"G\" on db {\n    do ```sql\n      DROP TABLE old_orders;\n    ```\n    recover forward \"Nobody \
                reads it\"\n  }\n}\nscenario back \"B\" {\n  applies from note until gone\n  undo everything\n}\n";
    silent("reversal/irreversible", plan);
    catches("reversal/irreversible", &with(plan, "from note until gone", "from note"));
    catches("reversal/irreversible", &with(plan, "undo everything", "undo gone"));
}

#[test]
fn what_another_release_replaces_does_not_stay() {
    let rule = "order/undo-leaves-dependant";
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\ntarget app \"A\" manual\ntarget jobs \"J\" \
                manual\nrelease old \"O\" of app {\n  running\n  deploy manual \"Promote 1\"\n}\nrelease new \"N\" of app {\n  needs orders.note\n  \
                deploy manual \"Promote 2\"\n}\nrelease other \"X\" of jobs { deploy manual \"Promote 3\" }\nphase m \"M\" at T {\n  change note \
                \"N\" on db {\n    do ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }\n  change live \"L\" on \
                app {\n    do deploy new\n    undo deploy old\n  }\n}\nscenario back \"B\" {\n  applies from note\n  deploy old\n  undo note\n}\n";
    silent(rule, plan);
    catches(rule, &with(plan, "  deploy old\n  undo note", "  undo note"));
    catches(rule, &with(plan, "  deploy old\n  undo note", "  deploy other\n  undo note"));
    catches(rule, &with(plan, "  deploy old\n  undo note", "  deploy new\n  undo note"));
}

#[test]
fn a_restore_of_what_nobody_took_brings_back_all_the_same() {
    let rule = "reversal/release-needs-dropped";
    let plan = example(rule, "Caught");
    catches(rule, &plan);
    let restored = with(&plan, "  deploy shop-1 takes 5m\n", "  restore before-load\n  deploy shop-1 takes 5m\n");
    silent(rule, &restored);
    silent(rule, &with(&restored, "  take before-load\n", ""));
    let option = |first: &str| {
        format!(
            "  choose how \"How?\" {{\n    option one \"1\" {{\n      {first}\n      deploy shop-1 takes 5m\n    }}\n    option two \"2\" {{\n      manual wait \"Wait\"\n    }}\n  }}\n"
        )
    };
    silent(rule, &with(&plan, "  deploy shop-1 takes 5m\n", &option("restore before-load")));
    catches(rule, &with(&plan, "  deploy shop-1 takes 5m\n", &option("manual hope \"Hope\"")));
}

#[test]
fn nothing_may_be_lost_and_nobody_knows_since_when() {
    let rule = "time/rpo-exceeded";
    let plan = "plan p \"P\" {\n  rto 1h\n  rpo 0m\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\nwriter shop \"S\" writes db\nbackup b \
                \"B\" of db {\n  method pg_dump custom\n  file \"b.dump\"\n}\nphase m \"M\" at T {\n  change note \"N\" on db {\n    do ```sql\n      \
                ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }\n}\nscenario back \"B\" {\n  applies from note\n  restore b\n}\n";
    catches(rule, plan);
    silent(rule, &with(plan, "  rpo 0m\n", "  rpo 1d\n"));
    silent(rule, &with(plan, "writer shop \"S\" writes db\n", ""));
    silent(rule, &with(plan, "  restore b\n", "  loses at most 1d\n  restore b\n"));
}

#[test]
fn a_restore_is_not_alone_when_one_writer_of_two_is_stopped() {
    let rule = "order/writers-not-frozen";
    let plan = "plan p \"P\" {\n  rto 1h\n  rpo 1d\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\nwriter shop \"S\" writes db\nwriter jobs \
                \"J\" writes db\nbackup b \"B\" of db {\n  method pg_dump custom\n  file \"b.dump\"\n}\nphase m \"M\" at T {\n  take b\n  change note \
                \"N\" on db {\n    do ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }\n}\nscenario back \"B\" {\n  \
                applies from note\n  manual close \"Close the shop\" {\n    stops shop\n  }\n  restore b\n  manual open-up \"Open it\" {\n    starts shop\n  \
                }\n}\n";
    catches(rule, plan);
    silent(rule, &with(plan, "writer jobs \"J\" writes db\n", ""));
    silent(rule, &with(plan, "    stops shop\n", "    stops shop, jobs\n"));
    silent(rule, &with(plan, "    stops shop\n", "    freezes db\n"));
    silent(rule, &with(plan, "    stops shop\n", "    confirm \"Yes?\"\n"));
}

#[test]
fn what_is_only_named_is_not_fetched() {
    let rule = "reference/floating-ref";
    let plan = example(rule, "Caught");
    let runs = |command: &str| with(&plan, "npx ask-site http://localhost:8000", command);
    for command in [
        "docker run app:latest",
        "helm upgrade --install app ./chart --set image.tag=latest",
        "kubectl set image deployment/app app=app:latest",
        "git pull",
        "git pull origin main",
        "git reset --hard origin/main",
        "npm install tool",
        "npm install tool@^4.1.0",
        "pnpm add @scope/tool",
        "pip install tool",
    ] {
        catches(rule, &runs(command));
    }
    for command in [
        "docker tag app:1.4.2 app:latest",
        "docker build -t app:latest .",
        "docker push app:latest",
        "helm upgrade --install app ./chart --set image.tag=1.4.2",
        "git checkout v1.4.2",
        "git checkout origin/main -- config",
        "git fetch",
        "npm install",
        "npm ci",
        "npm install tool@4.1.0",
        "npm install @scope/tool@4.1.0",
        "npm install ./tool.tgz",
        "pip install tool==4.1.0",
        "pip install -r requirements.txt",
    ] {
        silent(rule, &runs(command));
    }
}

#[test]
fn what_is_looked_for_at_night_is_relative() {
    let rule = "reversal/relative";
    let plan = example(rule, "Caught");
    let undo = |command: &str| with(&plan, "alembic downgrade -1", command);
    for command in [
        "git checkout $(git describe --tags --abbrev=0)",
        "git checkout \"$(git rev-list --tags --skip=1 --max-count=1)\"",
        "helm rollback app",
        "helm rollback app 0 --wait --timeout 5m",
        "helm rollback app --wait",
        "cap production deploy:rollback",
    ] {
        catches(rule, &undo(command));
    }
    for command in [
        "git checkout v1.4.2",
        "git checkout \"$(cat release)\"",
        "git log --oneline",
        "helm rollback app 12 --wait",
        "helm rollback --wait app 12",
        "cap production deploy:rollback ROLLBACK_RELEASE=20270301",
    ] {
        silent(rule, &undo(command));
    }
}

#[test]
fn headings_are_no_rows() {
    let rule = "check/vacuous";
    let plan = example(rule, "Caught");
    let line = plan.lines().find(|line| line.contains("ps aux")).unwrap_or_else(|| panic!("{plan}")).to_owned();
    let asks = |command: &str| with(&plan, &line, &format!("    {command}"));
    catches(rule, &asks("kubectl get pods -l app=shop | grep -v Running"));
    for command in [
        "kubectl get pods --no-headers -l app=shop | grep -v Running",
        "kubectl get pods -l app=shop | grep Running",
        "kubectl get pods -o name | grep -v shop",
        "! kubectl get pods | grep -v -e NAME -e Running",
        "kubectl wait --for=condition=Ready pod -l app=shop",
    ] {
        silent(rule, &asks(command));
    }
}

#[test]
fn what_was_to_be_filled_in_stands_between_angles() {
    let rule = "people/placeholder";
    let plan = example("reversal/relative", "Mended");
    let undo = |command: &str| with(&plan, "alembic downgrade 4f1c2a", command);
    catches(rule, &undo("git checkout '<commit-before-phase-5>'"));
    catches(rule, &undo("pg_restore -d orders '<backup_file>'"));
    silent(rule, &undo("tr a b <in-file.txt >out-file.txt"));
    silent(rule, &undo("echo '<project-name>shop</project-name>'"));
    silent(rule, &undo("echo '<version>4.1.0</version>'"));
}

#[test]
fn a_status_counts_nothing() {
    let rule = "decision/unmeasurable";
    let plan = example(rule, "Caught");
    let line = plan.lines().find(|line| line.contains("told \"")).unwrap_or_else(|| panic!("{plan}")).to_owned();
    let told = |text: &str| with(&plan, &line, &format!("  when told \"{text}\""));
    catches(rule, &told("a spike of the 500 error rate"));
    catches(rule, &told("an elevated rate of 5xx"));
    catches(rule, &told("the data corruption is widespread"));
    silent(rule, &told("a spike of more than 50 errors a minute"));
    silent(rule, &told("a spike of 5% of answers with 500"));
    silent(rule, &told("the audit finds corrupt rows"));
}

#[test]
fn the_same_words_lead_one_way() {
    let rule = "decision/conflict";
    let plan = example("order/unreachable", "Caught");
    let trigger = |name: &str, level: &str, words: &str, run: &str| {
        format!("trigger {name} \"T\" {level} manual {{\n  when told \"{words}\"\n  by dba\n  run {run}\n}}\n\nscenario back ")
    };
    let both = |level: &str, words: &str, run: &str| {
        let plan = with(&plan, "scenario back ", &trigger("one", "high", "orders are lost", "back"));
        with(&plan, "scenario back ", &trigger("two", level, words, run))
    };
    catches(rule, &both("high", "Orders are  lost", "read-only"));
    silent(rule, &both("critical", "orders are lost", "read-only"));
    silent(rule, &both("high", "orders are late", "read-only"));
    silent(rule, &both("high", "orders are lost", "back"));
}

#[test]
fn a_scenario_is_found_by_an_alarm_or_by_what_people_see() {
    let rule = "order/unreachable";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo add-note by dba\n", "  escalates to read-only after 10m\n  undo add-note by dba\n"));
    silent(rule, &with(&plan, "  run back\n", "  run back\n  run read-only\n"));
    // Without an answer, the alarm is what is told.
    silent(rule, &with(&plan, "  run back\n", ""));
    silent(rule, &with(&plan, "  run back\n", "  investigate \"Look first.\"\n"));
}

/// What no shell reads, and what reads strangely and is shell all the same.
#[test]
fn what_is_no_shell_is_what_shells_refuse() {
    let rule = "sh/syntax";
    let plan = example(rule, "Mended");
    let script = |text: &str| {
        let body: String = text.lines().map(|line| format!("      {line}\n")).collect();
        let old = "      if test -e maintenance; then\n        git checkout v2.0.4\n      fi\n";
        with(&plan, old, &body)
    };
    let reads = |text: &str| {
        ["sh", "bash"].map(|shell| Command::new(shell).args(["-n", "-c", text]).output().expect("a shell is there").status.success())
    };
    for text in [
        "if true then echo; fi",
        "for x in a; do echo",
        "git checkout <commit-before>",
        "echo \"a",
        "echo )",
        "case x in a) echo",
        "f() { echo",
        "a | | b",
    ] {
        assert_eq!(reads(text), [false, false], "{text}");
        catches(rule, &script(text));
    }
    for text in [
        "find . -exec rm -- \\{} \\;",
        "echo {a,b} }",
        "x=$(case a in (a) echo b;; esac)",
        "[ -n \"$(printf '%s' ')')\" ]",
        "echo a # it's",
        "test ! -e x || { echo y; }",
        "cat <<'E'\nit's (\nE",
    ] {
        assert_eq!(reads(text), [true, true], "{text}");
        silent(rule, &script(text));
    }
}

#[test]
fn what_prints_nothing_leaves_no_word() {
    let rule = "sh/unquoted";
    let plan = example("reversal/relative", "Mended");
    let undo = |command: &str| with(&plan, "alembic downgrade 4f1c2a", command);
    catches(rule, &undo("git checkout $(git describe --tags)"));
    catches(rule, &undo("rm -r $(jq -r .folder release.json)"));
    for command in [
        "git checkout \"$(git describe --tags)\"",
        "tag=$(git describe --tags)",
        "mkdir backup-$(date +%F)",
        "docker stop $(docker ps -q)",
        "sleep $((5 * 2))",
        "for tag in $(git tag); do echo \"$tag\"; done",
    ] {
        silent(rule, &undo(command));
    }
}

#[test]
fn a_plan_with_alarms_names_somebody() {
    let rule = "people/no-owner";
    let plan = example("order/unreachable", "Mended");
    silent(rule, &plan);
    let nobody = ["  owner dba\n", "  by dba\n", " by dba", "role dba \"Database administrator\" { contact \"dba@example.org\" }\n"];
    let nobody = nobody.into_iter().fold(plan, |plan, part| with(&plan, part, ""));
    catches(rule, &nobody);
    let alarm = nobody.find("trigger ").map(|from| (from, nobody[from..].find("}\n").map_or(nobody.len(), |end| from + end + 2)));
    let (from, end) = alarm.expect("it has an alarm");
    silent(rule, &format!("{}{}", &nobody[..from], &nobody[end..]));
}

/// Whoever does not know a column leaves it empty, and an empty one breaks no rule that asks for its value alone.
#[test]
fn a_rule_on_new_columns_is_no_rule_for_old_code() {
    let rule = "sql/breaks-old-release";
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\ntarget app \"A\" manual\nrelease old \"O\" of app {\n  \
                running\n  deploy manual \"Promote 1\"\n}\nrelease new \"N\" of app { deploy manual \"Promote 2\" }\nphase m \"M\" at T {\n  change ref \
                \"R\" on db {\n    do ```sql\n      ALTER TABLE orders ADD COLUMN ref text;\n    ```\n    undo auto\n  }\n  change ruled \"U\" on db {\n    \
                do ```sql\n      RULE;\n    ```\n    undo manual \"Take the rule out\"\n  }\n  change live \"L\" on app {\n    do deploy new\n    undo \
                deploy old\n  }\n}\nscenario back \"B\" {\n  applies from live\n  undo live\n}\n";
    for text in [
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (ref ~ '^[A-Z]+$' AND length(ref) < 20)",
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (ref::text IN ('a', 'b')) NOT VALID",
        "ALTER TABLE orders ADD CONSTRAINT r FOREIGN KEY (ref) REFERENCES refs (name)",
        "ALTER TABLE orders ADD CONSTRAINT r UNIQUE (ref)",
        "CREATE UNIQUE INDEX r ON orders (ref)",
        "CREATE UNIQUE INDEX CONCURRENTLY r ON orders USING btree (lower(ref) DESC)",
    ] {
        silent(rule, &with(plan, "RULE", text));
    }
    for text in [
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (ref IS NOT NULL)",
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (coalesce(ref, '') <> '')",
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (ref <> name)",
        "ALTER TABLE orders ADD CONSTRAINT r CHECK (name <> '')",
        "ALTER TABLE orders ADD CONSTRAINT r FOREIGN KEY (name) REFERENCES refs (name)",
        "ALTER TABLE orders ADD CONSTRAINT r UNIQUE NULLS NOT DISTINCT (ref)",
        "CREATE UNIQUE INDEX r ON orders (name)",
        "CREATE UNIQUE INDEX r ON orders (ref) NULLS NOT DISTINCT",
    ] {
        catches(rule, &with(plan, "RULE", text));
    }
}

#[test]
fn code_that_asks_behind_what_it_did_is_asked() {
    let rule = "check/missing";
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\ntarget host \"H\" host { dir \"/srv\" }\nwriter shop \"S\" \
                writes db\ncheck there \"T\" on db {\n  query ```sql\n    SELECT count(*) FROM orders\n  ```\n  expect > 0\n}\nphase m \"M\" at T {\n  \
                change closed \"C\" on host {\n    do ```sh\n      STOP\n    ```\n    undo ```sh\n      systemctl start shop\n    ```\n    stops shop\n  \
                }\n}\nscenario back \"B\" {\n  applies from closed\n  undo closed\n  verify there\n}\n";
    for text in [
        "kubectl scale deployment/shop --replicas=0\n      kubectl wait --for=delete pod -l app=shop --timeout=2m",
        "kubectl scale deployment/shop --replicas=0\n      kubectl rollout status deployment/shop",
        "systemctl stop shop\n      ! systemctl is-active --quiet shop",
        "systemctl stop shop\n      while pgrep -x shop; do\n        sleep 1\n      done",
        "systemctl stop shop\n      test ! -e /run/shop.pid || exit 1",
    ] {
        silent(rule, &with(plan, "STOP", text));
    }
    for text in [
        "systemctl stop shop",
        "systemctl stop shop\n      sleep 5\n      echo stopped",
        "test -e /run/shop.pid\n      systemctl stop shop",
        "systemctl stop shop\n      pgrep -x shop || true",
        "kubectl scale deployment/shop --replicas=0\n      kubectl get pods",
    ] {
        catches(rule, &with(plan, "STOP", text));
    }
}

#[test]
fn a_duty_is_a_use_of_a_role() {
    let rule = "reference/unused";
    let plan = example("reversal/relative", "Mended") + "role vendor \"V\" {\n  contact \"vendor@example.org\"\n}\n";
    catches(rule, &plan);
    silent(rule, &with(&plan, "  contact \"vendor@example.org\"\n", "  contact \"vendor@example.org\"\n  duty \"Opens the console\"\n"));
}

#[test]
fn a_name_that_is_declared_twice_is_not_proposed_in_its_own_place() {
    let plan = example("reversal/relative", "Mended");
    let twice = "target shop \"S\" manual\nrelease shop \"S\" of shop { deploy manual \"Promote\" }\nphase late \"L\" at T+1d {\n  deploy shop\n}\n";
    let told = Rbk::new().file("plan.rbk", plan + twice).args("check --format concise plan.rbk").run();
    assert!(told.stdout.contains("[reference/duplicate]") && !told.stdout.contains("[reference/unknown]"), "{}", told.stdout);
}

#[test]
fn a_database_is_not_compared_with_itself() {
    let rule = "check/vacuous";
    let two = "target old \"O\" postgres { url $OLD_URL }\ntarget other \"N\" postgres { url $NEW_URL }\ncheck same \"S\" {\n  compare old, other \
               ```sql\n    SELECT count(*) FROM orders\n  ```\n}\n";
    let plan = example("reversal/relative", "Mended") + two;
    silent(rule, &plan);
    catches(rule, &with(&plan, "compare old, other", "compare old, old"));
}
