//! What histories begin with: one organization that is always the same, and any.

use anthropic_admin_mock::{ApiKeyStatus, InferenceGeo, OrganizationType, Role, WorkspaceRole};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    DAY, Model, Policy, START,
    api_keys::{self, Named},
    invites, plain, users, workspaces,
};

/// The number of days from the start of a history.
fn day(days: i64) -> i64 {
    START + days * DAY
}

fn invite(id: &str, email: &str, role: Role, [invited, expires]: [i64; 2]) -> invites::Kept {
    let (id, email) = (id.into(), email.into());
    let (invited_at, expires_at) = (day(invited), day(expires));
    invites::Kept { id, email, role, invited_at, expires_at, accepted_at: None, deleted: false }
}

fn user(id: &str, email: &str, role: Role, added: i64) -> users::Kept {
    users::Kept { id: id.into(), email: email.into(), name: None, role, added_at: day(added) }
}

fn default_workspace(created: i64) -> workspaces::Kept {
    workspaces::Kept { is_default: true, ..workspaces::Kept::new("w0", "Default", day(created)) }
}

fn key(id: &str, workspace: Option<&str>, created: i64) -> api_keys::Kept {
    api_keys::Kept {
        id: id.into(),
        name: "key".into(),
        created_at: day(created),
        expires_at: None,
        status: ApiKeyStatus::Active,
        created_by: None,
        principal: None,
        workspace: workspace.map(str::to_owned),
    }
}

/// A Console organization with everything that moves.
pub fn fixed() -> Model {
    let named = |id: &str| Some(Named::User(id.into()));
    let member = |id: &str, role| (id.to_owned(), role);
    Model {
        now: START,
        policy: Policy {
            kind: OrganizationType::Console,
            member_limit: Some(9),
            roles_managed_by_idp: false,
            members_managed_by_scim: false,
        },
        users: vec![
            user("u0", "m@x.yz", Role::Admin, -40),
            user("u1", "d@x.yz", Role::Billing, -9),
            user("u2", "n@x.yz", Role::Developer, -9),
        ],
        invites: vec![
            invite("s0", "a@x.yz", Role::Developer, [-20, 1]),
            invite("s1", "B+t@x.yz", Role::User, [-10, 11]),
            invite("s2", "c@x.yz", Role::User, [-30, -9]),
            invites::Kept { accepted_at: Some(day(-9)), ..invite("s3", "d@x.yz", Role::Billing, [-10, 11]) },
            invites::Kept { deleted: true, ..invite("s4", "e@x.yz", Role::User, [-5, 16]) },
            invite("s5", "e@x.yz", Role::User, [-10, 3]),
        ],
        workspaces: vec![
            default_workspace(-40),
            workspaces::Kept {
                member_limit: Some(2),
                members: vec![member("u2", WorkspaceRole::Developer)],
                ..workspaces::Kept::new("w1", "Research", day(-20))
            },
            workspaces::Kept {
                members: vec![member("u1", WorkspaceRole::Admin)],
                ..workspaces::Kept::new("w2", "Ops", day(-10))
            },
        ],
        api_keys: vec![
            api_keys::Kept { principal: named("u2"), ..key("k0", None, -8) },
            api_keys::Kept { created_by: named("u2"), ..key("k1", Some("w1"), -7) },
            api_keys::Kept { principal: named("u1"), expires_at: Some(day(2)), ..key("k2", Some("w1"), -6) },
        ],
        left: Default::default(),
    }
}

/// Any organization that a fixture can describe, small as it is.
pub fn any_beginning() -> impl Strategy<Value = Model> {
    let policy = (
        prop_oneof![4 => Just(OrganizationType::Console), 1 => Just(OrganizationType::Enterprise)],
        option::of(3..12_usize),
        prop_oneof![4 => Just(false), 1 => Just(true)],
        prop_oneof![4 => Just(false), 1 => Just(true)],
    )
        .prop_map(|(kind, member_limit, roles_managed_by_idp, members_managed_by_scim)| Policy {
            kind,
            member_limit,
            roles_managed_by_idp,
            members_managed_by_scim,
        });
    let crowd = prop_oneof![15 => Just(0), 1 => Just(98_usize)];
    (
        policy,
        vec(any_user(), 0..6),
        vec(any_invite(), 0..6),
        vec(any_workspace(), 1..6),
        vec(any_key(), 0..8),
        crowd,
    )
        .prop_map(|(policy, users, invites, workspaces, keys, crowd)| {
            let (kind, is_console) = (policy.kind, policy.is_console());
            let mut model = Model { policy, users, invites, ..fixed() };
            (model.workspaces, model.api_keys) = (Vec::new(), Vec::new());
            with_good_users(&mut model, kind);
            for (number, invite) in model.invites.iter_mut().enumerate() {
                invite.id = format!("s{number}");
            }
            if is_console {
                workspaces
                    .into_iter()
                    .enumerate()
                    .for_each(|(at, drawn)| add_workspace(&mut model, at, drawn));
                let crowd = (0..crowd).map(|at| workspaces::Kept::new(&format!("c{at}"), "Crowd", day(-3)));
                model.workspaces.extend(crowd);
                keys.into_iter().enumerate().for_each(|(at, drawn)| add_key(&mut model, at, drawn));
            }
            model
        })
}

fn any_user() -> impl Strategy<Value = users::Kept> {
    let roles = select(vec![Role::User, Role::Developer, Role::Billing, Role::Billing, Role::Admin]);
    (invites::emails(), roles, -40..4_i64).prop_map(|(email, role, added)| user("", email, role, added))
}

/// Ids, names for some, each address once, and for an Enterprise organization roles that it has.
fn with_good_users(model: &mut Model, kind: OrganizationType) {
    let mut addresses = Vec::new();
    model.users.retain(|user| {
        let new = !addresses.contains(&plain(&user.email));
        addresses.push(plain(&user.email));
        new
    });
    for (number, user) in model.users.iter_mut().enumerate() {
        user.id = format!("u{number}");
        user.name = number.is_multiple_of(2).then(|| format!("{number}"));
        if kind == OrganizationType::Enterprise {
            user.role = match user.role {
                Role::Admin => Role::Owner,
                Role::Billing => Role::MembershipAdmin,
                Role::Developer => Role::Managed,
                _ => Role::User,
            };
        }
    }
}

fn any_invite() -> impl Strategy<Value = invites::Kept> {
    let roles =
        select(vec![Role::User, Role::Developer, Role::Billing, Role::Admin, Role::Managed, Role::Owner]);
    let ends = prop_oneof![4 => Just(0), 2 => Just(1), 1 => Just(2)];
    (invites::emails(), roles, -40..4_i64, 0..24_i64, ends, 0..4_i64).prop_map(
        |(email, role, invited, life, end, after)| invites::Kept {
            accepted_at: (end == 1).then(|| day(invited + after.min(life))),
            deleted: end == 2,
            ..invite("", email, role, [invited, invited + life])
        },
    )
}

type AnyWorkspace = (i64, Option<i64>, Option<String>, u8, Option<usize>, Vec<(usize, WorkspaceRole)>);

fn any_workspace() -> impl Strategy<Value = AnyWorkspace> {
    let roles = select(vec![WorkspaceRole::User, WorkspaceRole::Admin, WorkspaceRole::Developer]);
    (
        -40..4_i64,
        option::weighted(0.2, -3..3_i64),
        option::of(select(vec!["", "x"]).prop_map(str::to_owned)),
        0..3_u8,
        option::weighted(0.6, 1..3_usize),
        vec((any::<usize>(), roles), 0..4),
    )
}

/// The first is the default one, in which much cannot be.
fn add_workspace(model: &mut Model, number: usize, drawn: AnyWorkspace) {
    let (created, archived, text, geos, member_limit, members) = drawn;
    if number == 0 {
        return model.workspaces.push(default_workspace(created));
    }
    let mut workspace = workspaces::Kept::new(&format!("w{number}"), "Ops", day(created));
    workspace.archived_at = archived.map(day);
    (workspace.external_key_id, workspace.user_profile_id) = (text.clone(), text.clone());
    workspace.tags = text.into_iter().map(|tag| (tag, "v".to_owned())).collect();
    workspace.member_limit = member_limit;
    workspace.allowed = match geos {
        0 => None,
        1 => Some(vec![InferenceGeo::Global]),
        _ => Some(vec![InferenceGeo::Us, InferenceGeo::Global]),
    };
    for (choice, role) in members {
        let Some(user) = model.users.get(choice % model.users.len().max(1)) else { continue };
        let can_be_listed = match user.role {
            Role::Admin => false,
            Role::Billing => role == WorkspaceRole::Admin,
            _ => true,
        };
        if can_be_listed && !workspace.members.iter().any(|(id, _)| *id == user.id) {
            workspace.members.push((user.id.clone(), role));
        }
    }
    model.workspaces.push(workspace);
}

type AnyKey = (i64, Option<i64>, ApiKeyStatus, [Option<usize>; 2], Option<usize>);

fn any_key() -> impl Strategy<Value = AnyKey> {
    let status = select(vec![ApiKeyStatus::Active, ApiKeyStatus::Inactive, ApiKeyStatus::Archived]);
    let actors = [option::of(any::<usize>()), option::of(any::<usize>())];
    (-40..4_i64, option::of(-3..20_i64), status, actors, option::weighted(0.8, any::<usize>()))
}

fn add_key(model: &mut Model, number: usize, drawn: AnyKey) {
    let (created, expires, status, actors, workspace) = drawn;
    let named = |choice: usize| match choice % (model.users.len() + 2) {
        0 => Named::ServiceAccount("svac".into()),
        1 => Named::User("left".into()),
        user => Named::User(model.users[user - 2].id.clone()),
    };
    let [created_by, principal] = actors.map(|actor| actor.map(named));
    let workspace = workspace.map(|choice| &model.workspaces[choice % model.workspaces.len()]);
    // One of the whole organization has a principal.
    let workspace = workspace.or(principal.is_none().then(|| &model.workspaces[0]));
    let mut key = key(&format!("k{number}"), workspace.map(|workspace| &*workspace.id), created);
    let is_archived = workspace.is_some_and(|workspace| workspace.archived_at.is_some());
    key.status = if is_archived { ApiKeyStatus::Archived } else { status };
    key.expires_at = expires.map(day);
    (key.created_by, key.principal) = (created_by, principal);
    model.api_keys.push(key);
}
