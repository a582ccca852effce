//! Users, operation by operation, and the world that these tests share.

mod enterprise;
mod faults;
mod life;
mod list;
mod one;
mod remove;
mod update;

/// A Console organization of six and an Enterprise one of five, a frozen clock for both.
pub const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "organizations": [
        {"keys": ["console"], "users": [
            {"id": "ada", "email": "Ada+x@Example.com", "name": "Ada L.", "role": "admin", "added_at": "-9d"},
            {"id": "dev", "email": "dev@example.com", "role": "developer", "added_at": "-8d"},
            {"id": "bill", "email": "bill@example.com", "role": "billing", "added_at": "-7d"},
            {"id": "code", "email": "code@example.com", "role": "claude_code_user", "added_at": "-6d"},
            {"id": "tie-1", "email": "tie1@example.com", "added_at": "-5d"},
            {"id": "tie-2", "email": "tie2@example.com", "added_at": "2025-12-27T00:00:00Z"}]},
        {"type": "enterprise", "keys": ["enterprise", {"key": "writer", "scopes": ["write:members"]},
            {"key": "groups", "scopes": ["write:members", "write:rbac_groups"]},
            {"key": "reader", "scopes": ["read:members"]}, {"key": "auditor", "scopes": ["read:org_audit"]}], "users": [
            {"id": "owner", "email": "owner@example.com", "role": "owner", "added_at": "-9d"},
            {"id": "primary", "email": "primary@example.com", "role": "primary_owner", "added_at": "-8d"},
            {"id": "keeper", "email": "keeper@example.com", "role": "membership_admin", "added_at": "-7d"},
            {"id": "mia", "email": "mia@example.com", "role": "managed", "added_at": "-6d"},
            {"id": "uwe", "email": "uwe@example.com", "added_at": "-5d"}]},
        {"keys": ["alone"], "users": [{"id": "last", "email": "last@example.com", "role": "admin"}]},
        {"keys": ["idp"], "roles_managed_by_idp": true, "users": ["boss@example.com",
            {"id": "dev", "email": "dev@example.com", "role": "developer"}]},
        {"keys": ["scim"], "members_managed_by_scim": true, "users": ["boss@example.com",
            {"id": "dev", "email": "dev@example.com", "role": "developer"},
            {"id": "ada", "email": "ada@example.com", "role": "admin"}]}
    ]
}"#;

/// What one user of the Console organization looks like.
pub fn dev() -> serde_json::Value {
    serde_json::json!({"id": "dev", "type": "user", "email": "dev@example.com", "name": "Dev",
        "role": "developer", "added_at": "2025-12-24T00:00:00Z"})
}
