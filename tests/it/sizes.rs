//! What takes its time in a large organization, compared with what does the same in another shape.

use std::time::{Duration, Instant};

use anthropic_admin_mock::{Fixture, NewInvite, Settings, World};

use crate::harness::new_key;

/// The time of the fastest of three.
fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let timed = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..3).map(timed).min().unwrap()
}

fn ended_invites(number: usize, address: impl Fn(usize) -> String) -> String {
    let invites = (0..number).map(|n| format!(r#"{{"email": "{}", "status": "expired"}}"#, address(n)));
    format!(r#"{{"invites": [{}]}}"#, invites.collect::<Vec<_>>().join(","))
}

fn load(fixture: &str) -> World {
    World::new(Fixture::parse(fixture, Settings::default()).unwrap())
}

#[test]
fn many_invites_of_one_address_load_like_those_of_many() {
    let of_many = ended_invites(8_000, |n| format!("ada{n}@example.com"));
    let of_one = ended_invites(8_000, |_| "ada@example.com".into());
    let (many, one) = (fastest(|| load(&of_many)), fastest(|| load(&of_one)));
    assert!(one < many * 5, "{one:?} for one address, {many:?} for many");
}

#[test]
fn an_address_that_was_invited_often_is_invited_as_fast_as_a_new_one() {
    let world = load(r#"{"invites": []}"#);
    let organization = world.organization(&new_key()).unwrap();
    let round = |email: &str| {
        for _ in 0..200 {
            let new = NewInvite { email: email.into(), ..NewInvite::default() };
            let invite = organization.create_invite(new).unwrap();
            organization.expire_invite(&invite.id).unwrap();
        }
    };
    let first = fastest(|| round("new@example.com"));
    (0..40).for_each(|_| round("often@example.com"));
    let later = fastest(|| round("often@example.com"));
    assert!(later < first * 5, "{later:?} after 8,000 invitations, {first:?} at first");
}
