//! What the properties are tried on and around, of all resources. The fuzz targets share this file.

use super::super::seeds::{self, INVITE, KEY};

pub const ADMIN: &str = "user_01AdminAdminAdminAdminAd";
pub const USER: &str = "user_01UserUserUserUserUserUs";
pub const WORKSPACE: &str = "wrkspc_01ResearchResearchResear";
pub const API_KEY: &str = "apikey_01ActiveActiveActiveActi";

/// A template with every resource, and an Enterprise organization.
pub const WORLD: &str = r##"{
    "clock": "2026-01-01T00:00:00Z",
    "users": [
        {"id": "user_01AdminAdminAdminAdminAd", "email": "adm@example.com", "role": "admin", "added_at": "-9d"},
        {"id": "user_01UserUserUserUserUserUs", "email": "Uma+x@example.com", "name": "Uma", "role": "developer"},
        {"id": "a/b%2F", "email": "bill@example.com", "role": "billing"}, "zed@example.com"
    ],
    "invites": [
        {"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com", "role": "developer"},
        {"id": "a/b%2F", "email": "bob+tag@example.com", "status": "accepted"},
        {"id": "é", "email": "cyd@example.com", "status": "expired"},
        {"id": "gone", "email": "dan@example.com", "status": "deleted"}
    ],
    "workspaces": [
        "Plain", {"id": "wrkspc_01DefauDefauDefauDefauDe", "default": true, "tags": {"": "é"}},
        {"id": "wrkspc_01ResearchResearchResear", "name": "Research", "member_limit": 2, "display_color": "#0aF0aF",
            "data_residency": {"allowed_inference_geos": ["us", "global"], "default_inference_geo": "us"},
            "external_key_id": "", "members": ["zed@example.com", {"user": "a/b%2F", "workspace_role": "workspace_admin"}]},
        {"id": "é", "name": "Old", "created_at": "-9d", "archived_at": "-1d"}
    ],
    "api_keys": [
        {"id": "apikey_01ActiveActiveActiveActi", "workspace": "Research", "created_by": "uma@example.com", "expires_at": "+5d"},
        {"id": "p", "workspace": null, "principal": "user_01UserUserUserUserUserUs", "partial_key_hint": null, "status": "inactive"},
        {"id": "é", "workspace": "Old", "created_by": {"user": "left"}, "principal": {"service_account": "s"}}
    ],
    "organizations": [{
        "keys": ["sk-ant-admin01-full", {"key": "sk-ant-admin01-reader", "scopes": ["read:members"]}],
        "type": "enterprise", "clock": "2026-01-01T00:00:00Z", "roles_managed_by_idp": true, "members_managed_by_scim": true,
        "users": [{"id": "user_01OwnerOwnerOwnerOwnerOw", "email": "own@example.com", "role": "owner"}, "mia@example.com"],
        "member_limit": 3, "groups": ["g", {"id": "owners", "grants_owner_access": true}],
        "invites": [{"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com"}]
    }]
}"##;

/// Fixtures that are taken, and some that are not.
pub fn fixtures() -> Vec<Vec<u8>> {
    let mixed = WORLD.replacen("\"-9d\"", "\"2025-12-01T00:00:00Z\"", 1);
    let more = [
        WORLD,
        &mixed,
        r#"{"invites": [], "users": [], "workspaces": [{"default": true, "members": ["a@b.c"]}]}"#,
        r#"{"invites": [{"email": "a@b.c", "status": "accepted", "role": "billing"}], "workspaces": [{"name": "W", "members": ["a@b.c"]}]}"#,
        r#"{"invites": [], "users": ["a@b.c"], "api_keys": [{"created_by": "a@b.c"}, {"workspace": null}, {"workspace": "None"}]}"#,
        r#"{"invites": [], "type": "enterprise", "workspaces": ["W"], "api_keys": [{}]}"#,
        r#"{"invites": [], "clock": "+3d", "workspaces": ["W", {"name": "W", "archived_at": "2026-01-01T00:00:00Z"}], "api_keys": [{"workspace": "W", "expires_at": "-1s", "status": "expired"}]}"#,
    ];
    seeds::fixtures().into_iter().chain(more.map(|seed| seed.as_bytes().to_vec())).collect()
}

/// Good requests of every operation, and some that are refused.
pub fn requests() -> Vec<Vec<u8>> {
    let headers = format!("x-api-key: {KEY}\nanthropic-version: 2023-06-01");
    let current = format!("authorization: Bearer {KEY}\nanthropic-version: 2026-10-21");
    let enterprise = "x-api-key: sk-ant-admin01-full\nanthropic-version: 2023-06-01";
    let path = "/v1/organizations";
    let more = [
        format!("GET {path}/me\n{current}"),
        format!(
            "GET {path}/users?limit=1&after_id={USER}&email=UMA%40example.com&roles[]=developer&roles=admin\n{headers}"
        ),
        format!("GET {path}/users/a%2Fb%252F\n{current}"),
        format!("POST {path}/users/{USER}\n{headers}\n\n{{\"role\": \"billing\"}}"),
        format!("POST {path}/users/{ADMIN}\n{headers}\n\n{{\"role\": null}}"),
        format!("DELETE {path}/users/{USER}\n{current}\ncontent-type: application/json"),
        format!("DELETE {path}/users/{ADMIN}\n{headers}"),
        format!("DELETE {path}/users/user_01OwnerOwnerOwnerOwnerOw\n{enterprise}"),
        format!(
            "POST {path}/workspaces\n{current}\n\n{{\"name\": \"New\", \"tags\": {{\"a\": \"\"}}, \"data_residency\": {{\"workspace_geo\": \"us\", \"allowed_inference_geos\": \"unrestricted\"}}, \"external_key_id\": \"\"}}"
        ),
        format!("POST {path}/workspaces\n{enterprise}\n\n{{\"name\": \"New\"}}"),
        format!(
            "GET {path}/workspaces?include_archived=true&include_default=true&ids[]={WORKSPACE}&ids=%C3%A9\n{headers}"
        ),
        format!("GET {path}/workspaces/%C3%A9\n{headers}"),
        format!(
            "POST {path}/workspaces/{WORKSPACE}\n{headers}\n\n{{\"tags\": {{\"a\": null}}, \"data_residency\": {{\"allowed_inference_geos\": [\"global\"], \"default_inference_geo\": \"global\"}}}}"
        ),
        format!("POST {path}/workspaces/{WORKSPACE}/archive\n{current}"),
        format!("GET {path}/workspaces/{WORKSPACE}/members?before_id=a%2Fb%252F\n{headers}"),
        format!(
            "POST {path}/workspaces/{WORKSPACE}/members\n{headers}\n\n{{\"user_id\": \"{USER}\", \"workspace_role\": \"workspace_user\"}}"
        ),
        format!("GET {path}/workspaces/{WORKSPACE}/members/a%2Fb%252F\n{headers}"),
        format!(
            "POST {path}/workspaces/{WORKSPACE}/members/a%2Fb%252F\n{current}\n\n{{\"workspace_role\": \"workspace_billing\"}}"
        ),
        format!("DELETE {path}/workspaces/{WORKSPACE}/members/a%2Fb%252F\n{headers}"),
        format!(
            "GET {path}/api_keys?status=expired&workspace_id={WORKSPACE}&created_by_user_id={USER}\n{headers}"
        ),
        format!("GET {path}/api_keys/{API_KEY}\n{current}"),
        format!("POST {path}/api_keys/{API_KEY}\n{headers}\n\n{{\"name\": \"n\", \"status\": \"inactive\"}}"),
        format!("POST {path}/api_keys\n{headers}\n\n{{}}"),
        format!("GET {path}/rbac_groups/x\n{headers}"),
        format!("POST /_mock/users/{USER}/remove\nx-api-key: {KEY}"),
        format!("PUT /_mock/state\nx-api-key: {KEY}\n\n{{\"invites\": [], \"workspaces\": [\"W\"]}}"),
        format!("GET /_mock/requests?user_id={USER}&workspace_id=w&api_key_id=k\nx-api-key: {KEY}"),
    ];
    seeds::requests().into_iter().chain(more.map(String::into_bytes)).collect()
}

/// Plans as a body and as a header.
pub fn fault_plans() -> Vec<Vec<u8>> {
    let more = [
        r#"[{"operation": "users.remove", "user_id": "user_01UserUserUserUserUserUs", "error": "conflict_error", "error_code": "concurrent_membership_change"}]"#,
        r#"{"operation": "workspaces.create", "error": "api_error", "status": 503, "after_commit": true, "error_code": "workspace_created_incomplete", "details": {"workspace_id": "w"}}"#,
        r#"[{"operation": "users.retrieve", "meanwhile": "remove"}, {"operation": "*", "meanwhile": "archive", "times": "always"}]"#,
        r#"{"operation": "workspaces.members.add", "workspace_id": "wrkspc_01ResearchResearchResear", "drop": "mid_body"}"#,
        r#"{"operation": "api_keys.update", "api_key_id": "apikey_01ActiveActiveActiveActi", "delay": "1s", "after_commit": true}"#,
        "meanwhile=remove",
        "meanwhile=archive; times=2",
        "conflict_error; error-code=concurrent_membership_change; after-commit",
    ];
    seeds::fault_plans().into_iter().chain(more.map(|seed| seed.as_bytes().to_vec())).collect()
}

/// Calls of every resource, for a planned fault to strike: method, path and body.
pub fn calls() -> Vec<(&'static str, String, &'static str)> {
    let path = "/v1/organizations";
    vec![
        ("GET", format!("{path}/invites/{INVITE}"), ""),
        ("GET", format!("{path}/users/{USER}"), ""),
        ("POST", format!("{path}/api_keys/{API_KEY}"), r#"{"name": "n"}"#),
        ("DELETE", format!("{path}/workspaces/{WORKSPACE}/members/a%2Fb%252F"), ""),
        ("POST", format!("{path}/workspaces/{WORKSPACE}/archive"), ""),
        ("DELETE", format!("{path}/users/{USER}"), ""),
        ("DELETE", format!("{path}/invites/{INVITE}"), ""),
    ]
}
