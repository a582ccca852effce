//! Ids: of organizations, of requests, of what is made; the same world gives the same ones.

use std::collections::HashSet;

use anthropic_admin_mock::Settings;

use crate::harness::*;

#[tokio::test]
async fn an_organization_id_is_a_uuid_and_the_same_in_every_run() {
    let mut runs = HashSet::new();
    for _ in 0..2 {
        let server = default_server().await;
        let answer = Call::delete_invite(PENDING, "sk-ant-admin01-again").send(server.address());
        let id = answer.header("anthropic-organization-id").unwrap().to_owned();
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.chars().all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c)), "{id}");
        assert_eq!(&id[14..15], "4", "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
        runs.insert((id, answer.header("request-id").unwrap().to_owned()));
    }
    assert_eq!(runs.len(), 1, "the same world gives the same ids: {runs:?}");
}

#[tokio::test]
async fn another_seed_gives_other_ids() {
    let ids = |seed| async move {
        let server = server_with(&fixture("default.json"), Settings { seed, ..Settings::default() }).await;
        let answer = Call::delete_invite(PENDING, "sk-ant-admin01-seeded").send(server.address());
        ["anthropic-organization-id", "request-id"].map(|name| answer.header(name).unwrap().to_owned())
    };
    let ([organization, request], [other_organization, other_request]) = (ids(0).await, ids(1).await);
    assert_ne!(organization, other_organization);
    assert_ne!(request, other_request);
}

#[tokio::test]
async fn a_seed_gives_the_same_ids_in_every_version_on_every_machine() {
    // Worked out apart from the mock: SHA-256 of seed and owner, SplitMix64, base58.
    let document = r#"{"invites": [{"email": "a@example.com"}], "users": ["u@example.com"], "workspaces": ["W"],
        "api_keys": [{}], "organizations": [{"keys": ["pinned"]}]}"#;
    for (seed, [request, template, made, pinned, created], others) in [
        (
            0,
            [
                "req_011C7zRzbSXujtPvQbUhr1iu",
                "invite_01ZpXwKRusYM2hCTqyyRH8WQ",
                "ed137dee-93fa-4ae9-96a3-a5da92a34fc5",
                "c034ae8d-f995-4355-ab7c-206ed4b893e3",
                "invite_01Ro737Yxd5joyvPsShsxVFg",
            ],
            [
                "user_01UCdrYSFhmfA5JHP4tuJd45",
                "wrkspc_01RPMbnpZc3wCpUWpDVAhtjp",
                "apikey_014x8VmwgBg5TPYtBxLjQkpn",
            ],
        ),
        (
            7,
            [
                "req_011CTPdtuHcmrMYwDXF4vgbE",
                "invite_01UHNMpfGaBsnsqo8mtyME59",
                "19e7dc43-65b8-4dfb-8801-fd87a758ef50",
                "9de7c1b7-df1f-4054-b6ad-bc1c5418b8c8",
                "invite_01tMdHDGgB49118M1fhYkvQb",
            ],
            [
                "user_01tT4iqmZNEnnPYBp274fWp9",
                "wrkspc_01aFYutrg5T1GkXi6BhjZA58",
                "apikey_012KU6W55J9nUcNZhzhGnB5t",
            ],
        ),
    ] {
        let server = server_with(document, Settings { seed, ..Settings::default() }).await;
        let of_template = Call::list_invites("", "sk-ant-admin01-golden").send(server.address());
        assert_eq!(of_template.header("request-id"), Some(request));
        assert_eq!(of_template.ids(), [template]);
        assert_eq!(of_template.header("anthropic-organization-id"), Some(made));
        for (path, id) in [USERS, WORKSPACES, API_KEYS].into_iter().zip(others) {
            assert_eq!(Call::get(path, "sk-ant-admin01-golden").send(server.address()).ids(), [id]);
        }
        let of_pinned = Call::list_invites("", "pinned").send(server.address());
        assert_eq!(of_pinned.header("anthropic-organization-id"), Some(pinned));
        let create = Call::invite("b@example.com", "sk-ant-admin01-golden").send(server.address());
        assert_eq!(create.new_invite(), created);
        let organization = server.world().organization("pinned").unwrap();
        organization.put_state(r#"{"invites": [{"email": "a@example.com"}]}"#).unwrap();
        let ids = Call::list_invites("", "pinned").send(server.address()).ids();
        assert_eq!(ids, [template], "also in a new state");
    }
}

#[tokio::test]
async fn the_same_state_gives_the_same_ids_afterwards_and_none_that_it_has() {
    let server = server(r#"{"invites": []}"#).await;
    let organization = server.world().organization("sk-ant-admin01-x").unwrap();
    let create = |email: &str| Call::invite(email, "sk-ant-admin01-x").send(server.address()).new_invite();
    let empty = organization.state().to_string();
    let first = create("a@example.com");
    let one = organization.state().to_string();
    let second = create("b@example.com");
    organization.put_state(&empty).unwrap();
    assert_eq!(create("c@example.com"), first, "which is no longer there");
    for _ in 0..2 {
        organization.put_state(&one).unwrap();
        assert_eq!(create("d@example.com"), second, "since the state has the first");
    }
}

#[tokio::test]
async fn request_ids_differ_from_request_to_request() {
    let server = default_server().await;
    let ids: HashSet<_> = (0..200)
        .map(|_| Call::bare("GET", "/v1/x").send(server.address()).header("request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 200);
}

#[tokio::test]
async fn created_ids_are_the_same_in_every_run_and_differ_between_keys() {
    let ids = |key: &'static str| async move {
        let server = server(r#"{"invites": []}"#).await;
        ["a@example.com", "b@example.com"]
            .map(|email| Call::invite(email, key).send(server.address()).new_invite())
    };
    let first = ids("sk-ant-admin01-one").await;
    assert_eq!(ids("sk-ant-admin01-one").await, first);
    assert_ne!(first[0], first[1]);
    assert_ne!(ids("sk-ant-admin01-two").await[0], first[0]);
}

/// The ids of all invites of a template, as its document has them.
fn ids_of(fixture: &str, seed: u64) -> Vec<String> {
    let settings = Settings { seed, ..Settings::default() };
    let fixture = anthropic_admin_mock::Fixture::parse(fixture, settings).unwrap();
    let state = anthropic_admin_mock::World::new(fixture).state();
    let invites = state["invites"].as_array().unwrap().iter();
    invites.map(|invite| invite["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_row_without_an_id_gets_one_of_the_apis_shape_and_the_same_in_every_world() {
    let document = r#"{"invites": [{"email": "a@example.com"}, {"email": "b@example.com"}]}"#;
    let first = ids_of(document, 0);
    assert_eq!(first.len(), 2);
    for id in &first {
        let drawn = id.strip_prefix("invite_01").unwrap();
        assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    }
    assert_eq!(ids_of(document, 0), first);
    assert_ne!(ids_of(document, 1), first);
}

#[test]
fn no_row_gets_an_id_that_the_fixture_gives_to_another() {
    let drawn = ids_of(r#"{"invites": [{"email": "a@b.c"}, {"email": "d@e.f"}]}"#, 0);
    let taken =
        format!(r#"{{"invites": [{{"email": "a@b.c"}}, {{"email": "d@e.f", "id": "{}"}}]}}"#, drawn[0]);
    assert_eq!(ids_of(&taken, 0), [&*drawn[1], &*drawn[0]]);
}

#[tokio::test]
async fn what_is_made_never_gets_the_id_of_a_row_that_the_fixture_gave() {
    let create = |document: String| async move {
        let server = server(&document).await;
        ["a@b.c", "b@b.c"]
            .map(|email| Call::invite(email, "sk-ant-admin01-ids").send(server.address()).new_invite())
    };
    let [first, second] = create(r#"{"invites": []}"#.into()).await;
    for status in ["pending", "deleted"] {
        let given =
            format!(r#"{{"invites": [{{"id": "{first}", "email": "c@b.c", "status": "{status}"}}]}}"#);
        assert_eq!(create(given).await[0], second, "{status}");
    }
}
