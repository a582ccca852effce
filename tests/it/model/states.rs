//! A state is a fixture of itself: worlds of any organizations, before and after a history, out and in again.

use anthropic_admin_mock::{InviteFilter, MockServer, NewInvite, World};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::{Model, Step, Times, any_beginning, are_the_same, organization, steps, take, times};
use crate::{
    harness::{Call, everything, new_key, raw, world},
    properties::rows,
};

/// An organization, how its times are written, and what else a document says of it.
#[derive(Clone, Debug)]
struct Entry {
    model: Model,
    times: Times,
    /// In place of the one that stands.
    clock: Option<&'static str>,
    faults: Vec<Value>,
    key: AnyKey,
}

#[derive(Clone, Copy, Debug)]
enum AnyKey {
    Plain,
    Hashed,
    Scoped,
    Disabled,
}

impl Entry {
    fn document(&self) -> Value {
        let mut document = organization(&self.model, self.times);
        if let Some(clock) = self.clock {
            document["clock"] = clock.into();
        }
        if !self.faults.is_empty() {
            document["faults"] = self.faults.clone().into();
        }
        document
    }

    fn pinned(&self, number: usize) -> Value {
        let mut document = self.document();
        let key = format!("state-{number}");
        document["keys"] = match self.key {
            AnyKey::Plain => json!([key]),
            AnyKey::Hashed => json!([key, format!("sha256:{number:064x}")]),
            AnyKey::Scoped => json!([{"key": key, "scopes": ["read:members"]}]),
            AnyKey::Disabled => json!([key, {"key": format!("off-{number}"), "state": "disabled"}]),
        };
        document
    }
}

fn entries() -> impl Strategy<Value = Entry> {
    let fault = select(vec![
        json!({"operation": "users.list", "times": 2, "error": "overloaded_error", "retry_after": 1}),
        json!({"operation": "*", "skip": 1, "error": "api_error", "details": {"a": [1]}}),
        json!({"operation": "workspaces.list", "times": "always", "response": {"status": 520, "body": "<"}}),
        json!({"operation": "users.remove", "user_id": "u1", "meanwhile": "remove"}),
        json!({"operation": "api_keys.update", "api_key_id": "k1", "drop": "mid_body", "after_commit": true}),
    ]);
    let clock = select(vec![None, None, Some("+0ms"), Some("-40d"), Some("+90d")]);
    let key = select(vec![AnyKey::Plain, AnyKey::Hashed, AnyKey::Scoped, AnyKey::Disabled]);
    (any_beginning(), times(), clock, vec(fault, 0..4), key)
        .prop_map(|(model, times, clock, faults, key)| Entry { model, times, clock, faults, key })
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// The same world, however its state comes back. The keys, of which it has but the digests, open the same organizations.
#[track_caller]
fn comes_back(world: &World, keys: &[String]) {
    let state = world.state();
    let text = format!("{state:#}");
    let again = crate::harness::world(&text);
    assert_eq!(again.state(), state, "as a fixture");
    for (number, organization) in again.organizations().iter().enumerate() {
        assert_eq!(organization.state(), world.organizations()[number].state());
        assert_eq!(organization.id(), world.organizations()[number].id());
    }
    let opened = |world: &World| -> Vec<_> {
        keys.iter().map(|key| world.organization(key).map(|opened| opened.id().to_owned())).collect()
    };
    assert_eq!(opened(&again), opened(world));
    world.put_state(&text).unwrap();
    assert_eq!(world.state(), state, "by the library");
    for organization in world.organizations() {
        let state = organization.state();
        organization.put_state(&state.to_string()).unwrap();
        assert_eq!(organization.state(), state, "one organization");
    }
    assert_eq!(world.state(), state, "one organization after the other");
}

/// The same by the control routes, for the whole world and for the organization of a key.
fn comes_back_over_http(server: &MockServer, keys: &[String]) {
    let call = |method: &str, key: &str, body: String| {
        let answer = Call::control(method, "state", key).body(body).send(server.address());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    for key in keys.iter().map(String::as_str).chain([""]) {
        let state = call("GET", key, String::new());
        call("PUT", key, state.to_string());
        assert_eq!(call("GET", key, String::new()), state);
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(40) })]

    #[test]
    fn the_state_of_any_world_is_a_fixture_of_the_same_world(
        template in option::of(entries()),
        pinned in vec(entries(), 1..4),
        history in steps(),
        calls in vec((0..4_usize, 0..4_usize), 0..12),
    ) {
        let mut written = template.as_ref().map_or(json!({}), Entry::document);
        written["organizations"] = pinned.iter().enumerate().map(|(number, entry)| entry.pinned(number)).collect();
        let mut keys: Vec<_> = (0..pinned.len()).map(|number| format!("state-{number}")).collect();
        let runtime = runtime();
        let server = runtime.block_on(MockServer::start(world(&written.to_string())));
        let world = server.world();
        let first = world.state();
        let pinned_states = first["organizations"].as_array().unwrap();
        for (given, kept) in written["organizations"].as_array().unwrap().iter().zip(pinned_states) {
            rows::come_back(given, kept);
        }
        comes_back(world, &keys);
        world.reset();

        // Organizations of new keys, spent faults, and a history of one that has a model.
        if template.is_some() {
            keys.push(format!("sk-ant-admin01-{}", new_key()));
        }
        for (key, route) in calls {
            let route = ["users", "workspaces", "invites", "users/u1"][route];
            let path = format!("/v1/organizations/{route}");
            let _ = raw(server.address(), &Call::api("GET", &path, &keys[key % keys.len()]));
        }
        if pinned[0].clock.is_none() {
            let organization = world.organization(&keys[0]).unwrap();
            let mut model = pinned[0].model.clone();
            for step in history.iter().filter(|step| !matches!(step, Step::Reset)) {
                take(&organization, &mut model, &pinned[0].model, step);
            }
            are_the_same(&organization, &model);
        }
        comes_back(world, &keys);
        comes_back_over_http(&server, &keys);

        world.reset();
        let moves = |entry: &Entry| entry.clock.is_some() && entry.times != Times::Absolute;
        if !pinned.iter().any(moves) {
            prop_assert_eq!(world.state(), first, "a reset brings back the first state");
        }
    }

    #[test]
    fn a_reset_brings_back_the_first_state_of_an_organization(entry in entries(), history in steps()) {
        let entry = Entry { clock: None, ..entry };
        let written = json!({ "organizations": [entry.pinned(0)] }).to_string();
        let organization = world(&written).organization("state-0").unwrap();
        let state = organization.state();
        let mut model = entry.model.clone();
        for step in history.iter().filter(|step| !matches!(step, Step::Reset)) {
            take(&organization, &mut model, &entry.model, step);
        }
        organization.clear_faults();
        organization.reset();
        prop_assert_eq!(organization.state(), state);
        are_the_same(&organization, &entry.model);
    }
}

#[test]
fn an_invite_whose_time_ends_before_it_was_made_has_one_place_in_the_list_whether_or_not_the_state_was_put_back()
 {
    let invites = |put_back: bool| {
        let organization = world(
            r#"{"organizations": [{"keys": ["k"], "clock": "2026-01-01T00:00:00Z", "invites": [
            {"id": "later", "email": "a@x.yz", "invited_at": "+1d", "expires_at": "+9d"}]}]}"#,
        );
        let organization = organization.organization("k").unwrap();
        let new = NewInvite { email: "b@x.yz".into(), ..NewInvite::default() };
        organization.create_invite(new).unwrap();
        if put_back {
            organization.put_state(&organization.state().to_string()).unwrap();
        }
        organization.expire_invite("later").unwrap();
        let page = organization.list_invites(&InviteFilter::default(), &everything()).unwrap();
        page.data.iter().map(|invite| invite.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(invites(true), invites(false));
}
