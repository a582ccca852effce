//! Workspaces, operation by operation, and the world that these tests share.

mod archive;
mod create;
mod default_one;
mod faults;
mod geos;
mod library;
mod list;
mod once;
mod update;

use serde_json::{Value, json};

/// A Console organization on a frozen clock, with a workspace of which every field is set.
pub const WORLD: &str = r##"{
    "clock": "2026-01-01T00:00:00.250001Z",
    "organizations": [{"keys": ["console"],
        "users": [{"id": "ada", "email": "ada@example.com", "role": "admin"}, {"id": "dev", "email": "dev@example.com"}],
        "workspaces": [
            {"id": "first", "default": true, "created_at": "-9d"},
            {"id": "old", "name": "Old", "created_at": "-8d", "archived_at": "2025-12-31T00:00:00Z"},
            {"id": "full", "name": "Full", "created_at": "-7d", "display_color": "#aBcD09",
             "compartment_id": "0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a", "external_key_id": "ek_1",
             "user_profile_id": "up_1", "tags": {"team": "ops", "": ""},
             "data_residency": {"workspace_geo": "us", "allowed_inference_geos": ["us"], "default_inference_geo": "us"}},
            {"id": "plain", "name": "Plain", "created_at": "-6d", "members": ["dev"]}],
        "api_keys": [{"id": "live", "workspace": "plain"}, {"id": "off", "workspace": "plain", "status": "inactive"},
            {"id": "late", "workspace": "plain", "expires_at": "-1d"}, {"id": "other", "workspace": "full"},
            {"id": "of-default"}, {"id": "wide", "workspace": null, "principal": "dev"}]}]
}"##;

/// The workspace of which every field is set.
pub fn full() -> Value {
    json!({"id": "full", "type": "workspace", "name": "Full", "created_at": "2025-12-25T00:00:00.250001Z",
        "archived_at": null, "display_color": "#aBcD09", "compartment_id": "0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a",
        "data_residency": {"workspace_geo": "us", "allowed_inference_geos": ["us"], "default_inference_geo": "us"},
        "external_key_id": "ek_1", "tags": {"": "", "team": "ops"}, "user_profile_id": "up_1"})
}
