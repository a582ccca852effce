//! What has to hold when many do something at once; parallel deletes are in `delete`, faults in `door`.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anthropic_admin_mock::{
    Fixture, JournalEntry, JournalFilter, MockServer, NewInvite, Organization, Role, Settings, World, router,
};
use serde_json::json;
use tower::ServiceExt;

use crate::harness::*;

fn create(organization: &Organization, email: String) -> String {
    let new = NewInvite { email, role: Role::User, rbac_group_ids: Vec::new() };
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
            let body = json!({"email": email, "role": "user"}).to_string();
            (Call::create(&body, &key).send(served.address), email)
        });
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status == 200);
        assert_eq!(good.len(), 1);
        let made = good[0].0.good();
        for (answer, email) in bad {
            answer.refused(400, "invalid_request_error", "invite-already-exists");
            let id = made["id"].as_str().unwrap();
            answer.says(&format!("A pending invite already exists for {email}: {id}"));
        }
        let pending = Call::list("statuses=pending&email=ada@example.com", &key).send(served.address);
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
    let page = organization.list_invites(&everything()).unwrap();
    page.invites.iter().map(|invite| invite.id.to_string()).collect()
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
    "clock": "2031-01-01T00:00:00Z", "type": "enterprise", "members": ["mia@example.com"],
    "faults": [{"operation": "invites.delete", "drop": true}],
    "invites": [{"id": "x", "email": "x@example.com", "invited_at": "-1d"}, {"id": "y", "email": "y@example.com"}]
}"#;

fn frozen_world() -> World {
    let first = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [{"id": "a", "email": "a@example.com"}]}"#;
    World::new(Fixture::parse(first, Settings::default()).unwrap())
}

#[test]
fn who_reads_during_a_reset_sees_the_organization_before_it_or_after_it() {
    let world = frozen_world();
    let organization = world.organization(&new_key()).unwrap();
    let page = || organization.list_invites(&everything()).unwrap();
    let (after, page_after) = (organization.state_document(), page());
    organization.put_state(OTHER).unwrap();
    let (before, page_before) = (organization.state_document(), page());
    assert_ne!(before, after);
    let change = || {
        organization.put_state(OTHER).unwrap();
        organization.reset();
    };
    read_while(change, || {
        let seen = organization.state_document();
        assert!(seen == before || seen == after, "{seen:#}");
        // Quicker to read, and the clock decides what it shows of the invites.
        for _ in 0..50 {
            let page = organization.list_invites(&everything()).unwrap();
            assert!(page == page_before || page == page_after, "{page:?}");
        }
    });
}

#[test]
fn who_reads_during_a_reset_of_the_world_sees_the_world_before_it_or_after_it() {
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
async fn who_reads_the_journal_during_a_reset_of_the_world_sees_all_of_it_or_nothing() {
    let server = MockServer::start(frozen_world()).await;
    let (world, key) = (server.world(), new_key());
    let journal = || world.requests(&JournalFilter::default()).len();
    for _ in 0..100 {
        // One that reaches an organization, and one that reaches none.
        Call::retrieve("a", &key).send(server.address()).good();
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
fn new_keys_at_once_never_make_more_than_10_000_organizations() {
    let world = World::default();
    for n in 0..9_900 {
        world.organization(&format!("sk-ant-admin01-{n}")).unwrap();
    }
    // Every thread asks for the same keys, each beginning with another.
    let asked = in_parallel(|number| {
        let key = |n: usize| format!("sk-ant-admin01-late-{}", (n + 10 * number) % 400);
        (0..400).map(|n| (key(n), world.organization(&key(n)))).collect::<Vec<_>>()
    });
    let mut answers: HashMap<String, Option<Arc<Organization>>> = HashMap::new();
    for (key, organization) in asked.into_iter().flatten() {
        let first = answers.entry(key).or_insert_with(|| organization.clone());
        let same = first.as_ref().map(Arc::as_ptr) == organization.as_ref().map(Arc::as_ptr);
        assert!(same, "a key is one organization for all, or none for all");
    }
    assert_eq!(answers.values().flatten().count(), 100);
    assert_eq!(world.organizations().len(), 10_000);
}

#[test]
fn a_limit_of_five_lets_five_of_32_at_once_pass() {
    let served = Served::start(&["--rate-limit", "5/h", "--now", "2026-01-01T00:00:00Z"]);
    for _ in 0..20 {
        let key = new_key();
        let answers = in_parallel(|_| Call::retrieve(PENDING, &key).send(served.address).status);
        assert_eq!(answers.iter().filter(|status| **status == 429).count(), PARALLEL - 5);
    }
}

#[test]
fn the_journal_has_each_of_32_requests_at_once_exactly_one_time() {
    let served = Served::start(&[]);
    for _ in 0..20 {
        let key = new_key();
        let sent = in_parallel(|_| {
            let answer = Call::retrieve(PENDING, &key).send(served.address);
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
