//! The README's own commands, run as they stand there.

use std::process::Command;

use crate::harness::*;

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
    for Shown { command, output } in shown("README.md") {
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
    for tool in ["cargo", "curl", "docker"] {
        assert!(tools.iter().any(|seen| seen == tool), "{tool} in {tools:?}");
    }
    assert_eq!(shown("README.md").last().unwrap().command, "cargo test");
}

#[test]
fn the_fixture_of_the_readme_is_a_good_one() {
    let page = read("README.md");
    let fixture = page.split("\n```json\n").nth(1).unwrap().split("\n```").next().unwrap();
    anthropic_admin_mock::Fixture::parse(fixture, anthropic_admin_mock::Settings::default()).unwrap();
}

#[test]
fn the_rust_test_of_the_readme_is_one_of_ours() {
    let page = read("README.md");
    let block = page.split("\n```rust\n").nth(1).unwrap().split("\n```").next().unwrap();
    let (imports, test) = block.split_once("\n\n").unwrap();
    let ours = include_str!("readme_example.rs");
    assert!(ours.contains(imports) && ours.contains(test), "{block}");
}

#[test]
fn the_links_of_the_readme_lead_somewhere() {
    let page = read("README.md");
    let links: Vec<_> = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(links.len() > 4);
    for link in links.into_iter().filter(|link| !link.starts_with('#')) {
        assert!(std::path::Path::new(&path(link)).exists(), "{link}");
    }
}

#[test]
fn the_readme_says_which_rust_it_needs() {
    let manifest = read("Cargo.toml");
    let version = manifest.split("\nrust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    let page = read("README.md");
    let run = page.split("\n## Run\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(run.contains(&format!("Rust {version} or newer")), "{run}");
}
