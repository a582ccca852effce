//! The rules that keep the house, as far as the source can show them and no lint does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::harness::{path, read};

/// Every source file below a folder, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path(folder)).unwrap() {
        let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        if Path::new(&path(&name)).is_dir() {
            found.extend(sources(&name));
        } else {
            found.push((name.clone(), read(&name)));
        }
    }
    found
}

#[track_caller]
fn nothing_names(sources: &[(String, String)], words: &[&str]) {
    assert!(!sources.is_empty());
    for (name, text) in sources {
        for word in words {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

#[test]
fn the_world_knows_no_http() {
    let words = ["axum", "hyper", "http::", "tower", "crate::api", "crate::control", "crate::server"];
    nothing_names(&sources("src/world"), &words);
}

#[test]
fn the_api_and_the_control_routes_do_not_know_each_other() {
    nothing_names(&sources("src/api"), &["crate::control", "control::", "crate::server"]);
    nothing_names(&sources("src/control"), &["crate::api", "api::", "crate::server"]);
}

/// The files beside a file of `src/api` that it imports.
fn imports(text: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    let statements = text.split("use super::").skip(1).filter_map(|rest| rest.split_once(';'));
    let words =
        statements.flat_map(|(imported, _)| imported.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| names.contains(*word)).map(str::to_owned).collect()
}

#[test]
fn no_import_circle_is_in_the_api() {
    let files = sources("src/api");
    let module = |file: &str| file.trim_start_matches("src/api/").trim_end_matches(".rs").to_owned();
    let names: BTreeSet<_> =
        files.iter().map(|(file, _)| module(file)).filter(|name| name != "mod").collect();
    let named = |(file, text): &(String, String)| (module(file), imports(text, &names));
    let mut left: BTreeMap<_, _> = files.iter().map(named).filter(|(name, _)| name != "mod").collect();
    assert!(left["routes"].contains("invites"), "{left:?}");
    // What imports nothing that is left is in no circle.
    while let Some(free) = left.keys().find(|name| left[*name].iter().all(|other| !left.contains_key(other)))
    {
        let free = free.clone();
        left.remove(&free);
    }
    assert!(left.is_empty(), "these import each other, or what does: {left:?}");
}

/// The files of handlers: those that the table of routes names.
fn handlers() -> BTreeSet<String> {
    let routes = read("src/api/routes.rs");
    let lines = routes.lines().filter_map(|line| line.trim().strip_prefix("route("));
    lines
        .filter_map(|line| Some(line.rsplit_once(' ')?.1.split_once("::")?.0.to_owned()))
        .map(|module| format!("src/api/{module}.rs"))
        .collect()
}

#[test]
fn a_handler_sees_no_key_no_map_no_header_and_no_other_handler() {
    let handlers = handlers();
    assert!(handlers.contains("src/api/invites.rs"), "{handlers:?}");
    let files: Vec<_> = handlers.iter().map(|name| (name.clone(), read(name))).collect();
    let words = ["World", "HeaderMap", "DashMap", "admit", "strike", "journal", "async "];
    nothing_names(&files, &words);
    // `email` and `role` of invites are for users as well.
    for (name, text) in &files {
        for other in handlers.iter().filter(|other| *other != name) {
            let module = other.trim_start_matches("src/api/").trim_end_matches(".rs");
            assert!(!text.contains(&format!("{module}::{{")), "{name} takes much of {other}");
        }
    }
}

#[test]
fn every_source_file_says_first_what_it_is_for() {
    let all = sources("src").into_iter().chain(sources("tests/it"));
    for (name, text) in all.filter(|(name, _)| name.ends_with(".rs")) {
        assert!(text.starts_with("//! ") && text.lines().next().unwrap().ends_with('.'), "{name}");
    }
}

#[test]
fn the_image_has_the_version_of_the_manifest() {
    let version = concat!("\nARG VERSION=", env!("CARGO_PKG_VERSION"), "\n");
    assert!(read("Dockerfile").contains(version), "its label cannot read the manifest");
}
