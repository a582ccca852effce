//! The README's own commands, run as they stand there.

use std::{net::SocketAddr, process::Command};

use crate::harness::*;

/// A command of a `console` block and the lines that the page shows below it.
#[derive(Debug)]
struct Shown {
    command: String,
    output: String,
}

fn shown() -> Vec<Shown> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut shown: Vec<Shown> = Vec::new();
    for block in page.split("\n```console\n").skip(1) {
        let mut continued = false;
        for line in block.split("\n```").next().unwrap().lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                shown.push(Shown { command: command.into(), output: String::new() });
            } else if continued {
                shown.last_mut().unwrap().command += &format!("\n{line}");
            } else {
                shown.last_mut().unwrap().output += &format!("{line}\n");
            }
            continued = line.ends_with('\\');
        }
    }
    shown
}

/// The words of a command, as a shell splits them as far as the page needs it.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.replace("\\\n", " ").chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(end)) if c == end => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What cURL would send, to where the server really is.
fn curl(command: &str, to: SocketAddr) -> Answer {
    let mut words = words(command).into_iter().skip(1);
    let (mut method, mut path, mut headers, mut body) = (None, String::new(), Vec::new(), String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--request" => method = words.next(),
            "--header" => headers.push(words.next().unwrap()),
            "--data" => {
                body = words.next().unwrap();
            }
            url => path = url.strip_prefix("http://127.0.0.1:4010").unwrap_or_else(|| panic!("{url}")).into(),
        }
    }
    let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.into());
    let call = Call::bare(&method, &path);
    let call = headers.iter().fold(call, |call, header| {
        let (name, value) = header.split_once(": ").unwrap();
        call.header(name, value)
    });
    if body.is_empty() { call.send(to) } else { call.body(body).send(to) }
}

/// A text with every time in it replaced, since they differ from run to run.
fn timeless(text: &str) -> String {
    let mut parts = text.split("_at\":\"");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (time, rest) = part.split_once('"').unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{time}");
        format!("{text}_at\":\"(time)\"{rest}")
    })
}

fn cargo(arguments: &[String]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo set for this test is not what a reader's shell has.
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy().into_owned();
        if ours.starts_with("CARGO_PKG_") || ours.starts_with("CARGO_MANIFEST_") || ours.starts_with("MOCK_")
        {
            cargo.env_remove(name);
        }
    }
    cargo
}

#[test]
fn the_commands_of_the_readme_do_what_it_shows() {
    let mut served: Option<Served> = None;
    let mut tools = Vec::new();
    for Shown { command, output } in shown() {
        let words = words(&command);
        tools.push(words[0].clone());
        match words[0].as_str() {
            "cargo" if words[1..] == ["run"] => {
                assert_eq!(output, "listening on http://127.0.0.1:4010\n");
                // The one change: a port of its own, since another test may have that one.
                served = Some(Served::spawn(cargo(&words[1..]).env("MOCK_LISTEN", "127.0.0.1:0")));
            }
            "cargo" if words[1..] == ["test"] => {}
            "cargo" => {
                let ran = cargo(&words[1..]).output().unwrap();
                assert_eq!(text(&ran.stdout), output, "{command}\n{}", text(&ran.stderr));
            }
            "curl" => {
                let to = served.as_ref().expect("the server runs by then").address;
                assert_eq!(timeless(&curl(&command, to).body), timeless(output.trim_end()), "{command}");
            }
            // Needs an engine, which a machine with Rust alone does not have.
            "docker" => {}
            other => panic!("no way to run {other}: {command}"),
        }
    }
    let to = served.as_ref().expect("the page starts a server").address;
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let routes: Vec<_> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("| `curl ")).collect();
    for (route, command) in &routes {
        let command = format!("curl {}", command.trim_end_matches("` |"));
        assert_eq!(curl(&command, to).status, 200, "{command}");
        let method = if command.contains("--data") && !command.contains("--request") { "POST" } else { "" };
        assert!(route.starts_with(method), "{route} by {command}");
    }
    assert_eq!(routes.len(), 13);
    for tool in ["cargo", "curl", "docker"] {
        assert!(tools.iter().any(|seen| seen == tool), "{tool} in {tools:?}");
    }
    assert_eq!(shown().last().unwrap().command, "cargo test");
}

#[test]
fn the_fixture_of_the_readme_is_a_good_one() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let fixture = page.split("\n```json\n").nth(1).unwrap().split("\n```").next().unwrap();
    anthropic_admin_mock::Fixture::parse(fixture, anthropic_admin_mock::Settings::default()).unwrap();
}

#[test]
fn the_rust_test_of_the_readme_is_one_of_ours() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let block = page.split("\n```rust\n").nth(1).unwrap().split("\n```").next().unwrap();
    let (imports, test) = block.split_once("\n\n").unwrap();
    let ours = include_str!("readme_example.rs");
    assert!(ours.contains(imports) && ours.contains(test), "{block}");
}

#[test]
fn the_links_of_the_readme_lead_somewhere() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let links: Vec<_> = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(links.len() > 4);
    for link in links.into_iter().filter(|link| !link.starts_with('#')) {
        assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
}
