//! Paths, ids and calls of the organization's other resources: users, workspaces, their members, API keys.

use serde_json::Value;

use super::{Answer, Call};

pub const ME: &str = "/v1/organizations/me";
pub const USERS: &str = "/v1/organizations/users";
pub const WORKSPACES: &str = "/v1/organizations/workspaces";
pub const API_KEYS: &str = "/v1/organizations/api_keys";

/// The path of one user; ids as they stand in the URL, here and below.
pub fn user(id: &str) -> String {
    format!("{USERS}/{id}")
}

pub fn workspace(id: &str) -> String {
    format!("{WORKSPACES}/{id}")
}

pub fn archive(id: &str) -> String {
    format!("{WORKSPACES}/{id}/archive")
}

pub fn members(workspace: &str) -> String {
    format!("{WORKSPACES}/{workspace}/members")
}

pub fn member(workspace: &str, user: &str) -> String {
    format!("{WORKSPACES}/{workspace}/members/{user}")
}

pub fn api_key(id: &str) -> String {
    format!("{API_KEYS}/{id}")
}

/// The version whose answers have no output fields of earlier versions.
const CURRENT: &str = "2026-10-21";

impl Call {
    pub fn get(path: &str, key: &str) -> Self {
        Call::api("GET", path, key)
    }

    pub fn post(path: &str, body: &Value, key: &str) -> Self {
        Call::api("POST", path, key).header("content-type", "application/json").body(body.to_string())
    }

    pub fn delete(path: &str, key: &str) -> Self {
        Call::api("DELETE", path, key)
    }

    /// The same call by the current version of the API.
    pub fn current(self) -> Self {
        self.with("anthropic-version", CURRENT)
    }
}

impl Answer {
    /// A 400 with a reason, no code, and the organization's name.
    #[track_caller]
    pub fn bad(&self, reason: &str) -> &Self {
        self.refused(400, "invalid_request_error", reason).names_organization(true);
        assert_eq!(self.error_code(), None, "{self:?}");
        self
    }

    /// A 400 about a field, told as `<field>: <what is wrong>`.
    #[track_caller]
    pub fn bad_input(&self, message: &str) -> &Self {
        self.bad("input-invalid").says(message)
    }

    /// A 404 about an id.
    #[track_caller]
    pub fn unknown(&self, reason: &str, message: &str) -> &Self {
        self.refused(404, "not_found_error", reason).names_organization(true).says(message)
    }

    /// A 400 with a code, of which the reason is another spelling.
    #[track_caller]
    pub fn coded(&self, code: &str) -> &Self {
        self.refused(400, "invalid_request_error", &code.replace('_', "-")).names_organization(true);
        assert_eq!(self.error_code().as_deref(), Some(code), "{self:?}");
        self
    }

    /// One field of each row on a page.
    #[track_caller]
    pub fn each(&self, field: &str) -> Vec<Value> {
        self.good()["data"].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
    }
}
