//! With `--log json` every line on stderr is JSON, whatever ends the start.

use std::{net::TcpListener, process::Output};

use serde_json::Value;

use crate::harness::*;

/// The lines on stderr, each of which has a level and a message.
fn lines(output: &Output) -> Vec<Value> {
    let said = text(&output.stderr);
    let lines = said.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
        line
    });
    lines.collect()
}

/// The same by flag and by variable.
fn both_ways(arguments: &[&str], code: i32) -> Vec<Value> {
    let by_flag = run(&[&["--log", "json"], arguments].concat());
    let by_variable = finished(command(arguments).env("MOCK_LOG", "json"));
    for output in [&by_flag, &by_variable] {
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
    // The usage that an error ends with differs by what was given.
    let messages = |output| -> Vec<String> {
        let first_line = |line: &Value| line["message"].as_str().unwrap().lines().next().unwrap().to_owned();
        lines(output).iter().map(first_line).collect()
    };
    assert_eq!(messages(&by_flag), messages(&by_variable));
    lines(&by_flag)
}

#[test]
fn a_refused_fixture_is_one_line_of_json_a_problem() {
    let folder = Folder::new();
    let file = folder.file("bad.json", r#"{"invites": [{"email": 7}, {"email": "ada"}]}"#);
    let lines = both_ways(&["--listen", "127.0.0.1:0", "--fixture", &file], 1);
    let [first, second, last] = &lines[..] else { panic!("{lines:?}") };
    for (line, path) in [(first, "invites[0].email"), (second, "invites[1].email")] {
        assert!(line["level"] == "ERROR" && line["message"].as_str().unwrap().contains(path), "{line}");
    }
    assert_eq!(last["message"], "the fixture was refused, nothing was loaded");
}

#[test]
fn an_address_that_cannot_be_had_is_told_in_json() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let lines = both_ways(&["--listen", &taken], 1);
    assert_eq!(lines.len(), 1);
    assert!(lines[0]["message"].as_str().unwrap().contains("cannot listen"), "{lines:?}");
}

#[test]
fn bad_usage_is_told_in_json() {
    for arguments in [&["--seed", "many"][..], &["--nonsense"], &["serve"]] {
        let lines = both_ways(arguments, 2);
        assert!(lines.len() == 1 && lines[0]["level"] == "ERROR", "{lines:?}");
    }
    let joined = run(&["--log=json", "--seed", "many"]);
    assert!(lines(&joined)[0]["message"].as_str().unwrap().contains("--seed"));
    let levels = finished(command(&["--log", "json"]).env("RUST_LOG", "info=maybe"));
    assert!(lines(&levels)[0]["message"].as_str().unwrap().contains("RUST_LOG"));
}

#[test]
fn a_failed_start_is_told_whatever_rust_log_says() {
    let folder = Folder::new();
    for format in ["json", "text"] {
        let arguments = ["--log", format, "--listen", "127.0.0.1:0", "--fixture", folder.path()];
        let output = finished(command(&arguments).env("RUST_LOG", "off"));
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("the folder holds no *.json file"), "{format}");
    }
}

#[test]
fn warnings_and_the_start_are_told_in_json() {
    let folder = Folder::new();
    let file = folder.file("world.json", r#"{"invites": [], "organizations": [{"id": "keyless"}]}"#);
    let arguments = ["--listen", "127.0.0.1:0", "--log", "json", "--fixture", &file];
    let (_, log) = Served::spawn(command(&arguments).env("MOCK_FIXTURES", "x")).stop();
    let levels: Vec<_> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["level"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(levels, ["WARN", "WARN", "INFO", "INFO"], "{log}");
}

#[test]
fn what_check_finds_is_told_in_json_where_the_variable_says_so() {
    let folder = Folder::new();
    let refused = folder.file("bad.json", r#"{"invites": [{"email": 7}]}"#);
    let without_keys = folder.file("shut.json", r#"{"organizations": [{"keys": []}]}"#);
    for (file, code, level, says) in [
        (refused, 1, "ERROR", "invites[0].email: "),
        (without_keys, 0, "WARN", "organizations[0]: the organization has no `keys`"),
    ] {
        let output = finished(command(&["check", &file]).env("MOCK_LOG", "json"));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let line = lines(&output).remove(0);
        assert!(line["level"] == level && line["message"].as_str().unwrap().contains(says), "{line}");
    }
}
