//! The model as a fixture document, written from the description of its fields.

use anthropic_admin_mock::{ApiKeyStatus, OrganizationType};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{KEY, Model, api_keys::Named};

/// How the times of a document are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    Absolute,
    Offsets,
    /// One way and the other in turn.
    Mixed,
}

pub fn times() -> impl Strategy<Value = Times> {
    select(vec![Times::Absolute, Times::Offsets, Times::Mixed])
}

/// A second of the Unix epoch as RFC 3339.
pub fn written(second: i64) -> String {
    jiff::Timestamp::from_second(second).unwrap().to_string()
}

/// Writes the times of one document.
struct Writer {
    now: i64,
    times: Times,
    turn: bool,
}

impl Writer {
    fn time(&mut self, second: i64) -> Value {
        self.turn = !self.turn;
        match self.times {
            Times::Offsets => format!("{:+}s", second - self.now).into(),
            Times::Mixed if self.turn => format!("{:+}s", second - self.now).into(),
            Times::Absolute | Times::Mixed => written(second).into(),
        }
    }
}

/// A world in which the key opens the organization of the model.
pub fn document(model: &Model, times: Times) -> String {
    let mut organization = organization(model, times);
    organization["keys"] = json!([KEY]);
    json!({ "organizations": [organization] }).to_string()
}

/// The organization of the model. Its clock stands.
pub fn organization(model: &Model, times: Times) -> Value {
    let mut writer = Writer { now: model.now, times, turn: false };
    let writer = &mut writer;
    let mut document = json!({
        "clock": written(model.now),
        "type": model.policy.kind,
        "member_limit": model.policy.member_limit,
        "roles_managed_by_idp": model.policy.roles_managed_by_idp,
        "members_managed_by_scim": model.policy.members_managed_by_scim,
        "users": users(model, writer),
        "invites": invites(model, writer),
    });
    if model.policy.kind == OrganizationType::Console {
        document["workspaces"] = workspaces(model, writer);
        document["api_keys"] = api_keys(model, writer);
    }
    document
}

fn users(model: &Model, writer: &mut Writer) -> Value {
    let user = |user: &super::users::Kept| {
        let added_at = writer.time(user.added_at);
        let mut entry = json!({"id": user.id, "email": user.email, "role": user.role, "added_at": added_at});
        set(&mut entry, "name", user.name.clone().map(Value::from));
        entry
    };
    model.users.iter().map(user).collect()
}

fn invites(model: &Model, writer: &mut Writer) -> Value {
    let invite = |kept: &super::invites::Kept| {
        let mut invite = json!({
            "id": kept.id, "email": kept.email, "role": kept.role,
            "invited_at": writer.time(kept.invited_at), "expires_at": writer.time(kept.expires_at),
        });
        if kept.deleted {
            invite["status"] = "deleted".into();
        }
        if let Some(at) = kept.accepted_at {
            invite["accepted_at"] = writer.time(at);
        }
        invite
    };
    model.invites.iter().map(invite).collect()
}

fn workspaces(model: &Model, writer: &mut Writer) -> Value {
    let workspace = |kept: &super::workspaces::Kept| {
        // By address and by id in turn.
        let user = |id: &str| match model.user(id) {
            Some(user) if writer.turn => user.email.clone(),
            _ => id.to_owned(),
        };
        let members = kept.members.iter();
        let members = members.map(|(id, role)| json!({"user": user(id), "workspace_role": role}));
        let members: Value = members.collect();
        let mut workspace = json!({
            "id": kept.id, "name": kept.name, "created_at": writer.time(kept.created_at),
            "data_residency": {
                "allowed_inference_geos": kept.allowed.as_ref().map_or("unrestricted".into(), |geos| json!(geos)),
                "default_inference_geo": kept.default_geo,
            },
            "tags": kept.tags,
        });
        set(&mut workspace, "archived_at", kept.archived_at.map(|at| writer.time(at)));
        set(&mut workspace, "display_color", kept.display_color.clone().map(Value::from));
        set(&mut workspace, "external_key_id", kept.external_key_id.clone().map(Value::from));
        set(&mut workspace, "user_profile_id", kept.user_profile_id.clone().map(Value::from));
        set(&mut workspace, "member_limit", kept.member_limit.map(Value::from));
        set(&mut workspace, "default", kept.is_default.then_some(true.into()));
        set(&mut workspace, "members", (!kept.is_default).then_some(members));
        workspace
    };
    model.workspaces.iter().map(workspace).collect()
}

fn api_keys(model: &Model, writer: &mut Writer) -> Value {
    let named = |named: &Named| match named {
        Named::User(id) if model.user(id).is_some() => json!(id),
        Named::User(id) => json!({ "user": id }),
        Named::ServiceAccount(id) => json!({ "service_account": id }),
    };
    let key = |kept: &super::api_keys::Kept| {
        let mut key = json!({
            "id": kept.id, "name": kept.name, "created_at": writer.time(kept.created_at), "workspace": kept.workspace,
        });
        // Whether an active one has expired is for the times to say.
        set(&mut key, "status", (kept.status != ApiKeyStatus::Active).then(|| json!(kept.status)));
        set(&mut key, "expires_at", kept.expires_at.map(|at| writer.time(at)));
        set(&mut key, "created_by", kept.created_by.as_ref().map(named));
        set(&mut key, "principal", kept.principal.as_ref().map(named));
        key
    };
    model.api_keys.iter().map(key).collect()
}

fn set(object: &mut Value, field: &str, value: Option<Value>) {
    let fields: &mut Map<_, _> = object.as_object_mut().unwrap();
    fields.extend(value.map(|value| (field.to_owned(), value)));
}
