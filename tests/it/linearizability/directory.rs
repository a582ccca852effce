//! Calls about users, workspaces, their members and API keys: by the library, over HTTP, and what the model says of them.

use std::net::SocketAddr;

use anthropic_admin_mock::{
    ApiKeyChange, ApiKeyFilter, ApiKeyRefusal, ApiKeyStatus, Organization, Role, UserFilter, UserRefusal,
    WorkspaceMemberRefusal, WorkspaceRefusal, WorkspaceRole,
};
use serde_json::{Value, json};

use super::Random;
use crate::{
    harness::{Call, everything},
    model::{EVERYTHING, KEY, Model},
};

#[derive(Clone, Debug)]
pub enum Op {
    RemoveUser(&'static str),
    UpdateUser(&'static str, Role),
    ListUsers,
    ArchiveWorkspace(&'static str),
    AddMember(&'static str, &'static str, WorkspaceRole),
    UpdateMember(&'static str, &'static str, WorkspaceRole),
    RemoveMember(&'static str, &'static str),
    ListMembers(&'static str),
    UpdateKey(&'static str, ApiKeyStatus),
    ListKeys(Option<ApiKeyStatus>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done,
    /// The reason as the wire has it.
    Refused(String),
    /// Each row by its id and what else is looked at, newest first.
    Listed(Vec<(String, String)>),
}

fn of_user(refusal: &UserRefusal) -> &'static str {
    match refusal {
        UserRefusal::Unknown => "user-unknown",
        UserRefusal::RoleNotAssignable => "input-invalid",
        UserRefusal::Admin => "user-admin",
        UserRefusal::Last => "cannot-remove-last-member",
        other => panic!("{other:?}"),
    }
}

fn of_workspace(refusal: &WorkspaceRefusal) -> &'static str {
    match refusal {
        WorkspaceRefusal::Unknown => "workspace-unknown",
        WorkspaceRefusal::Default => "workspace-default",
        other => panic!("{other:?}"),
    }
}

fn of_member(refusal: &WorkspaceMemberRefusal) -> &'static str {
    match refusal {
        WorkspaceMemberRefusal::WorkspaceUnknown => "workspace-unknown",
        WorkspaceMemberRefusal::WorkspaceArchived => "workspace-archived",
        WorkspaceMemberRefusal::WorkspaceIsDefault => "workspace-default",
        WorkspaceMemberRefusal::UserUnknown => "user-unknown",
        WorkspaceMemberRefusal::Implicit => "member-implicit",
        WorkspaceMemberRefusal::BillingRole => "input-invalid",
        WorkspaceMemberRefusal::AlreadyMember => "member-exists",
        WorkspaceMemberRefusal::NotMember => "member-unknown",
        WorkspaceMemberRefusal::MemberLimit(_) => "workspace-member-limit-exceeded",
        other => panic!("{other:?}"),
    }
}

fn of_key(refusal: &ApiKeyRefusal) -> &'static str {
    match refusal {
        ApiKeyRefusal::Unknown => "api-key-unknown",
        ApiKeyRefusal::Archived => "api-key-archived",
        ApiKeyRefusal::Expired => "api-key-expired",
        ApiKeyRefusal::StatusNotAssignable => "input-invalid",
        other => panic!("{other:?}"),
    }
}

/// The state after the call, if in this state the call ends as it did.
pub fn after(state: &Model, op: &Op, outcome: &Outcome) -> Option<Model> {
    fn fits<T, R>(result: Result<T, Vec<R>>, outcome: &Outcome, slug: fn(&R) -> &'static str) -> bool {
        match (result, outcome) {
            (Ok(_), Outcome::Done) => true,
            (Err(reasons), Outcome::Refused(told)) => reasons.iter().any(|reason| slug(reason) == told),
            _ => false,
        }
    }
    let mut next = state.clone();
    let fits = match op {
        Op::RemoveUser(id) => fits(next.remove_user(id), outcome, of_user),
        Op::UpdateUser(id, role) => fits(next.update_user(id, Some(*role)), outcome, of_user),
        Op::ArchiveWorkspace(id) => fits(next.archive_workspace(id), outcome, of_workspace),
        Op::AddMember(workspace, user, role) => {
            fits(next.add_member(workspace, user, *role), outcome, of_member)
        }
        Op::UpdateMember(workspace, user, role) => {
            fits(next.update_member(workspace, user, Some(*role)), outcome, of_member)
        }
        Op::RemoveMember(workspace, user) => fits(next.remove_member(workspace, user), outcome, of_member),
        Op::UpdateKey(id, status) => fits(next.update_key(id, &to(*status)), outcome, of_key),
        Op::ListUsers => learns_users(&mut next, outcome),
        Op::ListMembers(workspace) => {
            let members = &state.workspaces[state.place_of_workspace(workspace)?].members;
            let rows = members.iter().rev().map(|(user, role)| (user.clone(), role.to_string()));
            *outcome == Outcome::Listed(rows.collect())
        }
        Op::ListKeys(status) => {
            let filter = ApiKeyFilter { status: *status, ..ApiKeyFilter::default() };
            let (places, _) = state.list_keys(&filter, &EVERYTHING)?;
            let rows = places.into_iter().map(|place| &state.api_keys[place]);
            let rows = rows.map(|key| (key.id.clone(), state.key_status(key).to_string()));
            *outcome == Outcome::Listed(rows.collect())
        }
    };
    fits.then_some(next)
}

/// Whether the list shows the users. The id of one who has just accepted is learned from it.
fn learns_users(next: &mut Model, outcome: &Outcome) -> bool {
    let Outcome::Listed(rows) = outcome else { return false };
    let Some((places, _)) = next.list_users(&UserFilter::default(), &EVERYTHING) else { return false };
    places.len() == rows.len()
        && places.into_iter().zip(rows).all(|(place, (id, shown))| {
            let is_taken = next.user(id).is_some();
            let user = &mut next.users[place];
            if user.id.is_empty() && !is_taken {
                user.id.clone_from(id);
            }
            user.id == *id && format!("{} {}", user.email, user.role) == *shown
        })
}

fn to(status: ApiKeyStatus) -> ApiKeyChange {
    ApiKeyChange { status: Some(status), ..ApiKeyChange::default() }
}

const USERS: [&str; 4] = ["u0", "u1", "u2", "u2"];
const WORKSPACES: [&str; 4] = ["w0", "w1", "w1", "w2"];
const ROLES: [WorkspaceRole; 3] = [WorkspaceRole::User, WorkspaceRole::Admin, WorkspaceRole::Billing];

pub fn op(random: &mut Random) -> Op {
    match random.below(20) {
        0..3 => Op::RemoveUser(random.of(&USERS)),
        3..5 => Op::UpdateUser(random.of(&USERS), random.of(&[Role::Billing, Role::Developer])),
        5..7 => Op::ListUsers,
        7..9 => Op::ArchiveWorkspace(random.of(&WORKSPACES)),
        9..12 => Op::AddMember(random.of(&WORKSPACES), random.of(&USERS), random.of(&ROLES[..2])),
        12 => Op::UpdateMember(random.of(&WORKSPACES), random.of(&USERS), random.of(&ROLES)),
        13 => Op::RemoveMember(random.of(&WORKSPACES), random.of(&USERS)),
        14..16 => Op::ListMembers(random.of(&WORKSPACES)),
        16 => Op::UpdateKey(
            random.of(&["k0", "k1", "k2"]),
            random.of(&[ApiKeyStatus::Active, ApiKeyStatus::Inactive]),
        ),
        _ => Op::ListKeys(random.of(&[None, Some(ApiKeyStatus::Archived)])),
    }
}

/// One change of one row, in which many threads meet, and what shows of it.
pub fn op_about(theme: Theme, random: &mut Random) -> Op {
    let change = random.below(5) < 2;
    match theme {
        Theme::Removal if change => Op::RemoveUser("u2"),
        Theme::Removal => random.of(&[
            Op::ListUsers,
            Op::ListMembers("w1"),
            Op::ListKeys(Some(ApiKeyStatus::Archived)),
            Op::AddMember("w2", "u2", WorkspaceRole::User),
        ]),
        Theme::Membership if change => Op::AddMember("w2", "u2", random.of(&ROLES[..2])),
        Theme::Membership => random.of(&[
            Op::RemoveMember("w2", "u2"),
            Op::ListMembers("w2"),
            Op::UpdateUser("u2", Role::Billing),
            Op::ArchiveWorkspace("w2"),
        ]),
        Theme::Archive if change => Op::ArchiveWorkspace("w1"),
        Theme::Archive => random.of(&[
            Op::ListKeys(None),
            Op::UpdateKey("k1", ApiKeyStatus::Inactive),
            Op::UpdateKey("k1", ApiKeyStatus::Active),
            Op::AddMember("w1", "u1", WorkspaceRole::Admin),
        ]),
    }
}

/// What most calls of a history are about.
#[derive(Clone, Copy, Debug)]
pub enum Theme {
    Removal,
    Membership,
    Archive,
}

pub fn by_library(organization: &Organization, op: &Op) -> Outcome {
    fn done<T, R>(result: Result<T, R>, slug: fn(&R) -> &'static str) -> Outcome {
        result.map_or_else(|refusal| Outcome::Refused(slug(&refusal).into()), |_| Outcome::Done)
    }
    match op {
        Op::RemoveUser(id) => done(organization.remove_user(id), of_user),
        Op::UpdateUser(id, role) => done(organization.update_user(id, Some(*role)), of_user),
        Op::ArchiveWorkspace(id) => done(organization.archive_workspace(id), of_workspace),
        Op::AddMember(workspace, user, role) => {
            done(organization.add_workspace_member(workspace, user, *role), of_member)
        }
        Op::UpdateMember(workspace, user, role) => {
            done(organization.update_workspace_member(workspace, user, Some(*role)), of_member)
        }
        Op::RemoveMember(workspace, user) => {
            done(organization.remove_workspace_member(workspace, user), of_member)
        }
        Op::UpdateKey(id, status) => done(organization.update_api_key(id, to(*status)), of_key),
        Op::ListUsers => {
            let page = organization.list_users(&UserFilter::default(), &everything()).unwrap();
            let rows = page.data.iter();
            let rows = rows.map(|user| (user.id.to_string(), format!("{} {}", user.email, user.role)));
            Outcome::Listed(rows.collect())
        }
        Op::ListMembers(workspace) => {
            let page = organization.list_workspace_members(workspace, &everything()).unwrap().unwrap();
            let rows = page.data.iter();
            let rows = rows.map(|member| (member.user_id.to_string(), member.workspace_role.to_string()));
            Outcome::Listed(rows.collect())
        }
        Op::ListKeys(status) => {
            let filter = ApiKeyFilter { status: *status, ..ApiKeyFilter::default() };
            let page = organization.list_api_keys(&filter, &everything()).unwrap();
            let rows = page.data.iter().map(|key| (key.id.to_string(), key.status.to_string()));
            Outcome::Listed(rows.collect())
        }
    }
}

pub fn over_http(address: SocketAddr, op: &Op) -> Outcome {
    let call = |method: &str, path: String, body: Option<Value>| {
        let call = Call::api(method, &format!("/v1/organizations/{path}"), KEY);
        body.map_or(call.clone(), |body| call.body(body.to_string())).send(address)
    };
    let done = |method: &str, path: String, body: Option<Value>| {
        let answer = call(method, path, body);
        match answer.header("x-mock-reason") {
            None => {
                answer.good();
                Outcome::Done
            }
            Some(reason) => Outcome::Refused(reason.into()),
        }
    };
    let listed = |path: String, row: fn(&Value) -> (&Value, String)| {
        let page = call("GET", path, None).good();
        let rows = page["data"].as_array().unwrap().iter().map(row);
        Outcome::Listed(rows.map(|(id, shown)| (id.as_str().unwrap().to_owned(), shown)).collect())
    };
    match op {
        Op::RemoveUser(id) => done("DELETE", format!("users/{id}"), None),
        Op::UpdateUser(id, role) => done("POST", format!("users/{id}"), Some(json!({ "role": role }))),
        Op::ArchiveWorkspace(id) => done("POST", format!("workspaces/{id}/archive"), None),
        Op::AddMember(workspace, user, role) => {
            let body = json!({"user_id": user, "workspace_role": role});
            done("POST", format!("workspaces/{workspace}/members"), Some(body))
        }
        Op::UpdateMember(workspace, user, role) => {
            let body = json!({ "workspace_role": role });
            done("POST", format!("workspaces/{workspace}/members/{user}"), Some(body))
        }
        Op::RemoveMember(workspace, user) => {
            done("DELETE", format!("workspaces/{workspace}/members/{user}"), None)
        }
        Op::UpdateKey(id, status) => {
            done("POST", format!("api_keys/{id}"), Some(json!({ "status": status })))
        }
        Op::ListUsers => listed("users".into(), |user| {
            let shown = [&user["email"], &user["role"]].map(|field| field.as_str().unwrap());
            (&user["id"], shown.join(" "))
        }),
        Op::ListMembers(workspace) => listed(format!("workspaces/{workspace}/members"), |member| {
            (&member["user_id"], member["workspace_role"].as_str().unwrap().into())
        }),
        Op::ListKeys(status) => {
            let query = status.map_or(String::new(), |status| format!("?status={status}"));
            listed(format!("api_keys{query}"), |key| {
                // The older field says the same of the workspace in the same moment.
                let workspace = key["scope"]["workspace_id"].as_str().filter(|id| *id != "w0");
                assert_eq!(key["workspace_id"].as_str(), workspace, "{key}");
                (&key["id"], key["status"].as_str().unwrap().into())
            })
        }
    }
}
