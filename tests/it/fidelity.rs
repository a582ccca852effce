//! The truth page: every row has a source and tests that exist, and every reason on the wire has a row.

use std::{collections::BTreeSet, fs};

use anthropic_admin_mock::Reason;

use crate::harness::{path, read};

/// One row of a table: what, basis, source, tests, reasons.
struct Row {
    what: String,
    basis: String,
    source: String,
    tests: Vec<String>,
    reasons: Vec<String>,
}

fn rows() -> Vec<Row> {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let page = read("docs/fidelity.md");
    let table =
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| What the mock does |"));
    table
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [what, basis, source, tests, reasons] = cells[..] else { panic!("five cells: {line}") };
            Row {
                what: what.into(),
                basis: basis.into(),
                source: source.into(),
                tests: quoted(tests),
                reasons: quoted(reasons),
            }
        })
        .collect()
}

/// Whether a name, as `cargo test` shows it, is that of a test in `tests/it` or of a unit test in `src`.
fn is_a_test(name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else { return false };
    let (folder, module) = match module.strip_suffix("::tests") {
        Some(module) => ("src", module),
        None => ("tests/it", module),
    };
    let module = module.replace("::", "/");
    let files = [format!("{folder}/{module}.rs"), format!("{folder}/{module}/mod.rs")];
    let Some(text) = files.iter().find_map(|file| fs::read_to_string(path(file)).ok()) else { return false };
    let mut before = "";
    text.lines().map(str::trim).any(|line| {
        let is_test = before.starts_with("#[test]") || before.starts_with("#[tokio::test");
        before = line;
        is_test && line.split_once("fn ").is_some_and(|(_, rest)| rest.starts_with(&format!("{function}(")))
    })
}

#[test]
fn every_row_has_a_basis_a_source_and_tests_that_exist() {
    let rows = rows();
    assert!(rows.len() > 50);
    let page = read("docs/fidelity.md");
    for row in rows {
        assert!(["documented", "observed", "assumed"].contains(&row.basis.as_str()), "{}", row.what);
        assert!(!row.source.is_empty(), "no source: {}", row.what);
        for cited in row.source.split('[').skip(1).map(|rest| rest.split(']').next().unwrap()) {
            assert!(page.contains(&format!("\n- [{cited}]: ")), "{cited} is not in the list of sources");
        }
        assert!(!row.tests.is_empty(), "no test: {}", row.what);
        for test in &row.tests {
            assert!(is_a_test(test), "{test} is no test, in: {}", row.what);
        }
    }
}

#[test]
fn a_test_that_does_not_exist_would_be_noticed() {
    assert!(is_a_test("invites::delete::a_pending_invite_is_deleted_once"));
    assert!(is_a_test("model::every_history_of_the_world_is_one_of_the_model"));
    assert!(is_a_test("api::body::tests::a_body_that_stalls_or_trickles_is_given_up_after_30_seconds"));
    for none in [
        "invites::delete::a_pending_invite",
        "delete::a_pending_invite_is_deleted_once",
        "invites::list::a_pending_invite_is_deleted_once",
        "delete",
        "fidelity::rows",
    ] {
        assert!(!is_a_test(none), "{none}");
    }
}

#[test]
fn every_reason_of_the_api_has_a_row_and_every_row_names_a_reason_that_there_is() {
    let reasons: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.name().to_owned()).collect();
    let named: BTreeSet<_> = rows().into_iter().flat_map(|row| row.reasons).collect();
    let (without_row, of_nothing): (Vec<_>, Vec<_>) =
        (reasons.difference(&named).collect(), named.difference(&reasons).collect());
    assert!(without_row.is_empty(), "no row for {without_row:?}");
    assert!(of_nothing.is_empty(), "there is no reason {of_nothing:?}");
}
