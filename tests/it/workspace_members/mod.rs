//! Workspace members, operation by operation, and the world that these tests share.

mod add;
mod faults;
mod implicit;
mod library;
mod list;
mod remove;
mod update;

use anthropic_admin_mock::MockServer;
use serde_json::{Value, json};

use crate::harness::*;

/// A Console organization with people of each kind: `full` takes two members and has them.
pub const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "organizations": [
        {"keys": ["console", {"key": "scoped", "scopes": ["read:members", "write:members"]}],
         "users": [
            {"id": "ada", "email": "ada@example.com", "role": "admin"},
            {"id": "bill", "email": "bill@example.com", "role": "billing"},
            {"id": "dev", "email": "dev@example.com", "role": "developer"},
            {"id": "eve", "email": "eve@example.com"},
            {"id": "code", "email": "code@example.com", "role": "claude_code_user"}],
         "workspaces": [
            {"id": "w", "name": "W", "members": [{"user": "dev", "workspace_role": "workspace_admin"}, "eve"]},
            {"id": "empty", "name": "Empty"},
            {"id": "full", "name": "Full", "member_limit": 2, "members": ["dev", "eve"]},
            {"id": "old", "name": "Old", "archived_at": "-1d", "members": ["dev"]},
            {"id": "first", "default": true}]},
        {"keys": ["other"], "users": [{"id": "zoe", "email": "zoe@example.com"}],
         "workspaces": [{"id": "elsewhere", "name": "Elsewhere", "members": ["zoe"]}]}
    ]
}"#;

/// A member as the API shows it.
pub fn shown(workspace: &str, user: &str, role: &str) -> Value {
    json!({"type": "workspace_member", "user_id": user, "workspace_id": workspace, "workspace_role": role})
}

pub fn add(server: &MockServer, workspace: &str, user: &str, role: &str) -> Answer {
    let body = json!({"user_id": user, "workspace_role": role});
    Call::post(&members(workspace), &body, "console").send(server.address())
}

pub fn read(server: &MockServer, workspace: &str, user: &str) -> Answer {
    Call::get(&member(workspace, user), "console").send(server.address())
}

pub fn update(server: &MockServer, workspace: &str, user: &str, role: &str) -> Answer {
    let body = json!({ "workspace_role": role });
    Call::post(&member(workspace, user), &body, "console").send(server.address())
}

pub fn remove(server: &MockServer, workspace: &str, user: &str) -> Answer {
    Call::delete(&member(workspace, user), "console").send(server.address())
}

pub fn listed(server: &MockServer, workspace: &str) -> Vec<String> {
    Call::get(&members(workspace), "console").send(server.address()).ids()
}
