//! The recipes of docs/recipes.md: what the page shows, what the files say, and what is run are one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::harness::{read, run, text};

/// What lies beside the recipes but is none.
const BESIDE: [&str; 7] = [
    "compose.run.yaml",
    "package-lock.json",
    "package.json",
    "requirements-compose.txt",
    "requirements.txt",
    "run",
    "testcontainers-rust/Cargo.lock",
];

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Each code block of the page, with the file that the line above it links to.
fn shown() -> Vec<(String, String)> {
    let page = read("docs/recipes.md");
    let mut lines = page.lines();
    let (mut shown, mut above) = (Vec::new(), "");
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let (name, target) = above
                .strip_prefix('[')
                .and_then(|link| link.strip_suffix(')')?.split_once("]("))
                .unwrap_or_else(|| panic!("no link to a file above a block, but {above:?}"));
            assert_eq!(target, format!("../{name}"));
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            shown.push((name.to_owned(), block.join("\n") + "\n"));
        }
        above = line;
    }
    shown
}

/// The files below a folder, without what starts with a dot.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(at(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if name.starts_with('.') {
        } else if at(&path).is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The words of a text that begin so and go on in capitals.
fn words(text: &str, start: &str) -> BTreeSet<String> {
    let rest =
        |rest: &str| rest.split(|c: char| !c.is_ascii_uppercase() && c != '_').next().unwrap().to_owned();
    text.split(start).skip(1).map(|after| format!("{start}{}", rest(after))).collect()
}

#[test]
fn the_page_shows_every_recipe_as_it_is() {
    let shown = shown();
    for (name, block) in &shown {
        assert_eq!(*block, read(name), "docs/recipes.md and {name}");
    }
    let mut names: Vec<_> =
        shown.iter().filter_map(|(name, _)| name.strip_prefix("tests/recipes/")).collect();
    names.extend(BESIDE);
    names.sort_unstable();
    let mut files: Vec<_> =
        files("tests/recipes").iter().map(|path| path.replacen("tests/recipes/", "", 1)).collect();
    files.sort_unstable();
    assert_eq!(names, files);
}

#[test]
fn every_recipe_is_run() {
    for (name, _) in shown() {
        let of_folder = |folder| Some((folder, name.strip_prefix(folder)?));
        let (folder, file) = ["tests/recipes", "tests/clients"].into_iter().find_map(of_folder).unwrap();
        let runner = format!("{folder}/run");
        assert!(read(&runner).contains(&format!("$here{file}")), "{runner} does not name {name}");
    }
}

#[test]
fn the_links_of_the_page_lead_somewhere() {
    let page = read("docs/recipes.md");
    let links: Vec<_> = page
        .lines()
        .filter(|line| !line.starts_with(' '))
        .flat_map(|line| line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()))
        .collect();
    assert!(links.len() > shown().len());
    for link in links {
        assert!(at("docs").join(link).exists(), "{link}");
    }
}

#[test]
fn the_recipes_agree_with_the_project() {
    let help = text(&run(&["--help"]).stdout);
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("\nHEALTHCHECK "));
    let port = dockerfile.split("\nEXPOSE ").nth(1).unwrap().lines().next().unwrap();
    assert!(dockerfile.contains(&format!("MOCK_LISTEN=0.0.0.0:{port} ")));
    let image = env!("CARGO_PKG_NAME");
    assert!(read("README.md").contains(&format!("\n$ docker build --tag {image} .\n")));

    for (name, text) in shown() {
        for variable in words(&text, "MOCK_") {
            assert!(help.contains(&format!("[env: {variable}=")), "{name} sets {variable}");
        }
        for variable in words(&text, "ANTHROPIC_") {
            assert!(
                ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"].contains(&variable.as_str()),
                "{name}: {variable}"
            );
        }
        for key in text.split("sk-ant-").skip(1) {
            assert!(key.starts_with("admin01-"), "{name}: sk-ant-{key}");
        }
        for id in text.split("invite_0").skip(1) {
            let id = id.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
            assert!(
                read("fixtures/default.json").contains(&format!("\"invite_0{id}\"")),
                "{name}: invite_0{id}"
            );
        }
        for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.starts_with("40")) {
            assert!(digits == port || digits == "404", "{name}: {digits}");
        }
        if let Some(line) = text.lines().find(|line| line.trim_start().starts_with("image: ")) {
            assert!(
                line.ends_with(&format!(" {image}")) || line.ends_with(&format!("/{image}")),
                "{name}: {line}"
            );
        }
    }

    let workflow = read("tests/recipes/github-actions.yml");
    assert!(workflow.contains(&format!("- {port}:{port}\n")));
    assert!(workflow.contains(&format!("ANTHROPIC_BASE_URL: http://localhost:{port}\n")));
    for recipe in ["test_testcontainers.py", "testcontainers.test.ts", "testcontainers-rust/tests/invites.rs"]
    {
        let recipe = read(&format!("tests/recipes/{recipe}"));
        assert!(recipe.contains(&format!("\"{image}\"")) && recipe.contains(&format!("({port}")), "{recipe}");
    }
}
