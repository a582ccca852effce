//! `/_mock/requests`: the journal, what it says of each request, and what finds one in it.

use anthropic_admin_mock::{JournalEntry, JournalFilter, Settings, World, router};
use serde_json::json;
use tower::ServiceExt;

use super::*;

/// All requests of the world.
fn entries(server: &MockServer) -> Vec<JournalEntry> {
    server.world().requests(&JournalFilter::default())
}

/// The journal's entries by their JSON.
fn requests(server: &MockServer, query: &str, key: &str) -> Vec<Value> {
    get(server, &format!("requests{query}"), key)["requests"].as_array().unwrap().clone()
}

#[track_caller]
fn has(entry: &Value, fields: Value) {
    for (field, value) in fields.as_object().unwrap() {
        assert_eq!(&entry[field], value, "{field} of {entry}");
    }
}

#[tokio::test]
async fn the_journal_says_what_was_asked_and_what_became_of_it() {
    let server = default_server().await;
    let key = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    let call = Call::delete_invite(PENDING, key).query("beta=true&a=%20b");
    let call = call.header("user-agent", "terraform/1").header("x-stainless-retry-count", "2");
    let answer = call.send(server.address());
    answer.invite_deleted(PENDING);
    delete(&server, key).refused(404, "not_found_error", "invite-deleted");
    let create = r#"{"email": "ada@example.com", "role": "user"}"#;
    Call::create_invite(create, key).send(server.address()).good();
    raw(server.address(), &Call::delete_invite(EXPIRED, key).header("x-mock-fault", "drop"));

    let entries = requests(&server, "", key);

    let organization = server.world().organization(key).unwrap();
    let [first, second, third, lost] = &entries[..] else { panic!("{entries:?}") };
    has(
        first,
        json!({"number": 1, "request_id": answer.header("request-id"), "organization": organization.id(),
            "operation": "invites.delete", "method": "DELETE", "path": invite(PENDING), "query": "beta=true&a=%20b",
            "invite_id": PENDING, "user_id": null, "workspace_id": null, "api_key_id": null, "body": null, "credential": "sk-ant-admin01-…wxyz", "version": "2023-06-01",
            "user_agent": "terraform/1", "retry": 2, "status": 200, "error_type": null, "message": null,
            "reason": null, "hint": null, "fault": null}),
    );
    assert_eq!(first.as_object().unwrap().len(), 24, "{first}");
    assert!(first["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(first["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    has(
        second,
        json!({"number": 2, "query": null, "retry": null, "user_agent": null, "status": 404,
            "error_type": "not_found_error", "message": format!("Invite `{PENDING}` not found."),
            "reason": "invite-deleted", "hint": "the invite existed and was deleted before"}),
    );
    has(third, json!({"operation": "invites.create", "invite_id": null, "body": create}));
    has(
        lost,
        json!({"status": null, "request_id": null, "error_type": null, "message": null, "hint": null, "reason": "fault", "fault": "drop"}),
    );
}

#[tokio::test]
async fn a_fault_is_the_reason_of_what_it_refused_or_cut_and_not_of_a_success() {
    let server = default_server().await;
    let key = &new_key();
    for fault in ["delay=1ms", "meanwhile=accept", "drop=mid_body; after-commit", "overloaded_error"] {
        raw(server.address(), &Call::retrieve_invite(PENDING, key).header("x-mock-fault", fault));
    }

    let told: Vec<_> = requests(&server, "", key)
        .iter()
        .map(|entry| (entry["status"].clone(), entry["reason"].clone(), entry["fault"].clone()))
        .collect();

    let expected = [
        (json!(200), Value::Null, json!("delay 1ms")),
        (json!(200), Value::Null, json!("meanwhile accept")),
        (json!(200), json!("fault"), json!("drop mid_body")),
        (json!(529), json!("fault"), json!("overloaded_error")),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn all_requests_of_a_key_stand_in_its_journal_and_the_others_in_the_worlds() {
    let server = server(&fixture("organizations.json")).await;
    let key = "sk-ant-admin01-acme-ci";
    let organization = server.world().organization(key).unwrap().id().to_owned();
    let to = server.address();
    Call::api("GET", "/v1/nothing", key).send(to);
    Call::api("PATCH", INVITES, key).send(to);
    Call::list_invites("", key).header("origin", "https://example.com").send(to);
    Call::list_invites("", key).without("anthropic-version").send(to);
    Call::list_invites("", "sk-ant-admin01-acme-disabled").send(to);
    Call::list_invites("", key).header("authorization", "Bearer other").send(to);
    Call::list_invites("", "nonsense").send(to);
    Call::bare("GET", "/v1/nothing").send(to);
    control(&server, "GET", "state", key, Value::Null);

    let reasons = |entries: &[Value]| -> Vec<String> {
        entries.iter().map(|entry| entry["reason"].as_str().unwrap().to_owned()).collect()
    };
    let own = requests(&server, "", key);
    let all = requests(&server, "", "");

    let of_the_key = [
        "route-unknown",
        "method-not-allowed",
        "browser-origin",
        "version-missing",
        "key-disabled",
        "credentials-contradict",
    ];
    assert_eq!(reasons(&own), of_the_key);
    assert!(own.iter().all(|entry| entry["organization"] == *organization), "{own:?}");
    assert_eq!(all[..6], own);
    assert_eq!(reasons(&all[6..]), ["key-malformed", "route-unknown"], "control calls are in no journal");
    assert!(all[6..].iter().all(|entry| entry["organization"].is_null()));
}

#[tokio::test]
async fn filters_narrow_the_journal_and_unknown_ones_are_refused() {
    let server = default_server().await;
    let key = new_key();
    for _ in 0..2 {
        delete(&server, &key);
    }
    Call::list_invites("limit=0", &key).send(server.address());
    Call::delete_invite(EXPIRED, &key).send(server.address());
    let numbers = |query: &str| -> Vec<u64> {
        requests(&server, query, &key).iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
    };
    for (query, expected) in [
        ("", &[1, 2, 3, 4][..]),
        ("?operation=invites.delete", &[1, 2, 4]),
        ("?status=400", &[3, 4]),
        ("?reason=invite-deleted", &[2]),
        ("?reason=invite-expired", &[4]),
        ("?reason=user-unknown", &[]),
        ("?after=0", &[1, 2, 3, 4]),
        ("?after=2", &[3, 4]),
        ("?after=4", &[]),
        (&format!("?invite_id={PENDING}"), &[1, 2]),
        (&format!("?operation=invites.delete&status=200&invite_id={PENDING}"), &[1]),
        ("?operation=invites.delete&after=1&status=404", &[2]),
    ] {
        assert_eq!(numbers(query), expected, "{query}");
    }
    for (query, path) in [
        ("operation=delete", "operation"),
        ("reason=invite-delete", "reason"),
        ("status=bad", "status"),
        ("after=-1", "after"),
        ("colour=red", "colour"),
        ("user=x", "user"),
    ] {
        let answer = control(&server, "GET", &format!("requests?{query}"), &key, Value::Null);
        assert_eq!(answer.control_refused(400, "input-invalid").json()["error"]["path"], path);
    }
    assert_eq!(good(&server, "DELETE", "requests", &key, Value::Null), json!({"requests": []}));
    assert!(requests(&server, "", &key).is_empty());
    delete(&server, &key);
    assert_eq!(numbers(""), [5], "the numbers go on");
}

#[tokio::test]
async fn the_journal_is_a_ring_and_a_body_is_kept_up_to_a_bound() {
    let settings = Settings { journal: Some(3), ..Settings::default() };
    let server = server_with(r#"{"invites": []}"#, settings).await;
    let key = new_key();
    for n in 0..5 {
        Call::retrieve_invite(&format!("i{n}"), &key).send(server.address());
    }
    let ids: Vec<_> = requests(&server, "", &key).iter().map(|entry| entry["invite_id"].clone()).collect();
    assert_eq!(ids, ["i2", "i3", "i4"]);
    for beyond in ["", "x", "xxxx", "é", &"x".repeat(10_000)] {
        let body = format!(r#"{{"email": "{}{beyond}"#, "x".repeat(4096 - 11));
        Call::create_invite(body.as_str(), &key).send(server.address());
        assert_eq!(entries(&server).last().unwrap().body.as_deref(), Some(&body[..4096]));
    }
}

#[tokio::test]
async fn the_journals_of_all_organizations_are_read_in_the_order_of_the_answers() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let (one, other) = (new_key(), new_key());
    let asked = [one.as_str(), &other, "nonsense", &other, &one, "nonsense", &one];
    for (number, key) in asked.iter().enumerate() {
        Call::retrieve_invite(&format!("i{number}"), key).send(server.address());
    }
    let entries = entries(&server);
    let ids: Vec<_> = entries.iter().map(|entry| entry.ids.get("invite_id").unwrap()).collect();
    assert_eq!(ids, ["i0", "i1", "i2", "i3", "i4", "i5", "i6"]);
    for (entry, key) in entries.iter().zip(asked) {
        let by_the_organizations_clock = entry.time.to_string() == "2026-01-01T00:00:00Z";
        assert_eq!(by_the_organizations_clock, key != "nonsense", "{entry:?}");
    }
}

#[tokio::test]
async fn what_the_journal_keeps_is_bounded_and_shows_no_key() {
    let server = default_server().await;
    let key = "sk-ant-admin01-SECRETSECRETSECRET";
    let long = "x".repeat(20_000);
    let call = Call::retrieve_invite(&format!("{key}%2F{long}?key={key}&{long}"), key);
    call.header("user-agent", format!("{key} {long}")).send(server.address());
    Call::create_invite(format!(r#"{{"email": "{key}@example.com"}}"#), key).send(server.address());
    Call::list_invites("", key).with("anthropic-version", key).send(server.address());
    Call::create_invite("", key).header("content-encoding", key).send(server.address());
    let entries = get(&server, "requests", key)["requests"].to_string();
    assert!(!entries.contains("SECRETSECRET"), "{}", &entries[..500]);
    assert!(
        entries.contains("?key=sk-ant-admin01-…CRET") || entries.contains("key=sk-ant-admin01-…CRET&xxx")
    );
    assert!(entries.len() < 10_000, "{}", entries.len());
}

#[tokio::test]
async fn a_key_in_a_path_or_a_query_is_not_shown_however_it_is_encoded() {
    let server = default_server().await;
    let key = new_key();
    let encoded = "sk%2Dant-admin01-SECRET%53ECRET";
    let twice = encoded.replace('%', "%25");
    for text in [encoded, "%73k-ant-admin01-SECRETSECRET", "sk-ant-admin01-SECRET%53ECRET", twice.as_str()] {
        Call::retrieve_invite(&format!("x?q={text}"), &key).send(server.address());
        Call::retrieve_invite(&format!("{text}?q={text}"), &key).send(server.address());
    }
    let entries = get(&server, "requests", &key)["requests"].to_string();
    for part in ["SECRET", "ECRET%", "%53ECRET"] {
        assert!(!entries.contains(part), "{part} in {entries}");
    }
}

#[tokio::test]
async fn a_credential_is_shown_by_its_kind_and_its_last_four_characters_where_eight_more_stay_hidden() {
    let server = default_server().await;
    for (key, shown) in [
        ("sk-ant-admin01-abcdefghijkl", "sk-ant-admin01-…ijkl"),
        ("sk-ant-admin01-abcdefghijk", "sk-ant-admin01-…"),
        ("sk-ant-admin01-readme-1", "sk-ant-admin01-…"),
        ("sk-ant-admin01-worker-12345", "sk-ant-admin01-…2345"),
        ("sk-ant-api03-abcdefgh-ijkl", "sk-ant-api03-…ijkl"),
        ("sk-ant-eightlet-abcdefghijkl", "sk-ant-eightlet-…ijkl"),
        ("sk-ant-nineletts-abcdefghijkl", "sk-ant-…ijkl"),
        ("sk-ant-abcdefghijkl", "sk-ant-…ijkl"),
        ("sk-ant-", "sk-ant-…"),
        ("nobody-abcdefghijkl", "…ijkl"),
        ("abcdefghijk", "…"),
        ("abcdefghéjkl", "…éjkl"),
    ] {
        Call::list_invites("", key).send(server.address());
        assert_eq!(entries(&server).last().unwrap().credential.as_deref(), Some(shown), "{key}");
    }
}

#[tokio::test]
async fn what_stands_around_a_key_in_a_body_stays_readable() {
    let server = default_server().await;
    let (sent, kept) = ("sk-ant-admin01-abcdefghijkl", "sk-ant-admin01-…ijkl");
    let body = |key: &str| {
        let ends = [" ", "\"", "`", "'", "\\", "/", "%", "?", "&", ",", ";", "\u{3000}"];
        ends.map(|end| format!("<{key}{end}>")).concat()
    };
    Call::create_invite(body(sent), &new_key()).send(server.address());
    assert_eq!(entries(&server)[0].body, Some(body(kept)));
}

#[tokio::test]
async fn a_body_is_kept_as_it_was_sent_with_its_lines_and_control_characters() {
    let server = default_server().await;
    let key = "sk-ant-admin01-abcdefghijkl";
    let sent = "{\r\n\t\"email\": \"a\\n\u{1b}[2J\u{9b}é@example.com\",\n\t\"key\": \"KEY\"\n}\n";
    let body = sent.replace("KEY", key);
    Call::create_invite(body.as_str(), &new_key()).send(server.address());
    let kept = requests(&server, "", "").remove(0)["body"].clone();
    assert_eq!(kept, sent.replace("KEY", "sk-ant-admin01-…ijkl"));
}

#[tokio::test]
async fn what_would_move_a_terminals_cursor_is_escaped_in_what_the_log_shows() {
    let server = default_server().await;
    Call::retrieve_invite("%1B%5B2J", &new_key()).send(server.address());
    let entry = entries(&server).remove(0);
    assert_eq!(entry.message.as_deref(), Some("Invite `\\u{1b}[2J` not found."));
}

#[tokio::test]
async fn a_journal_of_no_entries_keeps_none() {
    let settings = Settings { journal: Some(0), ..Settings::default() };
    let server = server_with(r#"{"invites": []}"#, settings).await;
    for _ in 0..3 {
        Call::list_invites("", &new_key()).send(server.address()).good();
    }
    assert!(entries(&server).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_how_many_milliseconds_an_answer_took() {
    let world = World::default();
    let request = axum::http::Request::get(invite(PENDING))
        .header("x-api-key", new_key())
        .header("anthropic-version", "2023-06-01")
        .header("x-mock-fault", "delay=2500ms")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = router(world.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let took = world.requests(&JournalFilter::default())[0].duration_ms;
    assert!((2500.0..2600.0).contains(&took), "{took}");
}
