//! A workspace as a document writes it, with its members.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

use super::{DEFAULT_NAME, DataResidency, WorkspaceRow};
use crate::world::{
    fixture::{Checker, Count, Element, List, Place, RowEntry, optional_object},
    offset::Moment,
    policy::OrganizationType,
    table::Row,
    text::{NonEmpty, Rule, Text},
    time::Time,
    words::words,
    workspace_members::{MemberEntry, Members},
};

words! {
    /// What a workspace copied from an answer says that it is.
    enum WorkspaceType {
        Workspace = "workspace",
    }
}

/// A workspace; for short, its name. Left out: a generated `id`, `created_at` the clock's now, everything else as a new
/// workspace has it.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceEntry {
    /// May be there, as in the API's answers.
    r#type: Option<WorkspaceType>,
    /// Any string; generated in the API's shape (`wrkspc_01…`) when left out.
    id: Option<Text<NonEmpty>>,
    /// 1 to 255 characters. The default workspace is called `Default`.
    name: Option<Text<WorkspaceName>>,
    /// Whether this is the default workspace, which every Console organization has; generated when no entry is.
    default: Option<bool>,
    /// The clock's now when left out.
    created_at: Option<Moment>,
    /// When it was archived; left out or null, it is active.
    archived_at: Option<Moment>,
    /// `#RRGGBB`; drawn when left out.
    display_color: Option<Text<Color>>,
    /// A UUID; drawn when left out.
    compartment_id: Option<Text<NonEmpty>>,
    /// Where data stays and where inference runs.
    #[serde(default, deserialize_with = "optional_object")]
    data_residency: Option<DataResidency>,
    /// The key that encrypts its data.
    external_key_id: Option<Arc<str>>,
    /// Tags with their values.
    tags: Option<BTreeMap<Text<TagName>, Arc<str>>>,
    /// The user profile.
    user_profile_id: Option<Arc<str>>,
    /// The most listed members; no limit when left out.
    member_limit: Option<Count>,
    /// The listed members.
    members: Option<List<MemberEntry>>,
}

/// The name of a workspace (docs/fidelity.md, "Workspaces").
#[derive(Debug)]
pub(crate) struct WorkspaceName;
impl WorkspaceName {
    /// The most characters.
    pub(crate) const MOST: usize = 255;
}
impl Rule for WorkspaceName {
    const EXPECTED: &'static str = "a name of 1 to 255 characters";
    const PATTERN: &'static str = r"^[\s\S]{1,255}$(?!\n)";
    fn holds(text: &str) -> bool {
        (1..=Self::MOST).contains(&text.chars().count())
    }
}

/// A colour (docs/fidelity.md, "Workspaces").
#[derive(Debug)]
pub(crate) struct Color;
impl Rule for Color {
    const EXPECTED: &'static str = "a colour such as \"#6C5BB9\"";
    const PATTERN: &'static str = r"^#[0-9A-Fa-f]{6}$(?!\n)";
    fn holds(text: &str) -> bool {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }
}

/// The name of a tag (docs/fidelity.md, "Workspaces").
#[derive(Debug)]
pub(crate) struct TagName;
impl Rule for TagName {
    const EXPECTED: &'static str = "a tag that does not begin with `anthropic`";
    const PATTERN: &'static str = r"^(?!anthropic)";
    fn holds(text: &str) -> bool {
        !text.starts_with("anthropic")
    }
}

impl Element for WorkspaceEntry {
    const EXPECTED: &'static str = "a workspace's name as a string, or an object";

    fn from_text(text: &str) -> Option<Result<Self, String>> {
        Some(text.parse().map(|name| WorkspaceEntry { name: Some(name), ..WorkspaceEntry::default() }))
    }
}

impl RowEntry for WorkspaceEntry {
    type Row = WorkspaceRow;
    const PREFIX: &'static str = "wrkspc_01";
    const CALLED: &'static str = "workspace";

    fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref().map(|id| &id.text)
    }

    fn row(&self, id: Arc<str>, place: Place, checker: &mut Checker) -> WorkspaceRow {
        if checker.kind() != OrganizationType::Console {
            checker.refuse(place, "only a Console organization has workspaces; expected none here");
        }
        let is_default = self.default.unwrap_or_default();
        if is_default {
            self.check_default(place, checker);
        } else if self.name.is_none() {
            checker.refuse_unless(&["name"], place, place, "missing field `name`");
        }
        let unnamed = if is_default { DEFAULT_NAME } else { "" };
        let name = self.name.as_ref().map_or(unnamed.into(), |name| name.text.clone());
        let created_at = checker.tick(place.field("created_at"), self.created_at.unwrap_or(Moment::NOW));
        let archived_at = self.archived_at.map(|at| checker.tick(place.field("archived_at"), at));
        let data_residency = self.data_residency.clone().unwrap_or_default();
        if !data_residency.holds() {
            let message = format!(
                "`default_inference_geo` is `{}`, which is not one of `allowed_inference_geos`; expected it there",
                data_residency.default_inference_geo
            );
            checker.refuse(place.field("data_residency"), message);
        }
        let drawn = WorkspaceRow::new(id, name, created_at, checker.ids());
        let tags = self.tags.iter().flatten();
        WorkspaceRow {
            archived_at,
            display_color: self
                .display_color
                .as_ref()
                .map_or(drawn.display_color, |color| color.text.clone()),
            compartment_id: self.compartment_id.as_ref().map_or(drawn.compartment_id, |id| id.text.clone()),
            data_residency,
            external_key_id: self.external_key_id.clone(),
            tags: tags.map(|(tag, value)| (tag.text.clone(), value.clone())).collect(),
            user_profile_id: self.user_profile_id.clone(),
            is_default,
            member_limit: self.member_limit.map(|limit| limit.0),
            ..drawn
        }
    }
}

impl WorkspaceEntry {
    /// Refuses what the default workspace cannot have.
    fn check_default(&self, place: Place, checker: &mut Checker) {
        checker.only_one("the default workspace", place.field("default"));
        if let Some(name) = self.name.as_ref().filter(|name| &*name.text != DEFAULT_NAME) {
            let message = format!(
                "{:?} is not the name of the default workspace; expected {DEFAULT_NAME:?}",
                name.text
            );
            checker.refuse(place.field("name"), message);
        }
        for (field, set) in
            [("archived_at", self.archived_at.is_some()), ("user_profile_id", self.user_profile_id.is_some())]
        {
            if set {
                let message = "the default workspace is never archived and has no user profile";
                checker.refuse(place.field(field), message);
            }
        }
    }

    /// Adds the members that the entry lists.
    pub(crate) fn add_members(&self, workspace: &Arc<str>, place: Place, checker: &mut Checker) {
        let members = self.members.iter().flat_map(|members| &members.0);
        let mut given = HashMap::new();
        for (number, member) in members.enumerate() {
            let place = place.element(member.at);
            if number == 0 && self.default.unwrap_or_default() {
                checker.refuse(place, "the default workspace has no members of its own; expected none");
                return;
            }
            member.value.add(workspace, place, &mut given, checker);
        }
    }

    pub(crate) fn of(row: &WorkspaceRow, members: &Members, origin: Option<Time>) -> Self {
        let tags = row.tags.iter().map(|(tag, value)| (tag.clone().into(), value.clone()));
        let listed: List<_> = members.rows(row.id()).map(MemberEntry::of).collect();
        WorkspaceEntry {
            r#type: None,
            id: Some(row.id.clone().into()),
            name: Some(row.name.clone().into()),
            default: row.is_default.then_some(true),
            created_at: Some(row.created_at.written(origin)),
            archived_at: row.archived_at.map(|at| at.written(origin)),
            display_color: Some(row.display_color.clone().into()),
            compartment_id: Some(row.compartment_id.clone().into()),
            data_residency: Some(row.data_residency.clone()),
            external_key_id: row.external_key_id.clone(),
            tags: (!row.tags.is_empty()).then(|| tags.collect()),
            user_profile_id: row.user_profile_id.clone(),
            member_limit: row.member_limit.map(Count),
            members: (!listed.0.is_empty()).then_some(listed),
        }
    }
}
