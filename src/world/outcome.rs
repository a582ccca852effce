//! The values of a fault's plan: what happens, how often, to which operation.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with_macros::skip_serializing_none;

use super::{
    error::Error,
    operation::Operation,
    text::{as_text, parsed},
    words::words,
};

/// An answer as an edge sends it: no envelope, no request id.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedResponse {
    /// The status, from 200 to 599.
    pub status: u16,
    /// The content type; `text/html` when left out.
    pub content_type: Option<String>,
    /// The body; empty when left out.
    pub body: Option<String>,
}

words! {
    /// What happens to the resource of the path between two calls of the program under test.
    pub enum Meanwhile {
        /// The invitee accepts the invite.
        Accept = "accept",
        /// The invite's time ends.
        Expire = "expire",
        /// The invite is deleted.
        Delete = "delete",
        /// The user is removed from the organization.
        Remove = "remove",
        /// The API key or, where the path has none, the workspace is archived.
        Archive = "archive",
    }
}

impl Meanwhile {
    /// The ids in the path, of which it takes the first that there is.
    pub(crate) fn path_ids(self) -> &'static [&'static str] {
        match self {
            Meanwhile::Accept | Meanwhile::Expire | Meanwhile::Delete => &["invite_id"],
            Meanwhile::Remove => &["user_id"],
            Meanwhile::Archive => &["api_key_id", "workspace_id"],
        }
    }
}

words! {
    /// The vendor's types of errors (docs/fidelity.md).
    pub enum ErrorType {
        InvalidRequestError = "invalid_request_error",
        AuthenticationError = "authentication_error",
        BillingError = "billing_error",
        PermissionError = "permission_error",
        NotFoundError = "not_found_error",
        ConflictError = "conflict_error",
        RequestTooLarge = "request_too_large",
        RateLimitError = "rate_limit_error",
        ApiError = "api_error",
        TimeoutError = "timeout_error",
        OverloadedError = "overloaded_error",
    }
}

/// How often a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a whole number from 1, or \"always\"")]
pub enum Times {
    /// So often.
    Number(NonZeroU32),
    /// Every time.
    Always(Always),
}

words! {
    /// The word for a fault that is never spent.
    pub enum Always {
        Always = "always",
    }
}

impl Default for Times {
    fn default() -> Self {
        Times::Number(NonZeroU32::MIN)
    }
}

/// Where a connection is closed: before the answer's first byte, or in the middle of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected true or \"mid_body\"")]
pub enum DropPoint {
    /// `true`; `false` drops nothing and is refused.
    BeforeTheFirstByte(bool),
    /// `"mid_body"`
    MidBody(MidBody),
}

words! {
    /// The word for a connection that is closed in the middle of the body.
    pub enum MidBody {
        MidBody = "mid_body",
    }
}

/// How much later an answer comes: a number of few digits and one of the units `ms s m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay(pub Duration);

impl FromStr for Delay {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
            let (milliseconds, most_digits) = match unit {
                "ms" => (1, 7),
                "s" => (1_000, 3),
                "m" => (60_000, 2),
                _ => return None,
            };
            let number: u64 = digits.parse().ok().filter(|_| digits.len() <= most_digits)?;
            Some(Delay(Duration::from_millis(number * milliseconds)))
        };
        parse().ok_or_else(|| {
            Error::new(format!(
                "{text:?} is not a delay such as \"400ms\" or \"2s\" (units: ms s m; 99 minutes at the most)"
            ))
        })
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0.as_millis())
    }
}

as_text!(Delay);

impl PlannedResponse {
    /// Says what is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(200..600).contains(&self.status) {
            return Err(format!("{} is no status of an answer; expected one from 200 to 599", self.status));
        }
        if matches!(self.status, 204 | 205 | 304) && self.body.as_deref().is_some_and(|body| !body.is_empty())
        {
            return Err(format!("an answer with status {} has no body; leave it out", self.status));
        }
        let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        match self.content_type.as_deref() {
            Some(text) if !visible(text) => Err(format!("{text:?} is not a content type")),
            _ => Ok(()),
        }
    }
}

/// An operation's name, or `*` for every one.
pub(crate) mod every_or_one {
    use super::*;

    pub(crate) struct Name(Option<Operation>);

    impl FromStr for Name {
        type Err = Error;

        fn from_str(text: &str) -> Result<Self, Error> {
            match text {
                "*" => Ok(Name(None)),
                text => text.parse().map(|operation| Name(Some(operation))).map_err(|error: Error| {
                    Error::new(error.to_string().replacen("one of ", "one of `*`, ", 1))
                }),
            }
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Operation>, D::Error> {
        parsed(deserializer).map(|Name(operation)| operation)
    }

    pub(crate) fn serialize<S: Serializer>(
        operation: &Option<Operation>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(operation.map_or("*", Operation::name))
    }
}

pub(crate) fn is_zero(number: &u32) -> bool {
    *number == 0
}
