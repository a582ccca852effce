//! An API key as a document writes it, with references by address, id or name.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_with_macros::skip_serializing_none;

use super::{ApiKeyRow, ApiKeyStatus, actor::ActorEntry};
use crate::world::{
    fixture::{Checker, Element, Place, RowEntry, optional_object},
    offset::Moment,
    policy::OrganizationType,
    tables::Tables,
    text::{NonEmpty, Rule, Text},
    time::Time,
    words::words,
};

words! {
    /// What an API key copied from an answer says that it is.
    enum ApiKeyType {
        ApiKey = "api_key",
    }
}

/// An API key. Left out: a generated `id` and hint, `name` key, `status` active, `created_at` the clock's now, no maker and no
/// principal recorded, the default workspace.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeyEntry {
    /// May be there, as in the API's answers.
    r#type: Option<ApiKeyType>,
    /// Any string; generated in the API's shape (`apikey_01…`) when left out.
    id: Option<Text<NonEmpty>>,
    /// 1 to 500 characters; `key` when left out.
    name: Option<Text<ApiKeyName>>,
    /// The clock's now when left out.
    created_at: Option<Moment>,
    /// Left out or null: never.
    expires_at: Option<Moment>,
    /// `active` when left out; must agree with the times and the workspace.
    status: Option<ApiKeyStatus>,
    /// A part of the secret; drawn when left out, none when null.
    #[serde(default, deserialize_with = "null_or", skip_serializing_if = "is_left_out")]
    #[cfg_attr(test, schemars(with = "Option<Text<NonEmpty>>"))]
    partial_key_hint: Nullable<Text<NonEmpty>>,
    /// What made it.
    #[serde(default, deserialize_with = "optional_object")]
    created_by: Option<ActorEntry>,
    /// Whose it is.
    #[serde(default, deserialize_with = "optional_object")]
    principal: Option<ActorEntry>,
    /// The workspace's id or name; left out, the default one. `null`, which takes a `principal`, is the whole organization.
    #[serde(default, deserialize_with = "null_or", skip_serializing_if = "is_left_out")]
    #[cfg_attr(test, schemars(with = "Option<Text<NonEmpty>>"))]
    workspace: Nullable<Text<NonEmpty>>,
    /// May say the same as `workspace`, as in the API's answers.
    #[serde(default, deserialize_with = "optional_object")]
    scope: Option<ScopeEntry>,
    /// May say the same as `scope`, as in the answers to earlier versions: null for the default workspace and the whole
    /// organization.
    workspace_id: Option<Text<NonEmpty>>,
}

/// A scope as in the API's answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum ScopeEntry {
    Organization {},
    Workspace { workspace_id: Text<NonEmpty> },
}

impl Element for ScopeEntry {}

/// A field that may be left out, and may be null.
type Nullable<T> = Option<Option<T>>;

fn null_or<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Nullable<T>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn is_left_out<T>(field: &Nullable<T>) -> bool {
    field.is_none()
}

/// The name of an API key (docs/fidelity.md, "API keys").
#[derive(Debug)]
pub(crate) struct ApiKeyName;
impl ApiKeyName {
    /// The most characters.
    pub(crate) const MOST: usize = 500;
}
impl Rule for ApiKeyName {
    const EXPECTED: &'static str = "a name of 1 to 500 characters";
    const PATTERN: &'static str = r"^[\s\S]{1,500}$(?!\n)";
    fn holds(text: &str) -> bool {
        (1..=Self::MOST).contains(&text.chars().count())
    }
}

impl Element for ApiKeyEntry {}

impl RowEntry for ApiKeyEntry {
    type Row = ApiKeyRow;
    const PREFIX: &'static str = "apikey_01";
    const CALLED: &'static str = "API key";

    fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref().map(|id| &id.text)
    }

    fn row(&self, id: Arc<str>, place: Place, checker: &mut Checker) -> ApiKeyRow {
        if checker.kind() != OrganizationType::Console {
            checker.refuse(place, "only a Console organization has API keys; expected none here");
        }
        let created_at = checker.tick(place.field("created_at"), self.created_at.unwrap_or(Moment::NOW));
        let expires_at = self.expires_at.map(|at| checker.tick(place.field("expires_at"), at));
        let actor = |entry: &Option<ActorEntry>, field, checker: &mut Checker| {
            entry.as_ref().and_then(|entry| entry.actor(place.field(field), checker))
        };
        let created_by = actor(&self.created_by, "created_by", checker);
        let principal = actor(&self.principal, "principal", checker);
        let workspace = self.workspace(place, checker);
        let drawn = || {
            let ids = checker.ids();
            Arc::from(format!("sk-ant-api03-{}...{}", ids.base58("", 3), ids.base58("", 4)))
        };
        let partial_key_hint = match &self.partial_key_hint {
            None => Some(drawn()),
            Some(hint) => hint.as_ref().map(|hint| hint.text.clone()),
        };
        let status = self.status(
            workspace.as_deref(),
            expires_at.map(|at| checker.reading().time(at)),
            place,
            checker,
        );
        let is_in_default_workspace = workspace
            .as_deref()
            .and_then(|workspace| checker.tables().workspaces.get(workspace))
            .is_some_and(|workspace| workspace.is_default());
        ApiKeyRow {
            id,
            name: self.name.as_ref().map_or("key".into(), |name| name.text.clone()),
            created_at,
            expires_at,
            status,
            partial_key_hint,
            created_by,
            principal,
            workspace,
            is_in_default_workspace,
        }
    }
}

impl ApiKeyEntry {
    /// The workspace, however often and in whichever form it is written; `None` for the whole organization.
    fn workspace(&self, place: Place, checker: &mut Checker) -> Option<Arc<str>> {
        let scope = self.scope.as_ref().map(|scope| match scope {
            ScopeEntry::Organization {} => None,
            ScopeEntry::Workspace { workspace_id } => Some(workspace_id),
        });
        let written = [
            ("workspace", self.workspace.as_ref().map(Option::as_ref)),
            ("scope", scope),
            ("workspace_id", self.workspace_id.as_ref().map(Some)),
        ];
        let mut known: Option<(&str, Option<Arc<str>>)> = None;
        for (field, named) in written {
            let Some(named) = named else { continue };
            let found = named.and_then(|named| checker.workspace(&named.text, place.field(field)));
            if named.is_some() && found.is_none() {
                continue;
            }
            match &known {
                Some((first, other)) if *other != found => {
                    let shown = |workspace: &Option<Arc<str>>| match workspace {
                        Some(id) => format!("the workspace {id:?}"),
                        None => "the whole organization".into(),
                    };
                    let message = format!(
                        "{} contradicts `{first}`, which is {}; expected the same, or one of them alone",
                        shown(&found),
                        shown(other)
                    );
                    checker.refuse(place.field(field), message);
                }
                Some(_) => {}
                None => {
                    if found.is_none() && self.principal.is_none() {
                        let message =
                            "the whole organization takes a `principal`; expected one, or a workspace";
                        checker.refuse_unless(&["principal"], place, place.field(field), message);
                    }
                    known = Some((field, found));
                }
            }
        }
        known.map_or_else(|| Some(checker.default_workspace()), |(_, workspace)| workspace)
    }

    /// The status as it is kept; one that the workspace or the times contradict is refused.
    fn status(
        &self,
        workspace: Option<&str>,
        expires_at: Option<Time>,
        place: Place,
        checker: &mut Checker,
    ) -> ApiKeyStatus {
        let archived = workspace
            .and_then(|workspace| checker.tables().workspaces.get(workspace))
            .is_some_and(|workspace| workspace.is_archived());
        let now = checker.start();
        let expired = expires_at.is_some_and(|end| now >= end);
        let clash = match self.status {
            Some(status) if archived && status != ApiKeyStatus::Archived => {
                Some(format!("`{status}` contradicts the workspace, which is archived; expected `archived`, or no `status`"))
            }
            Some(ApiKeyStatus::Active) if expired => {
                let end = expires_at.map(|end| end.to_string()).unwrap_or_default();
                Some(format!("`active` contradicts the times: `expires_at` is {end} and the clock reads {now}; expected them to agree, or no `status`"))
            }
            Some(ApiKeyStatus::Expired) if !expired => Some(match expires_at {
                Some(end) => format!("`expired` contradicts the times: `expires_at` is {end} and the clock reads {now}; expected them to agree, or no `status`"),
                None => "`expired` contradicts the times: there is no `expires_at`; expected one before the clock's now".into(),
            }),
            _ => None,
        };
        if let Some(message) = clash {
            checker.refuse_unless(
                &["expires_at", "workspace", "scope", "workspace_id"],
                place,
                place.field("status"),
                message,
            );
        }
        match self.status {
            _ if archived => ApiKeyStatus::Archived,
            None | Some(ApiKeyStatus::Expired) => ApiKeyStatus::Active,
            Some(status) => status,
        }
    }

    /// The same without a status that the times decide, so that it stays good whatever the clock reads.
    pub(crate) fn in_full(&self) -> Self {
        let decided = |status: &ApiKeyStatus| matches!(status, ApiKeyStatus::Active | ApiKeyStatus::Expired);
        ApiKeyEntry { status: self.status.filter(|status| !decided(status)), ..self.clone() }
    }

    pub(crate) fn of(row: &ApiKeyRow, tables: &Tables, origin: Option<Time>) -> Self {
        ApiKeyEntry {
            r#type: None,
            id: Some(row.id.clone().into()),
            name: Some(row.name.clone().into()),
            created_at: Some(row.created_at.written(origin)),
            expires_at: row.expires_at.map(|at| at.written(origin)),
            // An active key's is left out, because whether it has expired follows from the times.
            status: (row.status != ApiKeyStatus::Active).then_some(row.status),
            partial_key_hint: Some(row.partial_key_hint.clone().map(Into::into)),
            created_by: row.created_by.as_ref().map(|actor| ActorEntry::of(actor, tables)),
            principal: row.principal.as_ref().map(|actor| ActorEntry::of(actor, tables)),
            workspace: Some(row.workspace.clone().map(Into::into)),
            scope: None,
            workspace_id: None,
        }
    }
}
