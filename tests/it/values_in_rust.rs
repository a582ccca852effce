//! Values that a Rust program hands to the world without HTTP: refused where the API would refuse them.

use std::collections::BTreeMap;

use anthropic_admin_mock::{
    ApiKeyChange, ApiKeyRefusal, CreateInviteRefusal, NewInvite, NewWorkspace, Organization, WorkspaceChange,
    WorkspaceRefusal,
};

use crate::harness::*;

const WORLD: &str = r#"{"organizations": [
    {"keys": ["console"], "workspaces": [{"id": "w", "name": "W"}], "api_keys": [{"id": "k"}], "invites": []},
    {"keys": ["enterprise"], "type": "enterprise", "groups": ["g"], "invites": []}]}"#;

fn organization(key: &str) -> std::sync::Arc<Organization> {
    world(WORLD).organization(key).unwrap()
}

#[test]
fn an_invite_needs_an_address_and_has_at_most_a_hundred_groups() {
    let organization = organization("enterprise");
    let refused = |email: &str, groups: usize| {
        let rbac_group_ids = vec!["g".to_owned(); groups];
        let new = NewInvite { email: email.into(), rbac_group_ids, ..NewInvite::default() };
        match organization.create_invite(new).map_err(|refusal| (refusal.to_string(), refusal)) {
            Ok(_) => None,
            Err((said, CreateInviteRefusal::Invalid(wrong))) => Some((wrong.field, said)),
            Err((said, _)) => panic!("{said}"),
        }
    };
    for email in
        ["", "ada", "ada@example", "a b@example.com", "ada@example.com\n", &format!("{}@b.c", "x".repeat(65))]
    {
        let (field, said) = refused(email, 0).unwrap();
        assert_eq!(field, "email", "{email:?}");
        assert_eq!(said, "email: expected an e-mail address such as \"ada@example.com\"");
    }
    assert_eq!(refused("a@example.com", 101).unwrap().1, "rbac_group_ids: expected at most 100 groups");
    assert_eq!(refused("a@example.com", 100), None);
}

#[test]
fn a_workspace_has_a_name_a_colour_and_tags_that_the_api_takes_when_it_is_made_and_when_it_is_changed() {
    let organization = organization("console");
    let text = |length| "é".repeat(length);
    for (name, color, tag, field) in [
        (Some(text(0)), None, None, Some("name")),
        (Some(text(256)), None, None, Some("name")),
        (Some(text(255)), None, None, None),
        (None, Some("red"), None, Some("display_color")),
        (None, Some("#12345g"), None, Some("display_color")),
        (None, Some("#12345F"), None, None),
        (None, None, Some("anthropic:x"), Some("tags")),
        (None, None, Some("x"), None),
    ] {
        let display_color = color.map(str::to_owned);
        let new = NewWorkspace {
            name: name.clone().unwrap_or("New".into()),
            display_color: display_color.clone(),
            tags: tag.iter().map(|tag| (tag.to_string(), "v".into())).collect(),
            ..NewWorkspace::default()
        };
        let tags: BTreeMap<_, _> = tag.iter().map(|tag| (tag.to_string(), None)).collect();
        let change = WorkspaceChange { name, display_color, tags, ..WorkspaceChange::default() };
        for outcome in [
            organization.create_workspace(new),
            organization.update_workspace("w", change.clone()),
            organization.update_workspace("unknown", change).or_else(|refusal| match refusal {
                WorkspaceRefusal::Unknown => Ok(organization.workspace("w").unwrap()),
                refusal => Err(refusal),
            }),
        ] {
            match outcome {
                Ok(_) => assert_eq!(field, None),
                Err(WorkspaceRefusal::Invalid(wrong)) => assert_eq!(Some(wrong.field), field, "{wrong}"),
                Err(refusal) => panic!("{refusal}"),
            }
        }
    }
}

#[test]
fn an_api_key_has_a_name_of_one_to_500_characters() {
    let organization = organization("console");
    for (length, good) in [(0, false), (1, true), (500, true), (501, false)] {
        let name = Some("é".repeat(length));
        let updated = organization.update_api_key("k", ApiKeyChange { name, ..ApiKeyChange::default() });
        assert_eq!(updated.is_ok(), good, "{length}");
        if let Err(refusal) = updated {
            assert!(matches!(refusal, ApiKeyRefusal::Invalid(_)));
            assert_eq!(refusal.to_string(), "name: expected a name of 1 to 500 characters");
        }
    }
}
