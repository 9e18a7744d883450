//! A secret in the environment or a file, in the URL of a database and of an API, in a header, in what a step prints: while the plan is
//! carried out and back, and afterwards, it is looked for wherever somebody else could read it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::plans::{Database, Drawn};
use super::world::{Trouble, World};

/// What nobody may see: a token that a shell, a pattern and a URL would all read differently.
pub const CANARY: &str = "c4n.*ry[x]'$HOME\"%";

/// Returns a plan whose steps print what they know, ask with it, and crash.
pub fn plan(database: Database) -> Drawn {
    let word = match database {
        Database::Sqlite => ":rbk_param_word",
        Database::Postgres => ":'rbk_param_word'",
        Database::MariaDb => "@rbk_param_word",
    };
    let tell =
        "printf 'token: %s, address: %s %s\\n' \"$FIRE_TOKEN\" \"${FIRE_URL-}\" \"${FIRE_API-}\"; printf '%s\\n' \"$FIRE_TOKEN\" >&2";
    let text = format!(
        "plan telling \"A plan that knows a secret\" {{\n  version \"1.0\"\n  rto 30m\n}}\n\
         secret token \"A token\" $FIRE_TOKEN\nparam word \"A word\" text\n\
         target shop \"The shop's database\" {}\ntarget place \"This machine\" host {{ dir $FIRE_PLACE }}\n\
         target api \"An API\" http {{ url $FIRE_API }}\n\
         check answers \"The API answers\" on api {{\n  get \"/health\"\n  header \"Authorization\" $FIRE_TOKEN\n  expect output \"ok\"\n}}\n\
         check told \"It is said, and not as it should be\" {{\n  run ```sh\n    printf '%s\\n' \"$FIRE_TOKEN\"\n  ```\n  expect output \"c4n\"\n}}\n\
         channel log \"A log\" {{\n  send ```sh\n    {tell}\n    cat \"$RBK_MESSAGE_FILE\"\n  ```\n}}\n\
         message going \"Going\" to log {{\n  subject \"Going\"\n  body \"We go back.\"\n}}\n\
         phase make \"Make\" at T {{\n  change c1 \"Change c1\" on shop {{\n    do ```sql\n      INSERT INTO effects VALUES ({word});\n    ```\n    undo ```sql\n      DELETE FROM effects;\n    ```\n    undo takes 1m\n    verify answers\n  }}\n\
           change c2 \"Change c2\" on place {{\n    do ```sh\n      {tell}\n      touch there\n      sh -c 'kill -s ABRT $$' || :\n    ```\n    undo ```sh\n      {tell}\n      rm -f there\n    ```\n    undo takes 1m\n    verify told\n  }}\n}}\n\
         scenario back \"Back\" {{\n  applies from c1\n  send going\n  undo everything\n}}\n",
        database.target(),
    );
    Drawn { name: "telling".to_owned(), text, changes: Vec::new() }
}

/// Carries the plan out and back, and looks for the secret all the while. Every second trial has it in a file.
pub fn carry_out(world: &mut World<'_>, seed: u64) -> Result<(), String> {
    world.bring_back("found");
    let leaks = world.path("fire/leaks");
    let _ = fs::remove_file(&leaks);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let (variable, value) = world.engine.with_password(&world.slot(), &world.name(), CANARY);
    let encoded: String = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let api = format!("http://bird:{encoded}@127.0.0.1:{port}");
    let mut environment = vec![(variable.to_owned(), value), ("FIRE_API".to_owned(), api), ("FIRE_CANARY".to_owned(), CANARY.to_owned())];
    if seed % 2 == 1 {
        let file = world.path("token");
        fs::write(&file, CANARY).map_err(|error| error.to_string())?;
        environment.extend([("FIRE_TOKEN".to_owned(), String::new()), ("FIRE_TOKEN_FILE".to_owned(), file.display().to_string())]);
    }
    let trouble = Trouble { environment, cores: true, ..Trouble::default() };
    let words = [CANARY.to_owned(), encoded];
    let done = AtomicBool::new(false);
    let (outcome, seen, asked) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&words, &done));
        let serve = scope.spawn(|| serve(&listener, &done));
        let outcome = commands(world, &trouble);
        done.store(true, Ordering::Relaxed);
        (outcome, watch.join().expect("it ends"), serve.join().expect("it ends"))
    });
    outcome?;
    if !asked.contains(CANARY) {
        return Err(format!("the API was not told it: {asked}"));
    }
    seen?;
    if let Ok(tools) = fs::read_to_string(&leaks) {
        return Err(format!("it was an argument of {tools}"));
    }
    for word in &words {
        if world.transcript.contains(word.as_str()) {
            return Err("it was on the screen".to_owned());
        }
        for folder in [world.slot(), world.path("bundle")] {
            let found = Command::new("grep").args(["-rlaF", "--", word]).arg(&folder).output().map_err(|error| error.to_string())?;
            if !found.stdout.is_empty() {
                return Err(format!("it stands in {}", String::from_utf8_lossy(&found.stdout)));
            }
        }
    }
    no_core(&world.path(""))?;
    // What was taken out has left its mark, so that it was there.
    if world.transcript.contains("[secret]") { Ok(()) } else { Err("no step has printed it".to_owned()) }
}

fn commands(world: &mut World<'_>, trouble: &Trouble) -> Result<(), String> {
    let word = vec!["--param=word=plain".to_owned()];
    for (arguments, more, status) in [
        ("forward --yes", vec![format!("--param=word=so {CANARY} it is")], 2),
        ("check", word.clone(), 0),
        ("forward --yes --dry-run", word.clone(), 0),
        ("forward --yes", word, 1),
        ("status", Vec::new(), 0),
        ("run back --yes", Vec::new(), 0),
        ("report", Vec::new(), 0),
    ] {
        let refused = arguments == "forward --yes" && status == 2;
        // The operator's own command line is the operator's.
        let quiet = Trouble {
            environment: trouble.environment.iter().filter(|(name, _)| name != "FIRE_CANARY").cloned().collect(),
            ..Trouble::default()
        };
        let ended = world.run_with(arguments, &more, if refused { &quiet } else { trouble });
        if ended.status != status {
            return Err(format!("{arguments} ended with {}, and not with {status}", ended.status));
        }
        if refused {
            if !ended.text.contains("holds the secret") {
                return Err("it does not say why".to_owned());
            }
            if fs::read_dir(world.slot().join("state")).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err("something is on record".to_owned());
            }
        }
    }
    Ok(())
}

/// Looks at every process again and again: at arguments, and at the environment of who has nothing to do with a run.
fn watch(words: &[String], done: &AtomicBool) -> Result<u32, String> {
    let own = std::process::id();
    let mut looks = 0;
    while !done.load(Ordering::Relaxed) {
        for entry in fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
            let holds = |bytes: &[u8]| words.iter().any(|word| bytes.windows(word.len()).any(|window| window == word.as_bytes()));
            let arguments = read("cmdline");
            if pid != own && holds(&arguments) && !String::from_utf8_lossy(&arguments).contains("--param=word=so") {
                return Err(format!("it was an argument: {}", String::from_utf8_lossy(&arguments).replace('\0', " ")));
            }
            let environment = read("environ");
            // Whoever has a part in a run knows where the faults lie.
            // What was read of a process that ended meanwhile is torn: the mark of the run may be in the part that is missing.
            let is_whole = environment.last() == Some(&0);
            if pid != own && is_whole && holds(&environment) && !environment.windows(5).any(|window| window == b"FIRE=") {
                return Err(format!("it was in the environment of {}", String::from_utf8_lossy(&arguments).replace('\0', " ")));
            }
        }
        looks += 1;
        thread::sleep(Duration::from_millis(3));
    }
    if looks > 10 { Ok(looks) } else { Err(format!("only {looks} looks at the processes")) }
}

/// Answers every request with `ok`, and returns what it was asked.
fn serve(listener: &TcpListener, done: &AtomicBool) -> String {
    listener.set_nonblocking(true).expect("it is a socket");
    let mut asked = String::new();
    while !done.load(Ordering::Relaxed) {
        let Ok((mut stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(10));
            continue;
        };
        let _ = stream.set_nonblocking(false);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let mut bytes = [0; 4096];
        let length = stream.read(&mut bytes).unwrap_or(0);
        asked.push_str(&String::from_utf8_lossy(&bytes[..length]));
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
    asked
}

/// Nothing that crashed has left its memory here.
fn no_core(folder: &Path) -> Result<(), String> {
    let found = Command::new("find").arg(folder).args(["-name", "core*", "-type", "f"]).output().map_err(|error| error.to_string())?;
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    if found.is_empty() { Ok(()) } else { Err(format!("a core file: {found}")) }
}
