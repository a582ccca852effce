//! `check` and `schema`: fixtures looked at without a start, and which options mean something to a subcommand.

use crate::harness::*;

#[test]
fn check_takes_the_clock_into_account() {
    let folder = Folder::new();
    let fixture = folder.file(
        "world.json",
        r#"{"invites": [{"email": "x@example.com", "status": "pending", "invited_at": "2020-01-01T00:00:00Z",
            "expires_at": "2030-01-01T00:00:00Z"}]}"#,
    );
    assert!(run(&["check", "--now", "2029-01-01T00:00:00Z", &fixture]).status.success());
    let later = run(&["check", "--now", "2031-01-01T00:00:00Z", &fixture]);
    assert_eq!(later.status.code(), Some(1));
    let said = text(&later.stderr);
    let expected = "`expires_at` is 2030-01-01T00:00:00Z and the clock reads 2031-01-01T00:00:00Z";
    assert!(said.contains(expected), "{said}");
    let by_variable = finished(command(&["check", &fixture]).env("MOCK_NOW", "2031-01-01T00:00:00Z"));
    assert_eq!(by_variable.status.code(), Some(1));
}

#[test]
fn check_warns_of_an_organization_that_no_key_opens() {
    let folder = Folder::new();
    let fixture = folder.file(
        "world.json",
        "{\"organizations\": [\n  {\"keys\": [\"k\"]},\n  {\"id\": \"o-2\", \"invites\": []},\n  {\"keys\": []}]}",
    );
    let output = run(&["check", &fixture]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stdout),
        "ok: 3 pinned organizations, 0 invites, 0 users, 3 workspaces, 0 API keys\n"
    );
    let warned = |line: usize, number: usize| {
        format!(
            "warning: {fixture}:{line}:3: organizations[{number}]: the organization has no `keys`, so no program can reach it\n"
        )
    };
    assert_eq!(text(&output.stderr), warned(3, 1) + &warned(4, 2));
    // A start says the same.
    let (_, log) = Served::start(&["--fixture", &fixture]).stop();
    assert_eq!(log.matches("WARN").count(), 2, "{log}");
    assert!(log.contains("organizations[1]: the organization has no `keys`"), "{log}");
}

#[test]
fn a_subcommand_lists_only_the_options_that_mean_something_to_it() {
    let options = |subcommand: &str| -> Vec<String> {
        let help = text(&run(&[subcommand, "--help"]).stdout);
        let options = help.split_whitespace().filter(|word| word.starts_with("--") && *word != "--help");
        options.map(str::to_owned).collect()
    };
    assert_eq!(options("schema"), [""; 0]);
    assert_eq!(options("check"), ["--now"]);
    assert_eq!(options("healthcheck"), ["--listen"]);
    for wrong in [
        ["schema", "--listen", "127.0.0.1:0"],
        ["schema", "--now", "+1d"],
        ["check", "--listen", "127.0.0.1:0"],
    ] {
        assert_eq!(run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn schema_prints_the_file_in_the_folder() {
    let printed = run(&["schema"]);
    assert!(printed.status.success());
    assert_eq!(text(&printed.stdout), fixture("fixture.schema.json"));
}
