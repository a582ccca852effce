//! `run`: a command beside a mock of its own.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdin, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::harness::{Call, INVITES, PENDING, command, finished, text};

const KEY: &str = "sk-ant-admin01-run";

/// `run` with options, and a shell's script as its command.
fn run_script(options: &[&str], script: &str) -> Command {
    let mut words = vec!["run"];
    words.extend(options);
    words.extend(["--", "sh", "-c", script]);
    command(&words)
}

/// A run whose command waits until it is told to end, with the mock's address.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    address: SocketAddr,
}

impl Running {
    fn start(options: &[&str], then: &str) -> Self {
        Running::spawn(&mut run_script(options, &format!("echo $MOCK_URL; read line; {then}")))
    }

    /// Starts a command that first prints the mock's URL.
    fn spawn(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        // Not by a buffer that takes more than the line, since the rest is read later.
        let mut stdout = BufReader::with_capacity(1, child.stdout.as_mut().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("http://").unwrap_or_else(|| panic!("{line:?}"));
        Running { stdin: child.stdin.take(), address: address.parse().unwrap(), child }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Lets the command end.
    fn end(mut self) -> Output {
        self.stdin.take().unwrap().write_all(b"\n").unwrap();
        self.child.wait_with_output().unwrap()
    }

    /// The exit code of a command that ends by itself, and soon.
    fn code(mut self) -> Option<i32> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        panic!("it did not end");
    }
}

#[test]
fn a_command_finds_the_mock_in_its_environment_and_no_real_key() {
    let mut asked = run_script(&[], "env");
    asked.env("ANTHROPIC_API_KEY", "sk-ant-admin01-real").env("ANTHROPIC_AUTH_TOKEN", "real");
    asked.env("ANTHROPIC_ADMIN_KEY", "real").env("NO_PROXY", "example.org").env("OTHER", "stays");
    let output = finished(&mut asked);

    assert!(output.status.success());
    let environment = text(&output.stdout);
    let value = |name: &str| {
        environment.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).map(str::to_owned)
    };
    let url = value("ANTHROPIC_BASE_URL").unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":4010"), "{url}");
    assert_eq!(value("MOCK_URL"), Some(url));
    assert_eq!(value("ANTHROPIC_API_KEY").as_deref(), Some(KEY));
    assert_eq!(value("NO_PROXY").as_deref(), Some("example.org,127.0.0.1,localhost"));
    assert_eq!(value("no_proxy"), value("NO_PROXY"));
    assert_eq!(value("OTHER").as_deref(), Some("stays"));
    assert_eq!(environment.matches("ANTHROPIC_").count(), 2, "{environment}");
}

#[test]
fn a_run_ends_as_its_command_does_and_as_a_shell_would_say_it() {
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        assert_eq!(finished(&mut run_script(&[], script)).status.code(), Some(code), "{script}");
    }
    let missing = finished(&mut command(&["run", "--", "/nowhere/at-all"]));
    assert_eq!(missing.status.code(), Some(127));
    assert!(text(&missing.stderr).contains("cannot run /nowhere/at-all: "), "{}", text(&missing.stderr));
    let folder = finished(&mut command(&["run", "--", "/"]));
    assert_eq!(folder.status.code(), Some(126));
}

#[test]
fn bad_usage_ends_with_2_and_a_failed_start_with_1_and_neither_starts_the_command() {
    for (arguments, said) in [
        (&["run"][..], "COMMAND"),
        (&["run", "--"], "COMMAND"),
        (&["run", "echo", "started"], "--"),
        (&["run", "--listen", "127.0.0.1:1", "--", "echo", "started"], "--listen"),
        (&["run", "--seed", "x", "--", "echo", "started"], "--seed"),
        (&["--seed", "7", "run", "--", "echo", "started"], "stand after it"),
    ] {
        let output = finished(&mut command(arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
    }
    let failed = finished(&mut run_script(&["--fixture", "/nowhere.json"], "echo started"));
    assert_eq!((failed.status.code(), text(&failed.stdout).as_str()), (Some(1), ""));
    assert!(text(&failed.stderr).contains("/nowhere.json"), "{}", text(&failed.stderr));
}

#[test]
fn a_fixture_without_a_template_needs_one_of_its_keys() {
    let fixture = format!("{}/fixtures/organizations.json", env!("CARGO_MANIFEST_DIR"));
    let refused = finished(&mut run_script(&["--fixture", &fixture], "echo started"));
    assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(1), ""));
    assert!(text(&refused.stderr).contains("--key"), "{}", text(&refused.stderr));
    let options = ["--fixture", &fixture, "--key", "sk-ant-admin01-acme-ci"];
    let output = finished(&mut run_script(&options, "echo $ANTHROPIC_API_KEY"));
    assert_eq!(text(&output.stdout), "sk-ant-admin01-acme-ci\n");
}

#[test]
fn the_end_shows_what_was_asked_though_a_test_emptied_the_journal() {
    let run = Running::start(&[], "exit 3");
    Call::delete_invite(PENDING, KEY).send(run.address).invite_deleted(PENDING);
    Call::control("POST", "reset", KEY).send(run.address);
    Call::delete_invite(PENDING, KEY).send(run.address).invite_deleted(PENDING);
    for _ in 0..2 {
        Call::delete_invite("unknown", KEY).send(run.address);
    }
    Call::list_invites("limit=0", KEY).send(run.address);
    Call::bare("PUT", INVITES).header("x-api-key", KEY).send(run.address);
    Call::bare("GET", "/v1/messages").send(run.address);
    let output = run.end();

    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    let expected = [
        "anthropic-admin-mock: 7 requests",
        "  PUT                 1   1 × method-not-allowed",
        "  invites.delete      4   2 × invite-unknown",
        "  invites.list        1   1 × input-invalid",
        "not served by the mock: 1 request",
        "  1 × GET /v1/messages (route-unserved)",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    assert!(!said.contains('\x1b') && text(&output.stdout).is_empty());
}

#[test]
fn invented_methods_are_counted_together_so_that_none_can_fill_the_memory() {
    let run = Running::start(&["--log", "json"], "true");
    for number in 0..20 {
        Call::bare(&format!("M{number}"), INVITES).header("x-api-key", KEY).send(run.address);
    }
    Call::bare("PATCH", INVITES).header("x-api-key", KEY).send(run.address);
    let said = text(&run.end().stderr);
    let line: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let methods = json!({
        "PATCH": {"requests": 1, "reasons": {"method-not-allowed": 1}},
        "other methods": {"requests": 20, "reasons": {"method-not-allowed": 20}},
    });
    assert_eq!(line["operations"], methods);
}

#[test]
fn a_command_that_asked_nothing_is_told_so() {
    let output = finished(&mut run_script(&["--strict"], "true"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stderr),
        "anthropic-admin-mock: the mock was not asked once; is ANTHROPIC_BASE_URL what the command's client takes?\n"
    );
}

#[test]
fn strict_turns_success_into_1_when_a_route_is_not_served() {
    for (path, options, then, code) in [
        ("/v1/organizations/settings", &["--strict"][..], "exit 0", 1),
        ("/v1/organizations/usage_report/messages", &["--strict"], "exit 0", 1),
        ("/v1/organizations/settings", &["--strict"], "exit 5", 5),
        ("/v1/organizations/settings", &[], "exit 0", 0),
        // What is served, and refuses, is no gap of the mock.
        ("/v1/organizations/invites/unknown", &["--strict"], "exit 0", 0),
    ] {
        let run = Running::start(options, then);
        Call::delete_invite("", KEY).method("GET").at(path).send(run.address);
        let output = run.end();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{path} {options:?} {then}: {said}");
        assert_eq!(said.contains("because of --strict"), code == 1, "{said}");
    }
}

#[test]
fn strict_looks_at_more_requests_than_a_journal_keeps() {
    let run = Running::start(&["--strict", "--journal", "1"], "true");
    Call::bare("GET", "/v1/organizations/settings").send(run.address);
    for _ in 0..3 {
        Call::retrieve_invite(PENDING, KEY).send(run.address);
    }
    assert_eq!(run.end().status.code(), Some(1));
}

#[test]
fn requests_are_logged_only_when_that_is_asked_for_and_json_stays_json() {
    let logged = |command: &mut Command| {
        let run = Running::spawn(command);
        Call::delete_invite("unknown", KEY).send(run.address);
        text(&run.end().stderr)
    };
    let script = "echo $MOCK_URL; read line";
    let silent = logged(&mut run_script(&[], script));
    assert!(!silent.contains("method=DELETE"), "{silent}");
    let verbose = logged(run_script(&[], script).env("RUST_LOG", "info"));
    assert!(verbose.contains("method=DELETE"), "{verbose}");

    let json = logged(&mut run_script(&["--log", "json"], script));
    let [line] = &json.lines().collect::<Vec<_>>()[..] else { panic!("{json}") };
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["level"], &line["exit_code"], &line["requests"]),
        (&"INFO".into(), &0.into(), &1.into())
    );
    assert_eq!(line["operations"]["invites.delete"]["reasons"]["invite-unknown"], 1);
}

#[test]
fn signals_reach_the_command_which_decides_how_to_end() {
    for signal in ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2"] {
        let script =
            format!("trap 'exit 9' {signal}; echo $MOCK_URL; for i in $(seq 1000); do sleep 0.02; done");
        let run = Running::spawn(&mut run_script(&[], &script));
        run.signal(signal);
        assert_eq!(run.code(), Some(9), "{signal}");
    }
    // Without a trap the command dies, and the run says of what.
    let run = Running::spawn(&mut run_script(&[], "echo $MOCK_URL; exec sleep 60"));
    run.signal("TERM");
    assert_eq!(run.code(), Some(143));
}

/// Whether nothing listens there any more, before long.
fn is_gone(address: SocketAddr) -> bool {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        if started.elapsed() > Duration::from_secs(10) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

#[test]
fn the_server_goes_with_the_run_whether_it_ends_or_is_killed() {
    let run = Running::start(&[], "true");
    let address = run.address;
    run.end();
    assert!(is_gone(address));

    let mut run = Running::start(&[], "true");
    run.child.kill().unwrap();
    run.child.wait().unwrap();
    assert!(is_gone(run.address));
}
