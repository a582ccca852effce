//! `/_mock/clock`: advanced, frozen, given back; for one organization or for all.

use serde_json::json;

use super::*;

#[tokio::test]
async fn the_clock_is_advanced_frozen_and_given_back_for_one_organization_or_all() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let expired =
        |key: &str| Call::retrieve_invite(PENDING, key).send(server.address()).invite_status() == "expired";
    let put = |key: &str, body: Value| good(&server, "PUT", "clock", key, body);
    assert!(!expired(&one) && !expired(&other));

    assert_eq!(put(&one, json!({"advance": "22d"}))["clock"], "+22d");
    assert!(expired(&one) && !expired(&other));
    put(&one, json!({"advance": "-10d"}));
    assert!(!expired(&one));
    let frozen = put(&one, json!({"now": "2099-01-01T00:00:00Z"}));
    assert_eq!(frozen, json!({"now": "2099-01-01T00:00:00Z", "clock": "2099-01-01T00:00:00Z"}));
    assert_eq!(put(&one, json!({"advance": "1h"}))["now"], "2099-01-01T01:00:00Z");
    assert_eq!(get(&server, "clock", &one)["now"], "2099-01-01T01:00:00Z");
    assert!(expired(&one));
    assert_eq!(put(&one, json!({"system": true}))["clock"], Value::Null);
    assert!(!expired(&one));
    put(&one, json!({"advance": "1d"}));
    assert_eq!(put(&one, json!({"advance": "-1d"}))["clock"], Value::Null, "the shift is over");

    put("", json!({"now": "2099-01-01T00:00:00Z"}));
    assert!(expired(&one) && expired(&other));
    let later = new_key();
    let invite = new_invite(&server, &later);
    let invite = Call::retrieve_invite(&invite, &later).send(server.address()).good();
    assert_eq!(invite["invited_at"], "2099-01-01T00:00:00Z", "also for organizations to come");
}

#[tokio::test]
async fn what_is_no_move_of_a_clock_is_refused_with_the_field_and_changes_nothing() {
    let server = default_server().await;
    let key = new_key();
    for (body, path) in [
        (json!({"advance": "soon"}), "advance"),
        (json!({"advance": 5}), "advance"),
        (json!({"now": "+5d"}), "now"),
        (json!({"now": "2026-02-30T00:00:00Z"}), "now"),
        (json!({"system": false}), "system"),
        (json!({"tomorrow": true}), "tomorrow"),
        (json!({"advance": "1d", "system": true}), ""),
        (json!({}), ""),
        (json!([]), ""),
    ] {
        for key in [&key, ""] {
            let answer = control(&server, "PUT", "clock", key, body.clone());
            answer.control_refused(400, "input-invalid");
            assert_eq!(answer.json()["error"]["path"], path, "{answer:?}");
            if let "advance" | "now" = path {
                let quoted = body[path].to_string();
                assert!(answer.message().starts_with(&quoted), "{answer:?}");
            }
        }
    }
    let not_json = Call::control("PUT", "clock", &key).body("{").send(server.address());
    assert!(not_json.control_refused(400, "input-invalid").message().starts_with("the body is not JSON"));
    assert_eq!(get(&server, "clock", &key)["clock"], Value::Null);
}

#[tokio::test]
async fn a_clock_that_is_moved_as_far_as_it_goes_stays_there() {
    let server = default_server().await;
    let key = new_key();
    let year = |by: &str| {
        let moved = good(&server, "PUT", "clock", &key, json!({"advance": by}));
        moved["now"].as_str().unwrap()[..4].parse::<i32>().unwrap()
    };
    let furthest = year("99999999999999ms");
    assert!(furthest > 2300, "{furthest}");
    assert_eq!(year("1s"), furthest);
}
