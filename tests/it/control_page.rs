//! docs/control.md: it describes every control route, and its cURL lines answer as it shows.

use serde_json::Value;

use crate::harness::*;

const PAGE: &str = "docs/control.md";

/// An answer without what differs from run to run and from client to client.
fn settled(body: &str) -> Value {
    let mut answer: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{body}: {error}"));
    for entry in answer["requests"].as_array_mut().into_iter().flatten() {
        for field in ["duration_ms", "user_agent"] {
            assert!(entry.as_object_mut().unwrap().remove(field).is_some(), "{entry}");
        }
    }
    answer
}

#[test]
fn the_commands_of_the_control_page_do_what_it_shows() {
    let page = read(PAGE);
    let options = page.split("against `cargo run -- ").nth(1).unwrap().split('`').next().unwrap();
    let served = Served::start(&options.split(' ').collect::<Vec<_>>());
    for Shown { command, output } in shown(PAGE) {
        let answer = curl(&command, served.address);
        if output.is_empty() {
            assert_eq!(answer.status, 200, "{command}");
        } else {
            assert_eq!(settled(&answer.body), settled(&output), "{command}");
        }
    }
}

#[test]
fn the_control_page_describes_every_route_that_there_is() {
    let page = read(PAGE);
    let described: Vec<_> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let served = Served::start(&[]);
    let index = Call::control("GET", "", "").send(served.address).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let routes = index["routes"].as_array().unwrap().iter();
    let mut routes: Vec<_> =
        routes.map(|route| format!("{} {}", text(&route["method"]), text(&route["path"]))).collect();
    assert_eq!(sorted(&mut routes.clone()), sorted(&mut described.iter().map(|&at| at.into()).collect()));
    // Each is shown with a command of its own.
    for Shown { command, .. } in shown(PAGE) {
        routes.retain(|route| !is_shown_by(route, &command));
    }
    assert_eq!(routes, Vec::<String>::new(), "without a command");
}

fn sorted(routes: &mut Vec<String>) -> Vec<String> {
    routes.sort();
    std::mem::take(routes)
}

fn is_shown_by(route: &str, command: &str) -> bool {
    let (method, path) = route.split_once(' ').unwrap();
    let words = words(command);
    let value = |option: &str| Some(&words[words.iter().position(|word| word == option)? + 1]);
    let used = value("--request").map(String::as_str);
    let used = used.unwrap_or(if value("--data").is_some() { "POST" } else { "GET" });
    let url = words.iter().find_map(|word| word.strip_prefix("http://127.0.0.1:4010")).unwrap();
    let url = url.split('?').next().unwrap();
    let same = |(part, shown): (&str, &str)| part == shown || part.starts_with('{');
    method == used
        && path.split('/').count() == url.split('/').count()
        && path.split('/').zip(url.split('/')).all(same)
}

#[test]
fn the_control_page_names_every_reason_filter_and_outcome() {
    let page = read(PAGE);
    let served = Served::start(&[]);
    // The messages that refuse an unknown filter and an unknown outcome list those that there are.
    let filter = Call::control("GET", "requests?nothing=1", "").send(served.address);
    let filters =
        filter.control_refused(400, "input-invalid").message().split_once("expected ").unwrap().1.to_owned();
    for name in filters.split(", ") {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let fault =
        Call::control("POST", "faults", "").body(r#"{"operation": "*", "nothing": 1}"#).send(served.address);
    let fields = fault
        .control_refused(400, "input-invalid")
        .message()
        .split_once("expected one of ")
        .unwrap()
        .1
        .to_owned();
    let names: Vec<_> = fields.split('`').skip(1).step_by(2).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let operation =
        Call::control("POST", "faults", "").body(r#"{"operation": "nothing"}"#).send(served.address);
    assert!(operation.message().contains("`invites.delete`"), "{operation:?}");
    for file in std::fs::read_dir(path("src/control")).unwrap() {
        let file = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in
            file.lines().filter(|line| line.contains("ControlError::new(") || line.contains("conflict(\""))
        {
            for reason in
                line.split('"').skip(1).step_by(2).filter(|text| text.contains('-') && !text.contains(' '))
            {
                assert!(page.contains(&format!("`{reason}`")), "{reason}");
            }
        }
    }
}
