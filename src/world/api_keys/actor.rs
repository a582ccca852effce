//! Who made an API key, and whose it is, as a document writes it.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::Actor;
use crate::world::{
    fixture::{Checker, Element, Place},
    tables::Tables,
    text::{NonEmpty, Text},
    words::words,
};

/// A user by address or id, `{"service_account": "<id>"}`, or `{"user": "<id>"}` for one who has left; besides, both forms of
/// the API's answers, whose users may have left as well.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "WrittenActor")]
pub(crate) enum ActorEntry {
    /// A user that the organization has.
    Present(Text<NonEmpty>),
    /// A user who may have left.
    User(Text<NonEmpty>),
    ServiceAccount(Text<NonEmpty>),
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "expected a user's address or id, {\"service_account\": \"<id>\"}, {\"user\": \"<id>\"}, or what the API answers, such as {\"id\": \"<id>\", \"type\": \"user\"} or {\"type\": \"user_actor\", \"user_id\": \"<id>\"}"
)]
enum WrittenActor {
    Present(Text<NonEmpty>),
    User(WrittenUser),
    ServiceAccount(WrittenServiceAccount),
    Maker(WrittenMaker),
    Principal(WrittenPrincipal),
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WrittenUser {
    user: Text<NonEmpty>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WrittenServiceAccount {
    service_account: Text<NonEmpty>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WrittenMaker {
    id: Text<NonEmpty>,
    r#type: MakerType,
}

words! {
    /// What made an API key, in the API's answers.
    enum MakerType {
        User = "user",
        ServiceAccount = "service_account",
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum WrittenPrincipal {
    UserActor { user_id: Text<NonEmpty> },
    ServiceAccountActor { service_account_id: Text<NonEmpty> },
}

impl From<WrittenActor> for ActorEntry {
    fn from(written: WrittenActor) -> Self {
        match written {
            WrittenActor::Present(user) => ActorEntry::Present(user),
            WrittenActor::User(WrittenUser { user }) => ActorEntry::User(user),
            WrittenActor::ServiceAccount(WrittenServiceAccount { service_account }) => {
                ActorEntry::ServiceAccount(service_account)
            }
            WrittenActor::Maker(WrittenMaker { id, r#type: MakerType::User })
            | WrittenActor::Principal(WrittenPrincipal::UserActor { user_id: id }) => ActorEntry::User(id),
            WrittenActor::Maker(WrittenMaker { id, r#type: MakerType::ServiceAccount })
            | WrittenActor::Principal(WrittenPrincipal::ServiceAccountActor { service_account_id: id }) => {
                ActorEntry::ServiceAccount(id)
            }
        }
    }
}

impl Element for ActorEntry {
    const EXPECTED: &'static str = "a user's address or id as a string, or an object";

    fn from_text(text: &str) -> Option<Result<Self, String>> {
        Some(text.parse().map(ActorEntry::Present))
    }
}

impl Serialize for ActorEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            ActorEntry::Present(user) => user.serialize(serializer),
            ActorEntry::User(user) => json!({ "user": user.text }).serialize(serializer),
            ActorEntry::ServiceAccount(account) => {
                json!({ "service_account": account.text }).serialize(serializer)
            }
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for ActorEntry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Actor".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenActor::json_schema(generator)
    }
}

impl ActorEntry {
    pub(super) fn actor(&self, place: Place, checker: &mut Checker) -> Option<Actor> {
        match self {
            ActorEntry::Present(user) => checker.user(&user.text, place).map(Actor::User),
            ActorEntry::User(id) => Some(Actor::User(id.text.clone())),
            ActorEntry::ServiceAccount(id) => Some(Actor::ServiceAccount(id.text.clone())),
        }
    }

    pub(super) fn of(actor: &Actor, tables: &Tables) -> Self {
        match actor {
            Actor::User(id) if tables.users.get(id).is_some() => ActorEntry::Present(id.clone().into()),
            Actor::User(id) => ActorEntry::User(id.clone().into()),
            Actor::ServiceAccount(id) => ActorEntry::ServiceAccount(id.clone().into()),
        }
    }
}
