//! `/_mock/state`: out as a fixture, and in again, for one organization or for the world.

use anthropic_admin_mock::{Fixture, MockServer, Settings, World};
use serde_json::json;

use super::*;

fn without_journal(server: &MockServer, key: &str) {
    assert_eq!(get(server, "requests", key), json!({"requests": []}));
}

#[tokio::test]
async fn the_state_saved_to_a_file_is_a_fixture_that_brings_the_same_world_back() {
    let server = server(
        r#"{"invites": [{"id": "t", "email": "t@example.com", "invited_at": "-3d"}], "users": ["m@example.com"],
            "organizations": [{"id": "o-1", "clock": "2026-01-01T00:00:00Z", "type": "enterprise", "name": "Acme",
                "keys": ["pinned", {"key": "reader", "state": "disabled", "scopes": ["read:members"]}],
                "member_limit": 9, "allowed_domains": ["example.com"], "verified_domains": ["example.com"],
                "groups": ["g", {"id": "o", "grants_owner_access": true}, {"id": "u", "grants_owner_access": "unconfirmed"}],
                "invites": [{"id": "a", "email": "a@example.com", "status": "accepted"},
                            {"id": "e", "email": "e@example.com", "status": "expired"},
                            {"id": "p", "email": "p@example.com", "role": "managed", "rbac_group_ids": ["g"]},
                            {"id": "q", "email": "q@example.com"}]},
              {"id": "keyless", "invites": []}]}"#,
    )
    .await;
    let key = new_key();
    new_invite(&server, &key);
    Call::delete_invite("q", "pinned").send(server.address()).invite_deleted("q");
    good(&server, "POST", "invites/p/accept", "pinned", Value::Null);
    plan(
        &server,
        "pinned",
        json!([
        {"operation": "invites.delete", "times": 3, "error": "overloaded_error", "retry_after_ms": 5, "message": "m"},
        {"operation": "invites.delete", "skip": 4, "response": {"status": 520, "body": "x"}},
        {"operation": "*", "invite_id": "x", "times": "always", "after_commit": true, "drop": "mid_body"}]),
    );
    Call::delete_invite("a", "pinned").send(server.address()).refused(529, "overloaded_error", "fault");
    let state = get(&server, "state", "");
    assert_eq!(state["organizations"][0]["faults"][0]["times"], 2, "what is left of three: {state}");
    assert_eq!(state["organizations"][0]["name"], "Acme");
    assert!(!state.to_string().contains("pinned"), "no key is dumped: {state}");
    assert!(state.to_string().contains("sha256:"), "{state}");

    let folder = Folder::new();
    let saved = folder.file("state.json", state.to_string());
    let again = Fixture::read(&[saved.into()], Settings::default()).unwrap();
    let again = MockServer::start(World::new(again)).await;

    assert_eq!(get(&again, "state", ""), state);
    for key in [&key, "pinned"] {
        let list = |server: &MockServer| Call::list_invites("", key).send(server.address()).good();
        assert_eq!(list(&again), list(&server));
    }
    let struck = Call::delete_invite("a", "pinned").send(again.address());
    struck.refused(529, "overloaded_error", "fault").says("m");
    let validator = jsonschema::validator_for(&serde_json::from_str(Fixture::SCHEMA).unwrap()).unwrap();
    assert!(validator.is_valid(&state), "{state}");
}

#[tokio::test]
async fn the_state_is_a_good_fixture_also_after_the_clock_was_moved_about() {
    let server = server(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [
            {"id": "t", "email": "t@example.com", "expires_at": "2026-01-01T00:00:10Z"},
            {"id": "j", "email": "j@example.com", "invited_at": "2025-12-10T00:00:00Z", "accepted_at": "2025-12-11T00:00:00Z"}]}"#,
    )
    .await;
    let key = new_key();
    let create = |email: &str| Call::invite(email, &key).send(server.address()).new_invite();
    create("a@example.com");
    good(&server, "PUT", "clock", &key, json!({"advance": "22d"}));
    create("a@example.com");
    let joined = create("+b@example.com");
    good(&server, "POST", &format!("invites/{joined}/accept"), &key, Value::Null);
    good(&server, "PUT", "clock", "", json!({"now": "2025-06-01T00:00:00Z"}));
    new_invite(&server, &new_key());
    for key in [key.as_str(), ""] {
        let state = get(&server, "state", key);
        good(&server, "PUT", "state", key, state.clone());
        assert_eq!(get(&server, "state", key), state);
        Fixture::parse(&state.to_string(), Settings::default()).unwrap();
    }
    for _ in 0..3 {
        good(&server, "PUT", "clock", "", json!({"system": true}));
        good(&server, "PUT", "clock", "", json!({"advance": "9999w"}));
        good(&server, "PUT", "clock", "", json!({"advance": "9999w"}));
        Fixture::parse(&get(&server, "state", "").to_string(), Settings::default()).unwrap();
    }
}

#[tokio::test]
async fn a_deleted_invite_keeps_its_place_as_a_cursor_in_the_state() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let key = new_key();
    let [a, b, c] = [0; 3].map(|_| new_invite(&server, &key));
    Call::delete_invite(&b, &key).send(server.address()).invite_deleted(&b);
    let state = get(&server, "state", &key);
    good(&server, "PUT", "state", &key, state);
    let ids = |query: String| Call::list_invites(&query, &key).send(server.address()).ids();
    assert_eq!(ids(format!("after_id={b}")), [a]);
    assert_eq!(ids(format!("before_id={b}")), [c]);
}

#[tokio::test]
async fn a_chosen_clock_yields_to_the_states_and_stays_where_it_has_none() {
    let now = Some("2020-01-01T00:00:00Z".parse().unwrap());
    let server = server_with(&fixture("default.json"), Settings { now, ..Settings::default() }).await;
    for key in [&new_key(), ""] {
        good(&server, "PUT", "state", key, json!({"invites": []}));
        assert_eq!(get(&server, "clock", key)["now"], "2020-01-01T00:00:00Z");
        good(&server, "PUT", "clock", key, json!({"system": true}));
        let state = get(&server, "state", key);
        good(&server, "PUT", "state", key, state);
        assert_ne!(get(&server, "clock", key)["now"], "2020-01-01T00:00:00Z");
    }
}

#[tokio::test]
async fn the_state_of_one_organization_is_put_back_under_any_key_and_reset_knows_the_beginning() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let id = new_invite(&server, &one);
    delete(&server, &one).invite_deleted(PENDING);
    let state = get(&server, "state", &one);

    good(&server, "PUT", "state", &other, state.clone());

    assert_eq!(get(&server, "state", &other), state);
    Call::delete_invite(&id, &other).send(server.address()).invite_deleted(&id);
    delete(&server, &other).refused(404, "not_found_error", "invite-deleted");
    good(&server, "POST", "reset", &other, Value::Null);
    delete(&server, &other).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_new_state_empties_the_journal_with_a_key_as_without_one() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let ask = || {
        delete(&server, &one);
        delete(&server, &other);
        Call::bare("GET", "/v1/nothing").send(server.address());
    };
    ask();
    good(&server, "PUT", "state", &one, json!({"invites": []}));
    without_journal(&server, &one);
    assert_eq!(get(&server, "requests", &other)["requests"].as_array().unwrap().len(), 1);
    assert_eq!(get(&server, "requests", "")["requests"].as_array().unwrap().len(), 2);
    ask();
    good(&server, "PUT", "state", "", json!({"invites": []}));
    for key in [&one, &other, ""] {
        without_journal(&server, key);
    }
}

#[tokio::test]
async fn a_bad_state_is_refused_with_its_path_and_changes_nothing() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key);
    let before = [get(&server, "state", &key), get(&server, "requests", &key)];
    let organizations = || get(&server, "state", "")["organizations"].as_array().unwrap().len();
    let whole = organizations();
    for (body, path) in [
        (json!({"invites": [{"email": "a@b.c"}, {"email": 7}]}), "invites[1].email"),
        (json!({"invites": [{"email": "a@b.c", "colour": 1}]}), "invites[0].colour"),
        (json!({"invites": [{"email": "a@b"}]}), "invites[0].email"),
        (json!({}), ""),
        (json!([]), ""),
    ] {
        for key in [key.as_str(), ""] {
            let answer = control(&server, "PUT", "state", key, body.clone());
            answer.control_refused(400, "input-invalid");
            assert_eq!(answer.json()["error"]["path"], path, "{answer:?}");
        }
    }
    let path_of = |body: Value| control(&server, "PUT", "state", &key, body).json()["error"]["path"].clone();
    assert_eq!(path_of(json!({"invites": [], "organizations": [{"keys": ["k"]}]})), "organizations");
    assert_eq!(path_of(json!({"organizations": []})), "", "the whole lacks `invites`");
    let not_json = Call::control("PUT", "state", &key).body("{").send(server.address());
    assert!(not_json.message().starts_with("bad JSON"), "{not_json:?}");
    assert_eq!([get(&server, "state", &key), get(&server, "requests", &key)], before);
    assert_eq!(organizations(), whole);
}

#[tokio::test]
async fn every_problem_of_a_bad_state_is_told_with_line_and_column() {
    let server = default_server().await;
    let body = "{\"invites\": [\n  {\"email\": 7},\n  {\"email\": \"ada@example.com\", \"role\": \"boss\"}]}";
    let answer = Call::control("PUT", "state", "").body(body).send(server.address());
    let error = &answer.control_refused(400, "input-invalid").json()["error"];
    let problems: Vec<_> = error["problems"].as_array().unwrap().iter().collect();
    let places = problems.iter().map(|problem| json!([problem["path"], problem["line"], problem["column"]]));
    let expected = [json!(["invites[0].email", 2, 13]), json!(["invites[1].role", 3, 40])];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    assert_eq!([&error["message"], &error["path"]], [&problems[0]["message"], &problems[0]["path"]]);
}

#[tokio::test]
async fn the_whole_world_can_be_replaced_and_reset() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key).invite_deleted(PENDING);
    let world =
        json!({"organizations": [{"keys": ["only"], "invites": [{"id": "x", "email": "x@example.com"}]}]});
    good(&server, "PUT", "state", "", world);
    delete(&server, &key).refused(401, "authentication_error", "key-unknown");
    Call::delete_invite("x", "only").send(server.address()).invite_deleted("x");
    good(&server, "POST", "reset", "", Value::Null);
    delete(&server, &key).invite_deleted(PENDING);
    let only = Call::delete_invite("x", "only").send(server.address());
    only.refused(401, "authentication_error", "key-malformed");
}

#[tokio::test]
async fn an_invite_copied_from_an_answer_is_taken() {
    let server = default_server().await;
    let key = new_key();
    let listed = Call::list_invites("", &key).send(server.address()).good()["data"].clone();
    good(&server, "PUT", "state", &key, json!({ "invites": listed }));
    assert_eq!(Call::list_invites("", &key).send(server.address()).ids().len(), 3);
    let mut other = listed;
    other[1]["type"] = json!("user");
    let answer = control(&server, "PUT", "state", &key, json!({ "invites": other }));
    assert_eq!(answer.control_refused(400, "input-invalid").json()["error"]["path"], "invites[1].type");
}
