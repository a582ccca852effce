//! The rules that keep the house, as far as the source can show them and no lint does.

use std::{fs, path::Path};

/// Every source file below a folder, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        if path.is_dir() {
            found.extend(sources(&name));
        } else {
            found.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    found
}

#[track_caller]
fn nothing_names(folder: &str, words: &[&str]) {
    let sources = sources(folder);
    assert!(!sources.is_empty());
    for (name, text) in sources {
        for word in words {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

#[test]
fn the_world_knows_no_http() {
    nothing_names(
        "src/world",
        &["axum", "hyper", "http::", "tower", "crate::api", "crate::control", "crate::server"],
    );
}

#[test]
fn the_api_and_the_control_routes_do_not_know_each_other() {
    nothing_names("src/api", &["crate::control", "control::", "crate::server"]);
    nothing_names("src/control", &["crate::api", "api::", "crate::server"]);
}

#[test]
fn a_handler_sees_no_key_no_map_and_no_header() {
    let handlers = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/invites.rs")).unwrap();
    for word in ["World", "HeaderMap", "DashMap", "Exchange", "admit"] {
        assert!(!handlers.contains(word), "{word}");
    }
}

#[test]
fn every_source_file_says_first_what_it_is_for() {
    for (name, text) in sources("src").into_iter().chain(sources("tests/it")) {
        assert!(text.starts_with("//! ") && text.lines().next().unwrap().ends_with('.'), "{name}");
    }
}

#[test]
fn the_image_has_the_version_of_the_manifest() {
    let dockerfile = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Dockerfile")).unwrap();
    let version = concat!("\nARG VERSION=", env!("CARGO_PKG_VERSION"), "\n");
    assert!(dockerfile.contains(version), "its label cannot read the manifest");
}
