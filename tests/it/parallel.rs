//! What has to hold when many do something at once; parallel deletes are in `invites::delete`, faults in `control::faults`.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use anthropic_admin_mock::{
    InviteFilter, JournalEntry, JournalFilter, MockServer, NewInvite, Organization, World, router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::*;

fn create(organization: &Organization, email: String) -> String {
    let new = NewInvite { email, ..NewInvite::default() };
    organization.create_invite(new).unwrap().id.to_string()
}

#[test]
fn of_32_parallel_creations_for_one_address_one_wins_and_the_others_name_its_invite() {
    let served = Served::start(&[]);
    for _ in 0..30 {
        let key = new_key();
        let answers = in_parallel(|number| {
            // Thirty-two spellings of one address.
            let email = if number % 2 == 0 { "ada" } else { "ADA" };
            let email = format!("{email}+{number}@Example.com");
            (Call::invite(&email, &key).send(served.address), email)
        });
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status == 200);
        assert_eq!(good.len(), 1);
        let made = good[0].0.good();
        for (answer, email) in bad {
            answer.refused(400, "invalid_request_error", "invite-already-exists");
            let id = made["id"].as_str().unwrap();
            answer.says(&format!("A pending invite already exists for {email}: {id}"));
        }
        let pending = Call::list_invites("statuses=pending&email=ada@example.com", &key).send(served.address);
        assert_eq!(pending.ids(), [made["id"].as_str().unwrap()]);
    }
}

#[test]
fn no_invite_is_lost_and_no_deleted_one_stays_when_32_create_and_delete_at_once() {
    let world = World::default();
    for _ in 0..20 {
        let organization = world.organization(&new_key()).unwrap();
        let before: HashSet<_> = ids(&organization);
        let kept = in_parallel(|number| {
            let one = |n: usize| {
                let id = create(&organization, format!("e{number}-{n}@example.com"));
                if n.is_multiple_of(2) {
                    return Some(id);
                }
                organization.delete_invite(&id).unwrap();
                None
            };
            (0..20).filter_map(one).collect::<Vec<_>>()
        });
        let kept: Vec<_> = kept.into_iter().flatten().chain(before).collect();
        let different: HashSet<_> = kept.iter().cloned().collect();
        assert_eq!(different.len(), kept.len(), "each id is drawn once");
        assert_eq!(ids(&organization), different);
    }
}

fn ids(organization: &Organization) -> HashSet<String> {
    let page = organization.list_invites(&InviteFilter::default(), &everything()).unwrap();
    page.data.iter().map(|invite| invite.id.to_string()).collect()
}

/// Reads again and again while something else is done again and again.
fn read_while(change: impl Fn() + Sync, read: impl Fn() + Sync) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    read();
                }
            });
        }
        for _ in 0..150 {
            change();
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// Everything that a reset brings back is different in this one.
const OTHER: &str = r#"{
    "clock": "2031-01-01T00:00:00Z", "type": "enterprise", "users": ["mia@example.com"],
    "faults": [{"operation": "invites.delete", "drop": true}],
    "invites": [{"id": "x", "email": "x@example.com", "invited_at": "-1d"}, {"id": "y", "email": "y@example.com"}]
}"#;

fn frozen_world() -> World {
    let first = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [{"id": "a", "email": "a@example.com"}]}"#;
    world(first)
}

#[test]
fn a_reader_during_a_reset_sees_the_organization_before_it_or_after_it() {
    let world = frozen_world();
    let organization = world.organization(&new_key()).unwrap();
    let page = || organization.list_invites(&InviteFilter::default(), &everything()).unwrap();
    let (after, page_after) = (organization.state(), page());
    organization.put_state(OTHER).unwrap();
    let (before, page_before) = (organization.state(), page());
    assert_ne!(before, after);
    let change = || {
        organization.put_state(OTHER).unwrap();
        organization.reset();
    };
    read_while(change, || {
        let seen = organization.state();
        assert!(seen == before || seen == after, "{seen:#}");
        // Quicker to read, and the clock decides what it shows of the invites.
        for _ in 0..50 {
            let page = organization.list_invites(&InviteFilter::default(), &everything()).unwrap();
            assert!(page == page_before || page == page_after, "{page:?}");
        }
    });
}

#[test]
fn a_reader_during_a_reset_of_the_world_sees_the_world_before_it_or_after_it() {
    let world = frozen_world();
    let other = OTHER.replacen('{', r#"{"organizations": [{"keys": ["k"], "invites": []}], "#, 1);
    let after = world.state();
    world.put_state(&other).unwrap();
    let before = world.state();
    assert_ne!(before, after);
    let change = || {
        world.put_state(&other).unwrap();
        world.reset();
    };
    read_while(change, || {
        let seen = world.state();
        assert!(seen == before || seen == after, "{seen:#}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizations_journal_and_the_worlds_have_one_order() {
    let world = World::default();
    let (router, key) = (router(world.clone()), new_key());
    let call = || {
        let request = axum::http::Request::post("/v1/organizations/invites");
        let request = request.header("x-api-key", &key).header("anthropic-version", "2023-06-01");
        // Not JSON, and long in the making of its entry.
        let request = request.body(axum::body::Body::from("é".repeat(2000))).unwrap();
        tokio::spawn(router.clone().oneshot(request))
    };
    for call in (0..900).map(|_| call()).collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().status(), 400);
    }
    let all = |entries: Vec<JournalEntry>| -> Vec<_> {
        entries.into_iter().map(|entry| entry.request_id.unwrap()).collect()
    };
    let own = all(world.organization(&key).unwrap().requests(&JournalFilter::default()));
    assert_eq!(own.len(), 900);
    assert_eq!(own, all(world.requests(&JournalFilter::default())));
}

#[tokio::test]
async fn a_reader_of_the_journal_during_a_reset_of_the_world_sees_all_of_it_or_nothing() {
    let server = MockServer::start(frozen_world()).await;
    let (world, key) = (server.world(), new_key());
    let journal = || world.requests(&JournalFilter::default()).len();
    for _ in 0..100 {
        // One that reaches an organization, and one that reaches none.
        Call::retrieve_invite("a", &key).send(server.address()).good();
        Call::bare("GET", "/v1/nothing").send(server.address());
        assert_eq!(journal(), 2);
        thread::scope(|scope| {
            let reset = scope.spawn(|| world.reset());
            loop {
                let seen = journal();
                assert!(seen == 2 || seen == 0, "{seen} of two entries");
                if seen == 0 || reset.is_finished() {
                    break;
                }
            }
        });
        assert_eq!(journal(), 0);
    }
}

#[test]
fn a_limit_of_five_lets_five_of_32_at_once_pass() {
    let served = Served::start(&["--rate-limit", "5/h", "--now", "2026-01-01T00:00:00Z"]);
    for _ in 0..20 {
        let key = new_key();
        let answers = in_parallel(|_| Call::retrieve_invite(PENDING, &key).send(served.address).status);
        assert_eq!(answers.iter().filter(|status| **status == 429).count(), PARALLEL - 5);
    }
}

#[test]
fn the_journal_has_each_of_32_requests_at_once_exactly_one_time() {
    let served = Served::start(&[]);
    for _ in 0..20 {
        let key = new_key();
        let sent = in_parallel(|_| {
            let answer = Call::retrieve_invite(PENDING, &key).send(served.address);
            answer.header("request-id").unwrap().to_owned()
        });
        let sent: HashSet<_> = sent.into_iter().collect();
        assert_eq!(sent.len(), PARALLEL);
        let journal = Call::control("GET", "requests", &key).send(served.address).json();
        let journal = journal["requests"].as_array().unwrap();
        assert_eq!(journal.len(), PARALLEL);
        assert!(journal.iter().all(|entry| sent.contains(entry["request_id"].as_str().unwrap())));
    }
}

#[test]
fn reset_and_a_new_state_racing_32_writers_are_seen_whole_or_not_at_all() {
    // Each world names itself in all of its invites; a page with two names would be a mix.
    let invites = |name: &str| -> Vec<Value> {
        (0..20)
            .map(|n| json!({"id": format!("{name}-{n}"), "email": format!("{name}{n}@example.com")}))
            .collect()
    };
    let old = json!({"invites": invites("old")}).to_string();
    let new = json!({"invites": invites("new")}).to_string();
    let world = world(&old);
    let (done, pages) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..32 {
            let (world, done, pages) = (&world, &done, &pages);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let organization = world.organization("sk-ant-admin01-race").unwrap();
                    let page = organization.list_invites(&InviteFilter::default(), &everything()).unwrap();
                    let names: HashSet<_> =
                        page.data.iter().map(|invite| invite.id.split('-').next().unwrap()).collect();
                    assert!(names.len() <= 1, "{names:?}");
                    pages.fetch_add(1, Ordering::Relaxed);
                    let name = names.into_iter().next().unwrap_or("old");
                    let _ = organization.delete_invite(&format!("{name}-{}", writer % 20));
                }
            });
        }
        for round in 0..300 {
            let organization = world.organization("sk-ant-admin01-race").unwrap();
            match round % 4 {
                0 => organization.reset(),
                1 => organization.put_state(&new).unwrap(),
                2 => world.put_state(&new).unwrap(),
                _ => world.reset(),
            }
            std::thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(pages.into_inner() > 100);
}
