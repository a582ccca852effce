//! Calls of the Invites resource, and the answers that only it has.

use serde_json::{Value, json};

use super::{Answer, Call};

/// The pending, accepted, expired and deleted invites of the default world.
pub const PENDING: &str = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";
pub const ACCEPTED: &str = "invite_01AcceptedAcceptedAccept";
pub const EXPIRED: &str = "invite_01ExpiredExpiredExpiredX";
pub const DELETED: &str = "invite_01GoneGoneGoneGoneGone12";

/// The collection's path.
pub const INVITES: &str = "/v1/organizations/invites";

/// The path of one invite; the id as it stands in the URL.
pub fn invite(id: &str) -> String {
    format!("{INVITES}/{id}")
}

impl Call {
    /// A DELETE as the reference documents it.
    pub fn delete_invite(id: &str, key: &str) -> Self {
        Call::api("DELETE", &invite(id), key)
    }

    /// A POST to the collection with a body.
    pub fn create_invite(body: impl Into<Vec<u8>>, key: &str) -> Self {
        Call::api("POST", INVITES, key).header("content-type", "application/json").body(body)
    }

    /// An invitation of an address as a user.
    pub fn invite(email: &str, key: &str) -> Self {
        Call::create_invite(json!({"email": email, "role": "user"}).to_string(), key)
    }

    /// A GET of the collection; the query as it stands in the URL.
    pub fn list_invites(query: &str, key: &str) -> Self {
        Call::api("GET", &format!("{INVITES}?{query}"), key)
    }

    /// A GET of one invite.
    pub fn retrieve_invite(id: &str, key: &str) -> Self {
        Call::api("GET", &invite(id), key)
    }

    /// What the invitee does, through the control routes.
    pub fn accept_invite(id: &str, key: &str) -> Self {
        Call::control("POST", &format!("invites/{id}/accept"), key)
    }
}

impl Answer {
    /// The one good answer to the DELETE of an invite.
    #[track_caller]
    pub fn invite_deleted(&self, id: &str) -> &Self {
        let deleted = json!({"id": id, "type": "invite_deleted"});
        assert_eq!((self.status, self.body.as_str()), (200, deleted.to_string().as_str()), "{self:?}");
        self.names_organization(true)
    }

    /// The id of an invite that was made.
    #[track_caller]
    pub fn new_invite(&self) -> String {
        let invite = self.good();
        assert_eq!((&invite["type"], &invite["status"]), (&json!("invite"), &json!("pending")));
        invite["id"].as_str().map(str::to_owned).unwrap()
    }

    /// The status of an invite.
    #[track_caller]
    pub fn invite_status(&self) -> Value {
        self.good()["status"].clone()
    }
}
