//! What holds for any input whatever: of a fixture, of a request, of a planned fault. The fuzz targets share this file.

#[path = "properties/directory.rs"]
pub mod directory;
#[path = "properties/rows.rs"]
pub mod rows;
#[path = "properties/said.rs"]
mod said;

use std::{cell::RefCell, collections::HashSet, sync::OnceLock};

use anthropic_admin_mock::{
    Fault, Fixture, FixtureError, InviteStatus, JournalFilter, Settings, World, router,
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, header::HeaderMap},
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use super::{
    answers::{envelope, keeps_the_rules},
    seeds::{INVITE, KEY},
};
use directory::WORLD;
pub use said::{is_a_good_delete, key_of};

fn world() -> World {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    let fixture = FIXTURE.get_or_init(|| Fixture::parse(WORLD, Settings::default()).unwrap());
    World::new(fixture.clone())
}

/// Answers a request in this process. Time stands still but for planned delays, which pass at once.
fn answer(world: &World, request: Request<Body>) -> (u16, HeaderMap, Option<Vec<u8>>) {
    thread_local! {
        static RUNTIME: RefCell<Runtime> =
            RefCell::new(Builder::new_current_thread().enable_all().start_paused(true).build().unwrap());
    }
    RUNTIME.with_borrow(|runtime| {
        runtime.block_on(async {
            let response: Response<Body> = router(world.clone()).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            // A body that a planned fault cuts is an error here.
            let body = to_bytes(body, usize::MAX).await.ok().map(Vec::from);
            (parts.status.as_u16(), parts.headers, body)
        })
    })
}

fn listed(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
}

/// Every problem says something, of a place that the document has.
fn explains(refused: &FixtureError, document: &str) {
    assert!(!refused.problems.is_empty());
    let lines: Vec<&str> = document.split('\n').collect();
    for problem in &refused.problems {
        assert!(!problem.message.is_empty());
        let (line, column) = problem.place.expect("a place");
        assert!((1..=lines.len()).contains(&line), "{problem} in {document:?}");
        let columns = lines[line - 1].chars().count() + 1;
        assert!((1..=columns).contains(&column), "{problem} in {document:?}");
    }
}

/// The state has what the document has, as far as the document says it in so many words.
fn brings_back(document: &Value, state: &Value) {
    let texts = |of: &Value, list: &str, field: &str| {
        let items = of[list].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |item: &Value| item.get(field).unwrap_or(item).as_str().unwrap_or_default().to_lowercase();
        let mut texts: Vec<String> = items.iter().map(text).collect();
        texts.sort();
        texts
    };
    for (list, field) in [
        ("allowed_domains", ""),
        ("verified_domains", ""),
        ("groups", "id"),
        ("invites", "email"),
        ("users", "email"),
        ("workspaces", "name"),
        ("api_keys", "id"),
        ("keys", "state"),
    ] {
        let (mut given, mut kept) = (texts(document, list, field), texts(state, list, field));
        if list == "users" && document[list].is_null() {
            // The invitees of accepted invites are.
            continue;
        }
        // The name of the default workspace may be left out, and so may the workspace.
        for names in [&mut given, &mut kept].into_iter().filter(|_| list == "workspaces") {
            names.retain(|name| !name.is_empty() && name != "default");
        }
        assert_eq!(given.len(), kept.len(), "{list}: {given:?} {kept:?}");
        let is_as_given = |text: &String| text.is_empty() || kept.contains(text);
        assert!(list == "keys" || given.iter().all(is_as_given), "{list}: {given:?} {kept:?}");
    }
    rows::come_back(document, state);
    assert_eq!(document["member_limit"].as_f64(), state["member_limit"].as_f64());
    let pinned = |of: &Value| of["organizations"].as_array().cloned().unwrap_or_default();
    let (given, kept) = (pinned(document), pinned(state));
    assert_eq!(given.len(), kept.len());
    given.iter().zip(&kept).for_each(|(given, kept)| brings_back(given, kept));
}

/// A fixture is refused with reasons, or makes a world whose state is again a fixture of the same world.
pub fn fixture(data: &[u8]) {
    let Ok(document) = std::str::from_utf8(data) else { return };
    match Fixture::parse(document, Settings::default()) {
        Err(refused) => explains(&refused, document),
        Ok(parsed) => {
            let world = World::new(parsed);
            let state = world.state();
            brings_back(&serde_json::from_str(document).expect("a fixture is JSON"), &state);
            let written = format!("{state:#}");
            let again = Fixture::parse(&written, Settings::default());
            let again = World::new(again.unwrap_or_else(|refused| panic!("{refused}\n{written}")));
            assert_eq!(again.state(), state, "the state is a fixture of the same world");
            if let Err(refused) = world.put_state(&written) {
                panic!("{refused}\n{written}");
            }
            assert_eq!(world.state(), state, "put back it changes nothing");
        }
    }
}

/// A request as text: `METHOD TARGET`, lines of headers, an empty line, the body.
fn request_of(data: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let (method, target) = line.split_at(line.iter().position(|byte| *byte == b' ')?);
    let mut request = Request::builder().method(method).uri(&target[1..]);
    for line in lines {
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':')?);
        request = request.header(name, value[1..].trim_ascii());
    }
    request.body(Body::from(body.to_vec())).ok()
}

/// Whether any organization of the world is not as organizations begin.
fn has_changed(world: &World) -> bool {
    static BEGINNINGS: OnceLock<HashSet<String>> = OnceLock::new();
    let states = |world: &World| -> HashSet<String> {
        world.organizations().iter().map(|organization| organization.state().to_string()).collect()
    };
    let beginnings = BEGINNINGS.get_or_init(|| {
        let fresh = self::world();
        fresh.organization(KEY).expect("a good key");
        states(&fresh)
    });
    !states(world).is_subset(beginnings)
}

/// A request gets an answer of the API. Only a POST or DELETE that was answered 200 changes anything, each DELETE does, and
/// an invite goes only where that was really asked for.
pub fn request(data: &[u8]) {
    let Some(request) = request_of(data) else { return };
    let world = world();
    let (method, path) = (request.method().to_string(), request.uri().path().as_bytes().to_vec());
    let headers = listed(request.headers());
    let good_delete = is_a_good_delete(&method, &path, &headers, INVITE);

    let (status, answered, body) = answer(&world, request);

    if path == b"/_mock" || path.starts_with(b"/_mock/") {
        assert!(status < 500, "a control route fails: {status}");
        return;
    }
    if headers.iter().any(|(name, _)| name == "x-mock-fault") {
        // What a fault makes of an answer is another property.
        return;
    }
    let body = body.expect("a whole body");
    keeps_the_rules(&method, status, &listed(&answered), &body);
    let deleted = world.organizations().iter().any(|organization| {
        organization.invite(INVITE).is_some_and(|invite| invite.status == InviteStatus::Deleted)
    });
    assert!(!deleted || good_delete, "deleted without being asked to");
    let of_an_invite = path.starts_with(b"/v1/organizations/invites/");
    let says_so = status == 200 && method == "DELETE";
    assert!(deleted == (says_so && of_an_invite), "the answer says what was done: {status} {deleted}");
    let changed = has_changed(&world);
    assert!(
        !changed || status == 200 && ["POST", "DELETE"].contains(&&*method),
        "changed by {method} {status}"
    );
    assert!(changed || !says_so, "a deletion of nothing");
}

/// A plan is refused with reasons, or is shown again as it was given; and whatever it makes of an answer
/// stays in the vendor's envelope, as does what a header makes of it.
pub fn fault_plan(data: &[u8]) {
    let world = world();
    let call = |method: &str, path: &str, body: &[u8]| {
        Request::builder()
            .method(method)
            .uri(path)
            .header("x-api-key", KEY)
            .header("anthropic-version", "2023-06-01")
            .body(Body::from(body.to_vec()))
            .unwrap()
    };
    let (status, _, body) = answer(&world, call("POST", "/_mock/faults", data));
    let json: Value = serde_json::from_slice(&body.unwrap()).expect("control routes speak JSON");
    let document = std::str::from_utf8(data);
    match document.map(Fault::parse) {
        Ok(Ok(plans)) if plans.len() <= 1000 => {
            assert_eq!(status, 200, "{json}");
            let mut shown = json["faults"].clone();
            for plan in shown.as_array_mut().unwrap() {
                assert_eq!(plan.as_object_mut().unwrap().remove("hits"), Some(0.into()));
            }
            let again = Fault::parse(&shown.to_string()).unwrap_or_else(|refused| panic!("{refused}"));
            assert_eq!(again, plans, "a plan is shown as it was given");
        }
        Ok(Ok(_)) | Err(_) => assert_eq!(status, 400, "{json}"),
        Ok(Err(refused)) => {
            assert_eq!(status, 400, "{json}");
            explains(&refused, document.unwrap());
        }
    }
    for (method, path, body) in directory::calls() {
        struck(&world, call(method, &path, body.as_bytes()));
    }
    for (method, path, body) in directory::calls() {
        world.reset();
        let mut request = call(method, &path, body.as_bytes());
        if let Ok(value) = data.to_vec().try_into() {
            request.headers_mut().insert("x-mock-fault", value);
            struck(&world, request);
        }
    }
}

fn struck(world: &World, request: Request<Body>) {
    let method = request.method().to_string();
    let (status, headers, body) = answer(world, request);
    let journal = world.organization(KEY).unwrap().requests(&JournalFilter::default());
    let entry = journal.last().expect("every request has an entry");
    let Some(fault) = &entry.fault else {
        return keeps_the_rules(&method, status, &listed(&headers), &body.expect("a whole body"));
    };
    assert_eq!(entry.status.is_none(), fault == "drop", "{fault}");
    assert_eq!(body.is_none(), fault == "drop mid_body", "{fault}");
    let (Some(body), Some(sent)) = (body, entry.status) else { return };
    assert_eq!(sent, status, "{fault}");
    let listed = listed(&headers);
    if fault.starts_with("delay") || fault.starts_with("meanwhile") {
        return keeps_the_rules(&method, status, &listed, &body);
    }
    if fault.starts_with("response") {
        return assert!(!headers.contains_key("request-id") && headers["x-mock-reason"] == "fault");
    }
    assert!((400..600).contains(&status), "{fault}");
    let json = envelope(&method, status, &listed, &body).expect("a body");
    assert_eq!(json["error"]["type"], **fault, "{json}");
}
