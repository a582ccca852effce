//! What holds for any input whatever: of a fixture, of a request, of a planned fault. The fuzz targets share this file.

use std::{cell::RefCell, sync::OnceLock};

use anthropic_admin_mock::{Fault, Fixture, FixtureError, JournalFilter, Settings, Status, World, router};
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, header::HeaderMap},
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

/// The alphabet of ids.
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The key and the pending invite that the seeds of requests name.
const KEY: &str = "sk-ant-admin01-any";
const INVITE: &str = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";

/// A template as the default world has it, and an organization that refuses for many reasons.
const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "invites": [
        {"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com", "role": "developer"},
        {"id": "a/b%2F", "email": "bob+tag@example.com", "status": "accepted"},
        {"id": "é", "email": "cyd@example.com", "status": "expired"},
        {"id": "gone", "email": "dan@example.com", "status": "deleted"}
    ],
    "organizations": [{
        "keys": ["sk-ant-admin01-full", {"key": "sk-ant-admin01-reader", "scopes": ["read:members"]},
            {"key": "sk-ant-admin01-off", "state": "disabled"}, {"key": "sk-ant-admin01-old", "state": "expired"}],
        "type": "enterprise", "clock": "2026-01-01T00:00:00Z", "members": ["mia@example.com"],
        "member_limit": 3, "allowed_domains": ["example.com"], "verified_domains": ["example.com", "b.c"],
        "groups": ["g", {"id": "owners", "grants_owner_access": true}, {"id": "who", "grants_owner_access": "unconfirmed"}],
        "invites": [{"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com"}]
    }]
}"#;

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

/// The vendor's type of each status that an answer of the API can have.
fn types(status: u16) -> &'static [&'static str] {
    match status {
        400 | 405 => &["invalid_request_error"],
        401 => &["authentication_error"],
        403 => &["permission_error"],
        404 => &["not_found_error"],
        413 => &["request_too_large"],
        429 => &["rate_limit_error"],
        529 => &["overloaded_error"],
        _ => &[],
    }
}

/// The rules of every answer of the API that no fault has struck. `body` is what was sent of it.
pub fn is_an_answer_of_the_api(method: &str, status: u16, headers: &[(String, Vec<u8>)], body: &[u8]) {
    let one = |name: &str| {
        let mut found = headers.iter().filter(|(present, _)| present == name);
        let value = found.next().map(|(_, value)| std::str::from_utf8(value).expect("ASCII headers"));
        assert!(found.next().is_none(), "{name} is there once");
        value
    };
    for (name, _) in headers {
        let known = [
            "content-type",
            "content-length",
            "request-id",
            "anthropic-organization-id",
            "x-should-retry",
            "x-mock-reason",
            "allow",
            "retry-after",
        ];
        let families = ["anthropic-ratelimit-requests-", "access-control-"];
        let known = known.contains(&&**name) || families.iter().any(|beginning| name.starts_with(beginning));
        assert!(known, "no foreign header: {name}");
    }
    assert_eq!(one("content-type"), Some("application/json"));
    let request_id = one("request-id");
    match request_id {
        Some(id) => {
            let drawn = id.strip_prefix("req_011C").expect("the prefix of a request id");
            assert!(drawn.len() == 20 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
        }
        None => assert_eq!(status, 401, "only a credential nobody knows goes without"),
    }
    let retry = match status {
        400 | 401 | 403 | 404 | 405 => Some("false"),
        429 => Some("true"),
        _ => None,
    };
    assert_eq!(one("x-should-retry"), retry);
    assert_eq!(one("x-mock-reason").is_some(), status >= 400);
    assert_eq!(one("allow").is_some(), status == 405);
    if method == "HEAD" {
        assert!(body.is_empty(), "nothing follows the head");
        return;
    }
    if method == "OPTIONS" && status == 200 {
        assert!(body.is_empty() && one("access-control-allow-methods").is_some(), "a preflight");
        return;
    }
    let json: Value = serde_json::from_slice(body).expect("the body is JSON");
    let fields = json.as_object().expect("the body is an object");
    if status == 200 {
        let count = match (fields.get("type").and_then(Value::as_str), method) {
            (Some("invite"), _) => 9,
            (Some("invite_deleted"), "DELETE") => 2,
            (None, "GET") if fields.contains_key("has_more") => 4,
            other => panic!("no answer to this: {other:?}"),
        };
        assert_eq!(fields.len(), count);
        assert!(one("anthropic-organization-id").is_some());
        return;
    }
    assert!(fields.len() == 3 && json["type"] == "error", "the envelope");
    assert_eq!(fields["request_id"].as_str(), request_id, "header and body agree");
    let kind = json["error"]["type"].as_str().expect("a type");
    assert!(types(status).contains(&kind), "{status} is not {kind}");
    assert!(json["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
    let coded = json["error"].get("details").map(|details| details["error_code"].is_string());
    assert_ne!(coded, Some(false), "no details without a code");
    assert_eq!(json["error"].as_object().unwrap().len(), 2 + usize::from(coded.is_some()));
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
        ("keys", "state"),
    ] {
        let (given, kept) = (texts(document, list, field), texts(state, list, field));
        assert_eq!(given.len(), kept.len(), "{list}: {given:?} {kept:?}");
        assert!(list == "keys" || given == kept, "{list}: {given:?} {kept:?}");
    }
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

/// Whether a request says all that the deletion of the invite asks for, read without the code under test.
pub fn is_a_good_delete(method: &str, path: &[u8], headers: &[(String, Vec<u8>)], id: &str) -> bool {
    let all =
        |name: &'static str| headers.iter().filter(move |(given, _)| given == name).map(|(_, value)| value);
    let key = match (all("x-api-key").next(), all("authorization").next()) {
        (Some(key), _) => key,
        (None, Some(value)) if value.len() > 7 && value[..7].eq_ignore_ascii_case(b"bearer ") => {
            value[7..].trim_ascii_start()
        }
        _ => return false,
    };
    let kinds = ["sk-ant-admin", "sk-ant-api01-", "sk-ant-oat"];
    let versions: Vec<&[u8]> = all("anthropic-version").map(Vec::as_slice).collect();
    let good_version = match versions[..] {
        [version] => [&b"2023-01-01"[..], b"2023-06-01", b"2026-10-21"].contains(&version),
        _ => false,
    };
    let page = all("origin").next().is_some();
    let direct =
        all("anthropic-dangerous-direct-browser-access").next().is_some_and(|value| value == b"true");
    method == "DELETE"
        && path.strip_prefix(b"/v1/organizations/invites/").is_some_and(|raw| decoded(raw) == id.as_bytes())
        && kinds.iter().any(|kind| key.starts_with(kind.as_bytes()))
        && good_version
        && (!page || direct)
}

/// Percent-decoded once.
fn decoded(raw: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut whole, mut at) = (Vec::new(), 0);
    while at < raw.len() {
        match (raw[at], digit(raw.get(at + 1)), digit(raw.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                whole.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                whole.push(byte);
                at += 1;
            }
        }
    }
    whole
}

/// A request gets an answer of the API, and an invite goes only where that was really asked for.
pub fn request(data: &[u8]) {
    let Some(request) = request_of(data) else { return };
    let world = world();
    let (method, path) = (request.method().to_string(), request.uri().path().as_bytes().to_vec());
    let headers = listed(request.headers());
    let good_delete = is_a_good_delete(&method, &path, &headers, INVITE);

    let (status, answered, body) = answer(&world, request);

    if path == b"/_mock" || path.starts_with(b"/_mock/") {
        assert!(status < 500, "the door fails: {status}");
        return;
    }
    if headers.iter().any(|(name, _)| name == "x-mock-fault") {
        // What a fault makes of an answer is another property.
        return;
    }
    let body = body.expect("a whole body");
    is_an_answer_of_the_api(&method, status, &listed(&answered), &body);
    let deleted = world.organizations().iter().any(|organization| {
        organization.invite(INVITE).is_some_and(|invite| invite.status == Status::Deleted)
    });
    assert!(!deleted || good_delete, "deleted without being asked to");
    assert!(
        deleted == (status == 200 && method == "DELETE"),
        "the answer says what was done: {status} {deleted}"
    );
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
    let json: Value = serde_json::from_slice(&body.unwrap()).expect("the door speaks JSON");
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
    let path = format!("/v1/organizations/invites/{INVITE}");
    for method in ["GET", "DELETE"] {
        struck(&world, call(method, &path, b""));
    }
    world.reset();
    let mut request = call("DELETE", &path, b"");
    if let Ok(value) = data.to_vec().try_into() {
        request.headers_mut().insert("x-mock-fault", value);
        struck(&world, request);
    }
}

fn struck(world: &World, request: Request<Body>) {
    let method = request.method().to_string();
    let (status, headers, body) = answer(world, request);
    let journal = world.organization(KEY).unwrap().requests(&JournalFilter::default());
    let entry = journal.last().expect("every request has an entry");
    let Some(fault) = &entry.fault else {
        return is_an_answer_of_the_api(&method, status, &listed(&headers), &body.expect("a whole body"));
    };
    assert_eq!(entry.status.is_none(), fault == "drop", "{fault}");
    assert_eq!(body.is_none(), fault == "drop mid_body", "{fault}");
    let (Some(body), true) = (body, entry.status.is_some()) else { return };
    let json: Value = serde_json::from_slice(&body).expect("the body is JSON");
    if fault.starts_with("delay") {
        return is_an_answer_of_the_api(&method, status, &listed(&headers), &body);
    }
    assert!(json["type"] == "error" && json["error"]["type"] == **fault, "{json}");
    assert!((400..600).contains(&status) && entry.status == Some(status));
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(json["request_id"].as_str(), headers.get("request-id").map(|id| id.to_str().unwrap()));
}

/// Fixtures that are taken, and some that are not.
pub fn fixture_seeds() -> Vec<Vec<u8>> {
    [
        WORLD,
        include_str!("../../fixtures/default.json"),
        include_str!("../../fixtures/organizations.json"),
        include_str!("../../fixtures/every-status.json"),
        include_str!("../../fixtures/empty.json"),
        r#"{"invites": [{"email": "é@b.c", "status": "pending", "invited_at": "-3d", "expires_at": "+18h"}]}"#,
        r#"{"clock": "+3d", "invites": [], "faults": [{"operation": "*", "times": 2, "error": "overloaded_error"}]}"#,
        "{\"invites\": [\n{\"email\": 7},\r\n\t{\"emial\": \"a@b.c\"}], }",
        "[",
        "",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

/// Good requests of every operation, and some that are refused.
pub fn request_seeds() -> Vec<Vec<u8>> {
    let headers = format!("x-api-key: {KEY}\nanthropic-version: 2023-06-01");
    let current = format!("authorization: Bearer {KEY}\nanthropic-version: 2026-10-21");
    let path = "/v1/organizations/invites";
    [
        format!("DELETE {path}/{INVITE}\n{headers}"),
        format!("DELETE {path}/{INVITE}?beta=true\n{current}\ncontent-type: application/json"),
        format!("DELETE {path}/a%2Fb%252F\n{headers}"),
        format!("DELETE {path}/%C3%A9\n{headers}\norigin: null\nanthropic-dangerous-direct-browser-access: true"),
        format!("DELETE {path}/%2569{}\n{headers}", &INVITE[1..]),
        format!("DELETE {path}/%69{}\n{headers}", &INVITE[1..]),
        format!("GET {path}/{INVITE}\n{current}"),
        format!("GET {path}?limit=2&after_id={INVITE}&email=ada%40example.com&roles%5B%5D=user&statuses[]=pending\n{headers}"),
        format!("POST {path}\n{headers}\n\n{{\"email\": \"eve@example.com\", \"role\": \"developer\", \"rbac_group_ids\": []}}"),
        format!("POST {path}\nx-api-key: sk-ant-admin01-full\nanthropic-version: 2023-06-01\n\n{{\"email\": \"eve@example.com\", \"role\": \"managed\", \"rbac_group_ids\": [\"g\", \"owners\"]}}"),
        format!("OPTIONS {path}\norigin: http://x\naccess-control-request-method: DELETE\naccess-control-request-headers: anthropic-dangerous-direct-browser-access"),
        format!("PUT /_mock/clock\nx-api-key: {KEY}\n\n{{\"advance\": \"22d\"}}"),
        format!("GET /_mock/requests?status=404&operation=invites.delete\nx-api-key: {KEY}"),
    ]
    .map(String::into_bytes)
    .into()
}

/// Plans as a body and as a header.
pub fn fault_plan_seeds() -> Vec<Vec<u8>> {
    [
        r#"{"operation": "invites.delete", "times": 2, "error": "overloaded_error", "retry_after": 3, "retry_after_ms": 20, "should_retry": true, "error_code": "c", "message": "m"}"#,
        r#"[{"operation": "*", "invite_id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "times": "always", "delay": "400ms"}, {"operation": "invites.retrieve", "drop": "mid_body"}]"#,
        r#"{"operation": "invites.delete", "drop": true, "after_commit": true}"#,
        r#"{"operation": "invites.delete", "error": "authentication_error"}"#,
        "rate_limit_error; retry-after=1; retry-after-ms=10; should-retry=false; error-code=c",
        "drop; after-commit",
        "drop=mid_body",
        "delay=400ms",
        "api_error;after-commit",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}
