//! The truth page: every row has a source and tests that exist, and every error has a row.

use std::fs;

fn read(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// One row of the table: what, basis, source, tests, errors.
struct Row {
    what: String,
    basis: String,
    source: String,
    tests: Vec<String>,
    errors: Vec<String>,
}

fn rows() -> Vec<Row> {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let page = read("docs/fidelity.md");
    let table =
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| What the mock does |"));
    table
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [what, basis, source, tests, errors] = cells[..] else { panic!("five cells: {line}") };
            Row {
                what: what.into(),
                basis: basis.into(),
                source: source.into(),
                tests: quoted(tests),
                errors: quoted(errors),
            }
        })
        .collect()
}

/// Whether `file::name` is a test in that file of `tests/it` or of `src/api`.
fn is_a_test(name: &str) -> bool {
    let Some((file, function)) = name.split_once("::") else { return false };
    ["tests/it", "src/api"].iter().any(|folder| {
        let text = fs::read_to_string(format!("{}/{folder}/{file}.rs", env!("CARGO_MANIFEST_DIR")));
        let text = text.unwrap_or_default();
        let mut before = "";
        text.lines().map(str::trim).any(|line| {
            let is_test = before.starts_with("#[test]") || before.starts_with("#[tokio::test");
            before = line;
            is_test
                && line.split_once("fn ").is_some_and(|(_, rest)| rest.starts_with(&format!("{function}(")))
        })
    })
}

#[test]
fn every_row_has_a_basis_a_source_and_tests_that_exist() {
    let rows = rows();
    assert!(rows.len() > 30);
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
    assert!(is_a_test("delete::a_pending_invite_is_deleted_once"));
    for none in
        ["delete::a_pending_invite", "order::a_pending_invite_is_deleted_once", "delete", "fidelity::read"]
    {
        assert!(!is_a_test(none), "{none}");
    }
}

#[test]
fn every_error_of_the_api_has_a_row() {
    let code = read("src/api/error.rs");
    let constructors: Vec<_> = code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub(super) fn "))
        .map(|signature| signature.split(['(', '<']).next().unwrap())
        // What shows an error, and what words a part of one.
        .filter(|name| !["body", "one_of"].contains(name))
        .collect();
    assert!(constructors.len() > 15, "{constructors:?}");
    let named: Vec<_> = rows().into_iter().flat_map(|row| row.errors).collect();
    for constructor in &constructors {
        assert!(named.iter().any(|name| name == constructor), "no row for {constructor}");
    }
    for name in &named {
        assert!(constructors.contains(&name.as_str()), "{name} is no error of the code");
    }
}
