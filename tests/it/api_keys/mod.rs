//! API keys, operation by operation, and the world that these tests share.

mod faults;
mod fields;
mod library;
mod list;
mod update;

/// A Console organization with a key in each status, on a frozen clock.
pub const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "organizations": [
        {"keys": ["console", {"key": "scoped", "scopes": ["read:members", "write:members"]}],
         "users": [
            {"id": "ada", "email": "ada@example.com", "role": "admin"},
            {"id": "dev", "email": "dev@example.com", "role": "developer"}],
         "workspaces": [{"id": "first", "default": true}, {"id": "w", "name": "W"},
            {"id": "old", "name": "Old", "archived_at": "-1d"}],
         "api_keys": [
            {"id": "active", "name": "ci", "created_at": "-9d", "partial_key_hint": "sk-ant-api03-R2D...igAA",
             "created_by": "ada", "principal": {"service_account": "svac_1"}, "workspace": "w"},
            {"id": "inactive", "created_at": "-8d", "status": "inactive", "created_by": {"service_account": "svac_1"},
             "principal": "dev", "workspace": "w"},
            {"id": "expired", "created_at": "-7d", "expires_at": "2026-01-01T00:00:00Z", "created_by": "ada"},
            {"id": "archived", "created_at": "-6d", "expires_at": "-1d", "status": "archived", "workspace": "w"},
            {"id": "wide", "created_at": "-5d", "principal": "dev", "workspace": null},
            {"id": "ending", "created_at": "-4d", "expires_at": "2026-01-02T00:00:00Z", "workspace": "w"},
            {"id": "bare", "created_at": "-3d", "partial_key_hint": null},
            {"id": "of-old", "created_at": "-2d", "created_by": {"user": "gone"}, "workspace": "Old"}]},
        {"keys": ["other"], "invites": [], "api_keys": [{"id": "foreign"}]}
    ]
}"#;
