//! `rbk check --shellcheck`: what ShellCheck says stands where it belongs in the plan.

use crate::harness::Rbk;

const PLAN: &str = "plan p \"P\" { rto 1h }\n\ntarget h \"Hö\" host { dir \"/srv\" }\n\nphase m \"M\" at T {\n  change x \"X\" on h {\n    do ```sh\n      \
                    cd reports\n\n      echo 'ä ö'; mv $(ls) archive/\n      if [[ -d archive ]]; then\n      \techo `date`\n      fi\n    ```\n    undo \
                    ```bash\n      # shellcheck disable=SC2046\n      mv $(ls archive) .\n      if [[ -d archive ]]; then echo $UNSET; fi\n    ```\n  \
                    }\n}\n\nscenario back \"B\" {\n  applies from x\n  undo x\n}\n";

fn session(options: &str, plan: &str) -> String {
    let path = std::env::var("PATH").unwrap();
    let session = Rbk::new().file("p.rbk", plan).env("PATH", &path);
    session.args(&format!("check --format concise --select sh/shellcheck,accept --fail-on info {options} p.rbk")).run().session()
}

#[test]
fn each_remark_stands_at_its_place_in_the_plan() {
    insta::assert_snapshot!(session("--shellcheck", PLAN));
}

#[test]
fn nobody_is_asked_without_the_option_and_an_accept_waits() {
    let accepted =
        PLAN.replace("  change x \"X\" on h {\n", "  change x \"X\" on h {\n    accept sh/shellcheck because \"moved by hand\"\n");
    assert_eq!(session("", &accepted), "--- status 0\n");
    assert_eq!(session("--shellcheck", &accepted), "--- status 0\n");
    let needless = accepted.replace("$(ls)", "./*").replace("[[ -d archive ]]", "true").replace("`date`", "now");
    assert!(session("--shellcheck", &needless).contains("accept/unused"), "{}", session("--shellcheck", &needless));
    assert_eq!(session("", &needless), "--- status 0\n");
}

#[test]
fn where_it_is_not_installed_the_option_says_so() {
    let session = Rbk::new().file("p.rbk", PLAN).args("check --shellcheck p.rbk").env("PATH", "/nowhere").run();
    assert_eq!(session.status, 2);
    assert!(session.stderr.contains("`--shellcheck` needs ShellCheck, and there is none here"), "{}", session.stderr);
}
