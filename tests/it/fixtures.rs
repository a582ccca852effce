//! Fixtures: what is taken, what is refused, and how clearly.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use anthropic_admin_mock::{Fixture, Settings, Status, World};
use serde_json::json;

use crate::harness::*;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("anthropic-admin-mock-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A document that is refused, and for each problem its line, column, path and a part of its message.
struct Bad {
    document: &'static str,
    problems: &'static [(usize, usize, &'static str, &'static str)],
    /// Whether one value by itself is wrong, which the schema can tell, too.
    schema_tells: bool,
}

const fn bad(document: &'static str, problems: &'static [(usize, usize, &'static str, &'static str)]) -> Bad {
    Bad { document, problems, schema_tells: true }
}

/// Wrong only beside other values or the clock.
const fn at_odds(
    document: &'static str,
    problems: &'static [(usize, usize, &'static str, &'static str)],
) -> Bad {
    Bad { document, problems, schema_tells: false }
}

const BAD: &[Bad] = &[
    bad("{}", &[(1, 1, "", "neither `invites` nor `organizations`")]),
    bad(r#"{"clock": "+1d", "invites": null}"#, &[(1, 1, "", "neither `invites` nor `organizations`")]),
    bad("[]", &[(1, 1, "", "expected an object")]),
    bad("7", &[(1, 1, "", "expected an object")]),
    bad(r#"{"invites": {}}"#, &[(1, 13, "invites", "invalid type: map, expected a sequence")]),
    bad(r#"{"invites": [[]]}"#, &[(1, 14, "invites[0]", "expected an object")]),
    bad(
        r#"{"invites": [[null, "ada@example.com", null, null, null, null, null, null]]}"#,
        &[(1, 14, "invites[0]", "expected an object")],
    ),
    bad(r#"{"invites": [], "seats": 3}"#, &[(1, 17, "seats", "unknown field `seats`, expected one of")]),
    bad(r#"{"invites": [{}]}"#, &[(1, 14, "invites[0]", "missing field `email`")]),
    bad(
        r#"{"invites": [{"id": 7}]}"#,
        &[
            (1, 14, "invites[0]", "missing field `email`"),
            (1, 21, "invites[0].id", "invalid type: integer `7`, expected a string"),
        ],
    ),
    bad(r#"{"invites": [{"email": null}]}"#, &[(1, 24, "invites[0].email", "expected a string")]),
    bad(
        r#"{"invites": [{"email": "ada"}]}"#,
        &[(1, 24, "invites[0].email", "\"ada\" is not an e-mail address")],
    ),
    bad(r#"{"invites": [{"email": "a b@c"}]}"#, &[(1, 24, "invites[0].email", "e-mail address")]),
    bad(r#"{"invites": [{"email": "a@b@c"}]}"#, &[(1, 24, "invites[0].email", "e-mail address")]),
    bad(
        r#"{"invites": [{"email": "ada@example.com", "colour": 1}]}"#,
        &[(1, 43, "invites[0].colour", "unknown field `colour`, expected one of `id`, `email`, `role`")],
    ),
    bad(r#"{"invites": [{"email": "a@b.c", "id": ""}]}"#, &[(1, 39, "invites[0].id", "a non-empty string")]),
    bad(r#"{"invites": [{"email": "a@b.c", "id": 7}]}"#, &[(1, 39, "invites[0].id", "expected a string")]),
    bad(
        r#"{"invites": [{"email": "a@b.c", "role": "boss"}]}"#,
        &[(1, 41, "invites[0].role", "unknown variant `boss`, expected one of `admin`, `billing`")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "role": {"user": null}}]}"#,
        &[(1, 41, "invites[0].role", "expected a string")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "status": "open"}]}"#,
        &[(1, 43, "invites[0].status", "expected one of `pending`, `accepted`, `expired`, `deleted`")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "rbac_group_ids": ["g", 7]}]}"#,
        &[(1, 57, "invites[0].rbac_group_ids[1]", "expected a string")],
    ),
    bad(r#"{"clock": "noon", "invites": []}"#, &[(1, 11, "clock", "\"noon\" is not a time")]),
    bad(r#"{"clock": 1767225600, "invites": []}"#, &[(1, 11, "clock", "expected a string")]),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "2026-02-30T00:00:00Z"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time; expected an RFC 3339 time")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "2026-01-01T00:00:00"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "2026-01-01 00:00:00Z"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "3d"}]}"#,
        &[(1, 47, "invites[0].invited_at", "such as \"-3d\"")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-3y"}]}"#,
        &[(1, 47, "invites[0].invited_at", "units: w d h m s ms")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-1.5d"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": ""}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "status": "pending", "accepted_at": "-1h"}]}"#,
        &[(1, 43, "invites[0].status", "contradicts the times: `accepted_at` is set")],
    ),
    bad(
        r#"{"organizations": [{"name": "acme"}]}"#,
        &[(1, 21, "organizations[0].name", "unknown field `name`")],
    ),
    bad(r#"{"organizations": [{"id": "a b"}]}"#, &[(1, 27, "organizations[0].id", "visible ASCII")]),
    bad(r#"{"organizations": [{"keys": "k"}]}"#, &[(1, 29, "organizations[0].keys", "expected a sequence")]),
    bad(
        r#"{"organizations": [{"keys": [""]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "a key that a header can carry")],
    ),
    bad(
        r#"{"organizations": [{"keys": [" k"]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "a key that a header can carry")],
    ),
    bad(
        r#"{"organizations": [{"keys": ["k\n"]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "a key that a header can carry")],
    ),
    bad(
        r#"{"organizations": [{"keys": ["sha256:abc"]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "\"sha256:\" and 64 hexadecimal digits")],
    ),
    bad(
        r#"{"organizations": [{"keys": [7]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "a key as a string, or an object")],
    ),
    bad(
        r#"{"organizations": [{"keys": [{"state": "active"}]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "missing field `key`")],
    ),
    bad(
        r#"{"organizations": [{"keys": [{"key": "k", "state": "off"}]}]}"#,
        &[(1, 52, "organizations[0].keys[0].state", "expected one of `active`, `disabled`, `expired`")],
    ),
    bad(
        r#"{"organizations": [{"keys": [{"key": "k", "scopes": ["members"]}]}]}"#,
        &[(1, 54, "organizations[0].keys[0].scopes[0]", "a scope such as \"read:members\"")],
    ),
    bad(
        r#"{"organizations": [{"keys": [{"key": "k", "scopes": ["read:", ":members", "read:1_a"]}]}]}"#,
        &[
            (1, 54, "organizations[0].keys[0].scopes[0]", "a scope such as \"read:members\""),
            (1, 63, "organizations[0].keys[0].scopes[1]", "a scope such as \"read:members\""),
        ],
    ),
    bad(
        r#"{"organizations": [{"keys": ["nobody-abcdefghijkl "]}]}"#,
        &[(1, 30, "organizations[0].keys[0]", "\"…jkl \" is not a key that a header can carry")],
    ),
    bad(
        r#"{"invites": "none"}"#,
        &[(1, 13, "invites", "invalid type: string \"none\", expected a sequence")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "email": "a@b.c"}]}"#,
        &[(1, 33, "invites[0].email", "duplicate field `email`")],
    ),
    at_odds(
        "{\"invites\": [\n  {\"id\": \"x\", \"email\": \"a@b.c\"},\n  {\"id\": \"x\", \"email\": \"b@b.c\"}]}",
        &[(
            3,
            10,
            "invites[1].id",
            "this invite id is given twice; expected it once (first at fixture:2:10: invites[0].id)",
        )],
    ),
    at_odds(
        r#"{"invites": [{"email": "Ada@example.com"}, {"email": "ada+x@EXAMPLE.com"}]}"#,
        &[(1, 54, "invites[1].email", "a pending invite for this address is given twice")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c"}, {"email": "a@b.c", "invited_at": "-1d"}]}"#,
        &[(1, 44, "invites[1].email", "a pending invite for this address is given twice")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c"}, {"email": "a@b.c", "expires_at": "+1d"}]}"#,
        &[(1, 44, "invites[1].email", "a pending invite for this address is given twice")],
    ),
    at_odds(
        r#"{"organizations": [{"keys": ["k"]}, {"keys": [{"key": "k"}]}]}"#,
        &[(1, 47, "organizations[1].keys[0]", "this key is given twice")],
    ),
    at_odds(
        r#"{"organizations": [{"keys": ["by digest", "sha256:DIGEST"]}]}"#,
        &[(1, 43, "organizations[0].keys[1]", "this key is given twice")],
    ),
    at_odds(
        r#"{"organizations": [{"id": "o"}, {"id": "o"}]}"#,
        &[(1, 40, "organizations[1].id", "this organization id is given twice")],
    ),
    at_odds(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [{"email": "a@b.c", "status": "expired", "expires_at": "+1d"}]}"#,
        &[(
            1,
            76,
            "invites[0].status",
            "`expires_at` is 2026-01-02T00:00:00Z and the clock reads 2026-01-01T00:00:00Z",
        )],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "status": "pending", "invited_at": "-22d"}]}"#,
        &[(1, 43, "invites[0].status", "contradicts the times: `expires_at` is")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-1d", "expires_at": "-2d"}]}"#,
        &[(1, 68, "invites[0].expires_at", "lies before `invited_at`")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-1d", "accepted_at": "-2d"}]}"#,
        &[(1, 69, "invites[0].accepted_at", "lies before `invited_at`")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-30d", "accepted_at": "-2d"}]}"#,
        &[(1, 70, "invites[0].accepted_at", "lies after `expires_at`")],
    ),
    at_odds(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [{"email": "a@b.c", "invited_at": "-1d", "accepted_at": "2025-12-30T00:00:00Z"}]}"#,
        &[(1, 102, "invites[0].accepted_at", "lies before `invited_at`")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "-99999w"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    at_odds(
        r#"{"clock": "0100-01-01T00:00:00Z", "invites": [{"email": "a@b.c", "invited_at": "-9999w"}]}"#,
        &[(1, 80, "invites[0].invited_at", "leaves the years")],
    ),
    at_odds(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [{"email": "a@b.c", "accepted_at": "+5d"}]}"#,
        &[(1, 81, "invites[0].accepted_at", "lies after the clock's now, 2026-01-01T00:00:00Z")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "status": "accepted", "invited_at": "+5d"}]}"#,
        &[(1, 69, "invites[0].invited_at", "lies after the clock's now")],
    ),
    bad(
        r#"{"invites": [{"email": "a@b.c", "invited_at": "2026-01-01T00:00:00+24:00"}]}"#,
        &[(1, 47, "invites[0].invited_at", "is not a time")],
    ),
    at_odds(
        r#"{"invites": [{"email": "a@b.c", "expires_at": "9999-12-31T23:59:59Z"}]}"#,
        &[(
            1,
            47,
            "invites[0].expires_at",
            "lies outside the years that this mock can hold, which end at 9999-12-30",
        )],
    ),
    bad(r#"{"invites": [], "type": "school"}"#, &[(1, 25, "type", "expected `console` or `enterprise`")]),
    bad(r#"{"invites": [], "members": ["mia"]}"#, &[(1, 29, "members[0]", "e-mail address")]),
    bad(
        r#"{"invites": [], "member_limit": -1}"#,
        &[(1, 33, "member_limit", "-1 is not a whole number from 0 to 4294967295")],
    ),
    bad(
        r#"{"invites": [], "member_limit": 4294967296}"#,
        &[(1, 33, "member_limit", "4294967296 is not a whole number")],
    ),
    bad(r#"{"invites": [], "member_limit": 1.5}"#, &[(1, 33, "member_limit", "1.5 is not a whole number")]),
    bad(r#"{"invites": [{"email": "a\u0000@b.c"}]}"#, &[(1, 24, "invites[0].email", "e-mail address")]),
    bad(r#"{"invites": [{"email": "a@b..c"}]}"#, &[(1, 24, "invites[0].email", "e-mail address")]),
    bad(r#"{"invites": [{"email": "a@."}]}"#, &[(1, 24, "invites[0].email", "e-mail address")]),
    bad(
        r#"{"invites": [], "allowed_domains": ["a@b.c"]}"#,
        &[(1, 37, "allowed_domains[0]", "a domain such as")],
    ),
    bad(
        r#"{"invites": [], "groups": [{"grants_owner_access": true}]}"#,
        &[(1, 28, "groups[0]", "missing field `id`")],
    ),
    bad(
        r#"{"invites": [], "groups": [{"id": "g", "grants_owner_access": "maybe"}]}"#,
        &[(1, 63, "groups[0].grants_owner_access", "expected true, false or \"unconfirmed\"")],
    ),
    at_odds(
        r#"{"invites": [], "members": ["mia@b.c", "MIA+x@b.c"]}"#,
        &[(1, 40, "members[1]", "this member is given twice")],
    ),
    at_odds(
        r#"{"invites": [], "groups": ["g", {"id": "g"}]}"#,
        &[(1, 33, "groups[1]", "this group is given twice")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "nope", "drop": true}]}"#,
        &[(1, 42, "faults[0].operation", "unknown variant `nope`, expected one of `*`, `invites.create`")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "*"}]}"#,
        &[(1, 28, "faults[0]", "expected exactly one of `error`, `delay` and `drop`")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "*", "drop": true, "delay": "1s"}]}"#,
        &[(1, 28, "faults[0]", "expected exactly one of")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "*", "delay": "1h"}]}"#,
        &[(1, 56, "faults[0].delay", "a delay such as")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "*", "error": "teapot"}]}"#,
        &[(1, 56, "faults[0].error", "unknown variant `teapot`")],
    ),
    bad(
        r#"{"invites": [], "faults": [{"operation": "*", "drop": true, "times": 0}]}"#,
        &[(1, 70, "faults[0].times", "a whole number from 1")],
    ),
    bad(
        r#"{"organizations": [{"faults": [{"operation": "*", "drop": "half"}]}]}"#,
        &[(1, 59, "organizations[0].faults[0].drop", "expected true or")],
    ),
    // Everything in one document, and nothing that only follows from something else.
    bad(
        "{\n  \"seats\": 3,\n  \"invites\": [\n    {\"email\": \"zoë\", \"role\": \"boss\"},\n    {\"id\": \"x\", \"email\": \"a@b.c\"},\n    7,\n    {\"id\": \"x\", \"email\": \"é@b.c\", \"invited_at\": \"soon\"}\n  ],\n  \"organizations\": [{\"keys\": [{}]}]\n}",
        &[
            (2, 3, "seats", "unknown field"),
            (4, 15, "invites[0].email", "e-mail address"),
            (4, 30, "invites[0].role", "unknown variant"),
            (6, 5, "invites[2]", "expected an object"),
            (7, 12, "invites[3].id", "given twice; expected it once (first at fixture:5:12: invites[1].id)"),
            (7, 49, "invites[3].invited_at", "is not a time"),
            (9, 31, "organizations[0].keys[0]", "missing field `key`"),
        ],
    ),
];

fn schema() -> serde_json::Value {
    serde_json::from_str(Fixture::SCHEMA).unwrap()
}

/// The digest of `by digest`, which a constant cannot compute.
fn with_digest(document: &str) -> String {
    document.replace("DIGEST", "3062c4709a591f0b60f834f01b0b971446cb31dacf5f929e245d07e9b9302135")
}

#[test]
fn every_problem_of_a_document_is_told_with_line_column_path_and_what_was_expected() {
    for case in BAD {
        let document = with_digest(case.document);
        let Err(error) = Fixture::parse(&document, Settings::default()) else { panic!("taken: {document}") };
        let told: Vec<_> = error.problems.iter().map(|p| (p.place.unwrap(), p.path.as_str())).collect();
        let expected: Vec<_> =
            case.problems.iter().map(|(line, column, path, _)| ((*line, *column), *path)).collect();
        assert_eq!(told, expected, "{document}\n{error}");
        for (problem, (.., message)) in error.problems.iter().zip(case.problems) {
            assert!(problem.message.contains(message), "{message:?} in {problem}");
        }
    }
}

#[test]
fn the_schema_refuses_what_the_check_refuses_in_a_single_value_and_nothing_else() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    for case in BAD {
        let document = serde_json::from_str(&with_digest(case.document)).unwrap();
        assert_eq!(validator.is_valid(&document), !case.schema_tells, "{}", case.document);
    }
}

#[test]
fn the_schema_accepts_every_fixture_and_so_does_the_check() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".schema.json") {
            continue;
        }
        let document = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        Fixture::read(&[path], Settings::default()).unwrap();
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["default.json", "empty.json", "every-status.json", "organizations.json"]);
}

#[test]
fn the_schema_in_the_folder_is_the_one_that_the_command_prints() {
    let printed = run(&["schema"]);
    assert!(printed.status.success());
    assert_eq!(text(&printed.stdout), fixture("fixture.schema.json"));
}

#[test]
fn bad_json_is_told_with_its_place() {
    for (document, place, message) in [
        ("", (1, 1), "EOF while parsing a value"),
        ("{\"invites\": [\n  }", (2, 3), "expected value"),
        ("{\"invites\": []}\n\n x", (3, 2), "trailing characters"),
        ("{\"invites\": [{\"email\": \"é\" x}]}", (1, 28), "expected `,` or `}`"),
        ("{'invites': []}", (1, 2), "key must be a string"),
        ("{\"invites\": [],}", (1, 16), "trailing comma"),
        ("{\"invites\": [1, 2 /* note */]}", (1, 19), "expected `,` or `]`"),
        // The reader stumbles over the second byte of the letter.
        ("{\"invites\": \"\\u00é\"}", (1, 18), "invalid escape"),
    ] {
        let error = Fixture::parse(document, Settings::default()).unwrap_err();
        let [problem] = &error.problems[..] else { panic!("{error}") };
        assert_eq!(problem.place, Some(place), "{document:?} {error}");
        assert!(problem.message.starts_with(&format!("bad JSON: {message}")), "{document:?} {problem}");
    }
    for deep in ["[".repeat(100_000), format!("{{\"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000))] {
        let error = Fixture::parse(&deep, Settings::default()).unwrap_err();
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}

#[test]
fn a_bad_fixture_stops_the_start_and_the_check_with_exit_code_1_and_every_message() {
    let folder = Folder::new();
    let file = folder.file("bad.json", "{\"invites\": [\n  {\"email\": \"a\"},\n  {\"email\": 7}]}");
    for arguments in [&["check", &file][..], &["--listen", "127.0.0.1:0", "--fixture", &file]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), "", "it never said that it listens");
        let said = text(&output.stderr);
        assert!(
            said.contains(&format!("{file}:2:13: invites[0].email: \"a\" is not an e-mail address")),
            "{said}"
        );
        assert!(
            said.contains(&format!("{file}:3:13: invites[1].email: invalid type: integer `7`")),
            "{said}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_or_is_not_utf_8_is_named() {
    let folder = Folder::new();
    let missing = folder.0.join("missing.json").to_str().unwrap().to_owned();
    let binary = folder.file("binary.json", b"{\"invites\":\n [\xff]}");
    let output = run(&["check", &missing, &binary]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(&format!("{missing}: cannot be read: No such file")), "{said}");
    assert!(said.contains(&format!("{binary}:2:3: not UTF-8")), "{said}");
}

#[test]
fn a_folder_is_its_json_files_in_the_order_of_their_names() {
    let folder = Folder::new();
    folder.file("b.json", r#"{"invites": [{"id": "b", "email": "b@example.com"}]}"#);
    folder.file("a.json", r#"{"invites": [{"id": "a", "email": "a@example.com"}]}"#);
    for passed_over in ["fixture.schema.json", "notes.txt", ".hidden.json", "b.json.bak"] {
        folder.file(passed_over, "not a fixture");
    }
    fs::create_dir(folder.0.join("folder.json")).unwrap();

    let output = run(&["check", folder.path()]);

    assert_eq!(text(&output.stdout), "ok: 0 pinned organizations, 2 invites\n", "{}", text(&output.stderr));

    folder.file("c.json", r#"{"invites": [{"id": "b", "email": "c@example.com"}]}"#);
    let said = text(&run(&["check", folder.path()]).stderr);
    let (second, first) = (folder.0.join("c.json"), folder.0.join("b.json"));
    let expected = format!(
        "{}:1:21: invites[0].id: this invite id is given twice; expected it once (first at {}:1:21: invites[0].id)",
        second.display(),
        first.display()
    );
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn a_folder_without_fixtures_is_an_error() {
    let folder = Folder::new();
    folder.file("fixture.schema.json", "{}");
    let output = run(&["check", folder.path()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("holds no *.json file"));
}

#[test]
fn a_number_that_is_whole_counts_however_it_is_written() {
    for limit in ["5", "5.0", "5e0", "0", "4294967295"] {
        let document = format!(r#"{{"invites": [], "member_limit": {limit}}}"#);
        assert!(Fixture::parse(&document, Settings::default()).is_ok(), "{limit}");
        let validator = jsonschema::validator_for(&schema()).unwrap();
        assert!(validator.is_valid(&serde_json::from_str(&document).unwrap()), "{limit}");
    }
}

#[test]
fn times_at_the_end_of_all_years_keep_to_microseconds() {
    let settings = Settings { now: Some("9999-12-20T00:00:00Z".parse().unwrap()), ..Settings::default() };
    let world =
        World::new(Fixture::parse(r#"{"invites": [{"id": "x", "email": "a@b.c"}]}"#, settings).unwrap());
    let invite = world.organization("sk-ant-admin01-x").unwrap().invite("x").unwrap();
    assert_eq!(invite.expires_at.to_string(), "9999-12-30T22:00:00.999999Z");
}

#[test]
fn an_offset_is_kept_to_the_millisecond() {
    let settings = Settings { now: Some("2026-01-01T00:00:10Z".parse().unwrap()), ..Settings::default() };
    let document = r#"{"invites": [{"id": "x", "email": "a@b.c", "invited_at": "-1250ms"}]}"#;
    let world = World::new(Fixture::parse(document, settings).unwrap());
    let invite = world.organization("sk-ant-admin01-x").unwrap().invite("x").unwrap();
    assert_eq!(invite.invited_at.to_string(), "2026-01-01T00:00:08.75Z");
    assert_eq!(invite.expires_at.to_string(), "2026-01-22T00:00:08.75Z");
}

#[test]
fn an_address_may_be_written_in_any_letters_but_without_what_cannot_be_seen() {
    let taken = |email: &str| {
        let document = json!({"invites": [{"email": email}]}).to_string();
        Fixture::parse(&document, Settings::default()).is_ok()
    };
    for good in ["zoë@exämple.com", "a@b", "a!b@b.c"] {
        assert!(taken(good), "{good}");
    }
    for bad in
        ["a b@b.c", "zo ë@b.c", "zoë@b\u{a0}.c", "a\u{7f}@b.c", "a@b..c", "a@.b", "a@b.", "@b", "a@", "a@b@c"]
    {
        assert!(!taken(bad), "{bad:?}");
    }
}

#[test]
fn a_time_is_cut_down_to_whole_microseconds_before_1970_as_after() {
    for (written, read) in [
        ("2026-01-01T00:00:00.1234569Z", "2026-01-01T00:00:00.123456Z"),
        ("1969-12-31T23:59:58.9999999Z", "1969-12-31T23:59:58.999999Z"),
        ("1969-12-31T23:59:59.0000001Z", "1969-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
    ] {
        let settings = Settings { now: Some(written.parse().unwrap()), ..Settings::default() };
        let world = World::new(Fixture::parse(r#"{"invites": []}"#, settings).unwrap());
        assert_eq!(world.clock().now().to_string(), read);
    }
}

#[test]
fn a_file_named_twice_is_one_problem() {
    let folder = Folder::new();
    let file = folder.file("a.json", fixture("default.json"));
    let output = run(&["check", &file, folder.path(), &file]);
    let said = text(&output.stderr);
    assert_eq!(said.matches("the file is given twice").count(), 2, "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let folder = Folder::new();
    let file = folder.file("a.json", format!("\u{feff}{}", fixture("default.json")));
    assert!(run(&["check", &file]).status.success());
}

#[test]
fn no_message_shows_a_key_whole_or_moves_the_cursor() {
    for document in [
        r#"{"organizations": [{"keys": ["sk-ant-admin01-SECRETSECRETSECRET "]}]}"#,
        r#"{"organizations": [{"keys": ["no-prefix-SECRETSECRET\n"]}]}"#,
        r#"{"organizations": [{"keys": "sk-ant-admin01-SECRETSECRETSECRET"}]}"#,
        r#"{"organizations": [{"keys": "no-prefix-SECRETSECRET"}]}"#,
        r#"{"organizations": ["sk-ant-admin01-SECRETSECRETSECRET"]}"#,
        r#"{"organizations": [{"keys": [{"sk-ant-admin01-SECRETSECRETSECRET": {}}]}]}"#,
        r#"{"organizations": [{"keys": [{"key": "k", "state": "sk-ant-admin01-SECRETSECRETSECRET"}]}]}"#,
        r#"{"organizations": [{"keys": ["sk-ant-admin01-SECRETSECRETSECRET", "sk-ant-admin01-SECRETSECRETSECRET"]}]}"#,
        r#"{"in\nv\u001b[31m": 1, "invites": []}"#,
    ] {
        for problem in Fixture::parse(document, Settings::default()).unwrap_err().problems {
            let said = problem.to_string();
            assert!(!said.contains("SECRETSECRET") && !said.contains(char::is_control), "{said:?}");
        }
    }
}

#[test]
fn files_add_up_to_one_world_with_one_clock() {
    let folder = Folder::new();
    let one = folder.file("1.json", r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#);
    let same = folder.file("2.json", r#"{"clock": "2026-01-01T00:00:00Z", "organizations": []}"#);
    let other = folder.file("3.json", r#"{"clock": "+1d", "invites": []}"#);
    assert!(run(&["check", &one, &same]).status.success());
    let said = text(&run(&["check", &one, &other]).stderr);
    assert!(
        said.contains(&format!("{other}:1:11: clock: another file says otherwise; expected one value")),
        "{said}"
    );
    assert!(said.contains(&format!("(first at {one}:1:11: clock)")), "{said}");
}

#[test]
fn fixtures_are_never_written() {
    let folder = Folder::new();
    let file = folder.file("world.json", fixture("default.json"));
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    let served = Served::start(&["--fixture", &file]);
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
    drop(served);
    assert_eq!(fs::read_to_string(&file).unwrap(), fixture("default.json"));
}

fn statuses(document: &serde_json::Value) -> Vec<Status> {
    let world = World::new(Fixture::parse(&document.to_string(), Settings::default()).unwrap());
    let organization = world.organization("sk-ant-admin01-x").unwrap();
    let count = document["invites"].as_array().unwrap().len();
    (0..count).map(|n| organization.invite(&n.to_string()).unwrap().status).collect()
}

#[test]
fn a_status_left_out_follows_from_the_times() {
    let document = json!({"clock": "2026-01-01T00:00:00Z", "invites": [
        {"id": "0", "email": "0@example.com"},
        {"id": "1", "email": "1@example.com", "invited_at": "-21d"},
        {"id": "2", "email": "2@example.com", "invited_at": "-20d"},
        {"id": "3", "email": "3@example.com", "expires_at": "-40d"},
        {"id": "4", "email": "4@example.com", "accepted_at": "-40d"},
        {"id": "5", "email": "5@example.com", "invited_at": "2025-12-11T01:00:00+01:00"},
        {"id": "6", "email": "6@example.com", "invited_at": "2025-12-11T00:00:00.000001Z"},
        {"id": "7", "email": "7@example.com", "status": "accepted", "invited_at": "-10m"},
        {"id": "8", "email": "8@example.com", "status": "accepted"},
        {"id": "9", "email": "9@example.com", "status": "expired"},
    ]});
    let world = World::new(Fixture::parse(&document.to_string(), Settings::default()).unwrap());
    let organization = world.organization("sk-ant-admin01-x").unwrap();
    let times = |id: &str| {
        let invite = organization.invite(id).unwrap();
        [Some(invite.invited_at), Some(invite.expires_at), invite.accepted_at]
            .map(|at| at.map(|at| at.to_string()))
    };
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(times("0"), [at("2026-01-01T00:00:00Z"), at("2026-01-22T00:00:00Z"), None]);
    assert_eq!(times("3"), [at("2025-11-01T00:00:00Z"), at("2025-11-22T00:00:00Z"), None]);
    assert_eq!(
        times("4"),
        [at("2025-11-21T23:00:00Z"), at("2025-12-12T23:00:00Z"), at("2025-11-22T00:00:00Z")]
    );
    assert_eq!(times("7")[2], at("2026-01-01T00:00:00Z"), "not an hour later, which has not come yet");
    assert_eq!(
        times("8"),
        [at("2025-12-31T00:00:00Z"), at("2026-01-21T00:00:00Z"), at("2025-12-31T01:00:00Z")]
    );
    assert_eq!(times("9")[..2], [at("2025-12-10T00:00:00Z"), at("2025-12-31T00:00:00Z")]);
    use Status::{Accepted, Expired, Pending};
    let expected =
        [Pending, Expired, Pending, Expired, Accepted, Expired, Pending, Accepted, Accepted, Expired];
    assert_eq!(statuses(&document), expected);
}

#[test]
fn times_that_touch_agree_and_a_default_gives_way_only_to_a_time_that_lies_beyond_it() {
    let document = json!({"clock": "2026-01-01T00:00:00Z", "invites": [
        {"id": "0", "email": "0@example.com", "accepted_at": "-24h"},
        {"id": "1", "email": "1@example.com", "expires_at": "+0s"},
        {"id": "2", "email": "2@example.com", "invited_at": "-1d", "expires_at": "-1d"},
        {"id": "3", "email": "3@example.com", "invited_at": "-1d", "accepted_at": "-1d"},
        {"id": "4", "email": "4@example.com", "invited_at": "-1d", "expires_at": "-1h", "accepted_at": "-1h"},
        {"id": "5", "email": "5@example.com", "status": "accepted", "invited_at": "-2d", "expires_at": "-47h"},
        {"id": "6", "email": "6@example.com", "status": "accepted", "invited_at": "-2d", "expires_at": "-2871m"},
    ]});
    let world = World::new(Fixture::parse(&document.to_string(), Settings::default()).unwrap());
    let organization = world.organization("sk-ant-admin01-x").unwrap();
    let invite = |id: &str| organization.invite(id).unwrap();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    assert_eq!(invite("0").invited_at, at("2025-12-31T00:00:00Z"), "the default, and accepted at once");
    assert_eq!(invite("1").invited_at, at("2026-01-01T00:00:00Z"), "the default, and expired at once");
    assert_eq!(invite("5").accepted_at, Some(at("2025-12-30T01:00:00Z")), "an hour later, which is the end");
    assert_eq!(invite("6").accepted_at, Some(at("2025-12-30T00:09:00Z")), "at the end, which comes sooner");
    use Status::{Accepted, Expired};
    assert_eq!(statuses(&document), [Accepted, Expired, Expired, Accepted, Accepted, Accepted, Accepted]);
}

#[test]
fn an_offset_may_lead_to_the_first_moment_of_year_0_and_not_before_it() {
    let parse = |offset: &str| {
        let document = json!({"clock": "0000-01-02T00:00:00Z", "invites": [
            {"id": "x", "email": "a@b.c", "invited_at": offset}]});
        Fixture::parse(&document.to_string(), Settings::default())
    };
    let world = World::new(parse("-1d").unwrap());
    let invite = world.organization("sk-ant-admin01-x").unwrap().invite("x").unwrap();
    assert_eq!(invite.invited_at.to_string(), "0000-01-01T00:00:00Z");
    assert!(parse("-86400001ms").unwrap_err().to_string().contains("leaves the years 0000 to 9999"));
}

#[test]
fn each_unit_of_an_offset_is_what_it_says() {
    for (offset, milliseconds) in
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1_i64)]
    {
        // Written in the unit and in milliseconds, the ends of two invites lie on either side of now.
        let document = json!({"clock": "2026-01-01T00:00:00Z", "invites": [
            {"id": "0", "email": "0@example.com", "invited_at": "-90w", "expires_at": format!("-2{offset}")},
            {"id": "1", "email": "1@example.com", "invited_at": "-90w", "expires_at": format!("+2{offset}")},
        ]});
        assert_eq!(statuses(&document), [Status::Expired, Status::Pending], "{offset}");
        let moment: anthropic_admin_mock::Moment = format!("+2{offset}").parse().unwrap();
        assert_eq!(String::from(moment), format!("+{}ms", 2 * milliseconds));
    }
}

#[test]
fn the_clock_of_the_command_wins_over_the_fixtures_and_an_organizations_over_the_documents() {
    let document = r#"{"clock": "2026-01-01T00:00:00Z", "organizations": [
        {"keys": ["a"], "invites": [{"id": "x", "email": "x@example.com", "expires_at": "2026-06-01T00:00:00Z"}]},
        {"keys": ["b"], "clock": "2026-07-01T00:00:00Z",
         "invites": [{"id": "x", "email": "x@example.com", "expires_at": "2026-06-01T00:00:00Z"}]}
    ]}"#;
    let statuses = |now: Option<&str>| {
        let settings = Settings { now: now.map(|now| now.parse().unwrap()), ..Settings::default() };
        let world = World::new(Fixture::parse(document, settings).unwrap());
        ["a", "b"].map(|key| world.organization(key).unwrap().invite("x").unwrap().status)
    };
    use Status::{Expired, Pending};
    assert_eq!(statuses(None), [Pending, Expired]);
    assert_eq!(statuses(Some("2026-02-01T00:00:00Z")), [Pending, Pending]);
    assert_eq!(statuses(Some("2026-08-01T00:00:00Z")), [Expired, Expired]);
}

#[test]
fn an_invite_without_an_id_gets_one_of_the_apis_shape_and_the_same_in_every_world() {
    let document = r#"{"invites": [{"email": "a@example.com"}, {"email": "b@example.com"}]}"#;
    let ids = |seed| {
        let world = World::new(Fixture::parse(document, Settings { seed, ..Settings::default() }).unwrap());
        let page = world.organization("sk-ant-admin01-x").unwrap().list_invites(&everything()).unwrap();
        page.invites.into_iter().map(|invite| invite.id).collect::<Vec<_>>()
    };
    let first = ids(0);
    assert_eq!(first.len(), 2);
    for id in &first {
        let drawn = id.strip_prefix("invite_01").unwrap();
        assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    }
    assert_eq!(ids(0), first);
    assert_ne!(ids(1), first);
}

#[test]
fn a_large_fixture_with_many_problems_is_told_in_full_and_soon() {
    let invites: Vec<_> = (0..50_000)
        .map(|n| match n % 20 {
            0 => json!({"id": format!("i{n}"), "email": n}),
            1 => json!({"id": "same", "email": format!("{n}@example.com")}),
            _ => json!({"id": format!("i{n}"), "email": format!("{n}@example.com")}),
        })
        .collect();
    let document = json!({ "invites": invites }).to_string();
    let started = std::time::Instant::now();
    let error = Fixture::parse(&document, Settings::default()).unwrap_err();
    assert_eq!(error.problems.len(), 2_500 + 2_499);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn the_fixtures_that_teach_teach_what_they_say() {
    let check = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        text(&run(&["check", path.to_str().unwrap()]).stdout)
    };
    assert_eq!(check("default.json"), "ok: 0 pinned organizations, 4 invites\n");
    assert_eq!(check("empty.json"), "ok: 0 pinned organizations, 0 invites\n");
    assert_eq!(check("organizations.json"), "ok: 2 pinned organizations, 3 invites\n");
    assert_eq!(check("every-status.json"), "ok: 0 pinned organizations, 19 invites\n");
}

#[test]
fn an_invite_without_an_id_gets_one_that_the_fixture_gives_to_none() {
    let ids = |fixture: &str| {
        let world = World::new(Fixture::parse(fixture, Settings::default()).unwrap());
        let state = world.organization("sk-ant-admin01-ids").unwrap().state_document();
        let invites = state["invites"].as_array().unwrap().clone();
        invites.iter().map(|invite| invite["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let drawn = ids(r#"{"invites": [{"email": "a@b.c"}, {"email": "d@e.f"}]}"#);
    let taken = json!({"invites": [{"email": "a@b.c"}, {"email": "d@e.f", "id": drawn[0]}]}).to_string();
    assert_eq!(ids(&taken), [&*drawn[1], &*drawn[0]]);
}
