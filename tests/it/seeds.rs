//! What the properties are tried on and around: fixtures, requests, plans. The fuzz targets share this file.

/// The key and the pending invite that the seeds of requests name.
pub const KEY: &str = "sk-ant-admin01-any";
pub const INVITE: &str = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";

/// A template as the default world has it, and an organization that refuses for many reasons.
pub const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "invites": [
        {"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com", "role": "developer"},
        {"id": "a/b%2F", "email": "bob+tag@example.com", "status": "accepted"},
        {"id": "é", "email": "cyd@example.com", "status": "expired"},
        {"id": "gone", "email": "dan@example.com", "status": "deleted"}
    ],
    "organizations": [{
        "keys": ["sk-ant-admin01-full", {"key": "sk-ant-admin01-reader", "scopes": ["read:members"]},
            {"key": "sk-ant-admin01-off", "state": "disabled"}, {"key": "sk-ant-admin01-old", "state": "expired"}],
        "type": "enterprise", "clock": "2026-01-01T00:00:00Z", "users": ["mia@example.com"],
        "member_limit": 3, "allowed_domains": ["example.com"], "verified_domains": ["example.com", "b.c"],
        "groups": ["g", {"id": "owners", "grants_owner_access": true}, {"id": "who", "grants_owner_access": "unconfirmed"}],
        "invites": [{"id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "email": "ada@example.com"}]
    }]
}"#;

/// Fixtures that are taken, and some that are not.
pub fn fixtures() -> Vec<Vec<u8>> {
    [
        WORLD,
        include_str!("../../fixtures/default.json"),
        include_str!("../../fixtures/organizations.json"),
        include_str!("../../fixtures/every-status.json"),
        include_str!("../../fixtures/empty.json"),
        r#"{"invites": [{"email": "é@b.c", "status": "pending", "invited_at": "-3d", "expires_at": "+18h"}]}"#,
        r#"{"clock": "+3d", "invites": [], "faults": [{"operation": "*", "times": 2, "error": "overloaded_error"}]}"#,
        "{\"invites\": [\n{\"email\": 7},\r\n\t{\"emial\": \"a@b.c\"}], }",
        "[",
        "",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

/// Good requests of every operation, and some that are refused.
pub fn requests() -> Vec<Vec<u8>> {
    let headers = format!("x-api-key: {KEY}\nanthropic-version: 2023-06-01");
    let current = format!("authorization: Bearer {KEY}\nanthropic-version: 2026-10-21");
    let path = "/v1/organizations/invites";
    [
        format!("DELETE {path}/{INVITE}\n{headers}"),
        format!("DELETE {path}/{INVITE}?beta=true\n{current}\ncontent-type: application/json"),
        format!("DELETE {path}/a%2Fb%252F\n{headers}"),
        format!("DELETE {path}/%C3%A9\n{headers}\norigin: null\nanthropic-dangerous-direct-browser-access: true"),
        format!("DELETE {path}/%2569{}\n{headers}", &INVITE[1..]),
        format!("DELETE {path}/%69{}\n{headers}", &INVITE[1..]),
        format!("GET {path}/{INVITE}\n{current}"),
        format!("GET {path}?limit=2&after_id={INVITE}&email=ada%40example.com&roles%5B%5D=user&statuses[]=pending\n{headers}"),
        format!("POST {path}\n{headers}\n\n{{\"email\": \"eve@example.com\", \"role\": \"developer\", \"rbac_group_ids\": []}}"),
        format!("POST {path}\nx-api-key: sk-ant-admin01-full\nanthropic-version: 2023-06-01\n\n{{\"email\": \"eve@example.com\", \"role\": \"managed\", \"rbac_group_ids\": [\"g\", \"owners\"]}}"),
        format!("OPTIONS {path}\norigin: http://x\naccess-control-request-method: DELETE\naccess-control-request-headers: anthropic-dangerous-direct-browser-access"),
        format!("PUT /_mock/clock\nx-api-key: {KEY}\n\n{{\"advance\": \"22d\"}}"),
        format!("GET /_mock/requests?status=404&operation=invites.delete&reason=x&after=1\nx-api-key: {KEY}"),
        format!("POST /_mock/invites/{INVITE}/expire\nx-api-key: {KEY}\nhost: evil.example"),
        format!("GET /v1/organizations/users?limit=1\n{headers}"),
    ]
    .map(String::into_bytes)
    .into()
}

/// Plans as a body and as a header.
pub fn fault_plans() -> Vec<Vec<u8>> {
    [
        r#"{"operation": "invites.delete", "times": 2, "error": "overloaded_error", "retry_after": 3, "retry_after_ms": 20, "should_retry": true, "error_code": "c", "message": "m"}"#,
        r#"[{"operation": "*", "invite_id": "invite_015gWxCN9Hfg2QhZwTK7Mdeu", "times": "always", "delay": "400ms"}, {"operation": "invites.retrieve", "drop": "mid_body"}]"#,
        r#"{"operation": "invites.delete", "drop": true, "after_commit": true}"#,
        r#"{"operation": "invites.delete", "error": "authentication_error"}"#,
        r#"{"operation": "*", "skip": 1, "error": "api_error", "status": 503, "details": {"workspace_id": "w"}}"#,
        r#"{"operation": "*", "response": {"status": 520, "content_type": "text/html", "body": "<html>"}}"#,
        r#"[{"operation": "invites.delete", "meanwhile": "accept"}, {"operation": "*", "meanwhile": "expire"}]"#,
        "rate_limit_error; retry-after=1; retry-after-ms=10; should-retry=false; error-code=c",
        "drop; after-commit",
        "drop=mid_body",
        "delay=400ms",
        "api_error;after-commit; status=503",
        "response=520",
        "meanwhile=delete",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}
