//! A key is an organization: two keys never meet, and of very many the one unused longest is forgotten.

use std::{
    collections::HashMap,
    io::{Read, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::harness::*;

/// How many organizations that nothing pins are kept.
const MOST: usize = 10_000;

fn key(number: usize) -> String {
    format!("sk-ant-admin01-{number}")
}

#[tokio::test]
async fn two_keys_never_meet() {
    let server = default_server().await;
    for _ in 0..2 {
        Call::delete_invite(PENDING, &new_key()).send(server.address()).invite_deleted(PENDING);
    }
}

#[test]
fn sixty_four_tests_in_parallel_with_a_key_each_never_interfere() {
    let served = Served::start(&[]);
    let to = served.address;
    let control = |method: &str, route: &str, key: &str, body: &str| {
        let answer = Call::control(method, route, key).body(body).send(to);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let test = || {
        let key = new_key();
        for round in 0..6 {
            let id = Call::invite(&format!("r{round}@example.com"), &key).send(to).new_invite();
            let fault = r#"{"operation": "invites.delete", "times": 1, "error": "overloaded_error"}"#;
            control("POST", "faults", &key, fault);
            Call::delete_invite(&id, &key).send(to).refused(529, "overloaded_error", "fault");
            Call::delete_invite(&id, &key).send(to).invite_deleted(&id);
            control("PUT", "clock", &key, r#"{"advance": "22d"}"#);
            let expired = Call::delete_invite(PENDING, &key).send(to);
            expired.refused(400, "invalid_request_error", "invite-expired");
            assert_eq!(control("GET", "requests", &key, "")["requests"].as_array().unwrap().len(), 4);
            control("POST", "reset", &key, "");
            Call::delete_invite(PENDING, &key).send(to).invite_deleted(PENDING);
            control("POST", "reset", &key, "");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(test);
        }
    });
}

#[test]
fn a_new_key_costs_the_same_with_ten_invites_and_with_a_hundred_thousand() {
    let made_in = |count: usize| {
        let invite = |n| json!({"id": format!("i{n}"), "email": format!("{n}@example.com")});
        let world = world(&json!({"invites": (0..count).map(invite).collect::<Vec<_>>()}).to_string());
        let started = Instant::now();
        for number in 0..2000 {
            world.organization(&key(number)).unwrap();
        }
        started.elapsed()
    };
    let (few, many) = (made_in(10), made_in(100_000));
    // Copying would cost thousands of times as much; the factor leaves room for a busy machine.
    assert!(many < few * 10 + Duration::from_millis(50), "{few:?} {many:?}");
}

#[tokio::test]
async fn the_10_001st_key_is_served_and_the_organization_unused_longest_is_forgotten() {
    let fixture = json!({"invites": [{"id": "x", "email": "x@example.com"}],
        "organizations": [{"keys": ["pinned"], "invites": [{"id": "x", "email": "x@example.com"}]}]});
    let server = server(&fixture.to_string()).await;
    let delete = |key: &str| Call::delete_invite("x", key).send(server.address());
    for used in ["pinned", &key(0), &key(1)] {
        delete(used).invite_deleted("x");
    }
    for number in 2..MOST {
        server.world().organization(&key(number)).unwrap();
    }
    // By now the second one is unused longest, the pinned one aside.
    delete(&key(0)).refused(404, "not_found_error", "invite-deleted");

    delete(&key(MOST)).invite_deleted("x");

    assert_eq!(server.world().organizations().len(), MOST + 1, "the pinned one does not count");
    delete(&key(0)).refused(404, "not_found_error", "invite-deleted");
    delete(&key(MOST)).refused(404, "not_found_error", "invite-deleted");
    delete("pinned").refused(404, "not_found_error", "invite-deleted");
    delete(&key(1)).invite_deleted("x");
}

#[test]
fn an_organization_that_is_forgotten_leaves_one_warning() {
    let served = Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("RUST_LOG", "warn"));
    let mut stream = connect(served.address);
    let mut writing = stream.try_clone().unwrap();
    let asking = std::thread::spawn(move || {
        for number in 0..MOST {
            writing.write_all(&Call::list_invites("limit=1", &key(number)).kept_alive()).unwrap();
        }
        writing.write_all(&Call::list_invites("limit=1", "sk-ant-admin01-one-more").bytes()).unwrap();
    });
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    asking.join().unwrap();
    assert_eq!(text(&answers).matches("HTTP/1.1 200 OK\r\n").count(), MOST + 1);

    let (_, log) = served.stop();

    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    assert!(line.contains("WARN") && line.contains("the organization unused longest is forgotten"), "{line}");
}

#[test]
fn keys_that_come_at_once_beyond_10_000_are_one_organization_each_while_they_are_used() {
    let world = world(r#"{"invites": []}"#);
    for number in 0..MOST {
        world.organization(&key(number)).unwrap();
    }
    // Every thread asks for the same new keys, each beginning with another.
    let asked = in_parallel(|thread| {
        let name = |n: usize| format!("sk-ant-admin01-late-{}", (n + 10 * thread) % 320);
        let ask = |n| (name(n), world.organization(&name(n)).unwrap());
        (0..320).map(ask).collect::<Vec<_>>()
    });
    let mut organizations = HashMap::new();
    for (key, organization) in asked.iter().flatten() {
        let first = organizations.entry(key).or_insert(organization);
        assert!(Arc::ptr_eq(first, organization), "{key} is one organization for all");
    }
    assert_eq!(organizations.len(), 320);
    assert_eq!(world.organizations().len(), MOST);
}
