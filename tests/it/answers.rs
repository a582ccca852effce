//! The rules of every answer of the API (docs/fidelity.md), written once. The fuzz targets share this file.

use serde_json::Value;

/// The alphabet of ids.
pub const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Names in lower case, without what HTTP itself adds (`date`, `connection`).
pub type Headers = [(String, Vec<u8>)];

/// Every header that an answer may have.
const HEADERS: [&str; 8] = [
    "content-type",
    "content-length",
    "request-id",
    "anthropic-organization-id",
    "x-should-retry",
    "x-mock-reason",
    "allow",
    "retry-after",
];
const FAMILIES: [&str; 2] = ["anthropic-ratelimit-requests-", "access-control-"];

/// The `type` of each success with the number of its fields; a list has none.
const SUCCESSES: [(Option<&str>, usize); 11] = [
    (None, 4),
    (Some("organization"), 3),
    (Some("invite"), 9),
    (Some("invite_deleted"), 2),
    (Some("user"), 6),
    (Some("user_deleted"), 2),
    (Some("workspace"), 11),
    (Some("workspace_member"), 4),
    (Some("workspace_member_deleted"), 3),
    (Some("api_key"), 10),
    // With the field that earlier versions had.
    (Some("api_key"), 11),
];

/// The vendor's type of each status that an answer can have.
fn kind(status: u16) -> &'static str {
    match status {
        400 | 405 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        501 => "api_error",
        other => panic!("no answer of the API has the status {other}"),
    }
}

/// The one value of a header.
pub fn one<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    let mut found = headers.iter().filter(|(present, _)| present == name);
    let value = found.next().map(|(_, value)| std::str::from_utf8(value).expect("UTF-8"));
    assert!(found.next().is_none(), "{name} is sent twice");
    value
}

/// The rules of an answer that no fault has struck. `body` is what was sent of it.
pub fn keeps_the_rules(method: &str, status: u16, headers: &Headers, body: &[u8]) {
    for (name, _) in headers {
        let known =
            HEADERS.contains(&&**name) || FAMILIES.iter().any(|beginning| name.starts_with(beginning));
        assert!(known, "no foreign header: {name}");
    }
    let retry = match status {
        400 | 401 | 403 | 404 | 405 | 501 => Some("false"),
        429 => Some("true"),
        _ => None,
    };
    assert_eq!(one(headers, "x-should-retry"), retry, "{status}");
    assert_eq!(one(headers, "retry-after").is_some(), status == 429, "{status}");
    assert_eq!(one(headers, "allow").is_some(), status == 405, "{status}");
    assert_ne!(one(headers, "x-mock-reason"), Some("fault"));
    if one(headers, "request-id").is_none() {
        assert_eq!(status, 401, "only a credential that is not known goes without a request id");
    }
    if method == "OPTIONS" && status == 200 {
        assert!(body.is_empty() && one(headers, "access-control-allow-methods").is_some(), "a preflight");
    }
    let Some(json) = envelope(method, status, headers, body) else { return };
    if status == 200 {
        assert!(one(headers, "anthropic-organization-id").is_some());
        let kind = json.get("type").and_then(Value::as_str);
        assert!(kind.is_some() || json["data"].is_array() && json["has_more"].is_boolean(), "{json}");
        let fields = json.as_object().map(serde_json::Map::len);
        assert!(SUCCESSES.contains(&(kind, fields.unwrap_or_default())), "{json}");
        return;
    }
    assert_eq!(json["error"]["type"], kind(status), "{status}: {json}");
    if let Some(details) = json["error"].get("details") {
        assert!(details["error_code"].is_string(), "no details without a code: {json}");
        assert_eq!(details.as_object().map(serde_json::Map::len), Some(1), "{json}");
    }
}

/// What holds for an answer that a fault has struck as well: the content type, the request id, the envelope. Returns the
/// body, unless there is none.
pub fn envelope(method: &str, status: u16, headers: &Headers, body: &[u8]) -> Option<Value> {
    assert_eq!(one(headers, "content-type"), Some("application/json"));
    assert_eq!(one(headers, "x-mock-reason").is_some(), status >= 400, "{status}");
    let request_id = one(headers, "request-id");
    if let Some(id) = request_id {
        let drawn = id.strip_prefix("req_011C").expect("the prefix of a request id");
        assert!(drawn.len() == 20 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    }
    if method == "HEAD" || method == "OPTIONS" && status == 200 {
        assert!(body.is_empty(), "nothing follows the head");
        return None;
    }
    let json: Value = serde_json::from_slice(body).expect("the body is JSON");
    let fields = json.as_object().expect("the body is an object");
    if status >= 400 {
        assert!(fields.len() == 3 && json["type"] == "error", "the envelope: {json}");
        assert!(fields.contains_key("request_id"), "{json}");
        assert_eq!(fields["request_id"].as_str(), request_id, "header and body agree: {json}");
        assert!(json["error"]["type"].is_string(), "{json}");
        assert!(json["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{json}");
        let details = json["error"].get("details");
        assert!(details.is_none_or(Value::is_object), "{json}");
        let others = usize::from(details.is_some());
        assert_eq!(json["error"].as_object().map(serde_json::Map::len), Some(2 + others), "{json}");
    }
    Some(json)
}
