//! Workspaces: what is shown and what is kept, and the values that only they have.

mod rules;
mod written;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::{
    clock::{Reading, Tick},
    fixture::Element,
    ids::Ids,
    table::Row,
    time::Time,
    words::words,
};
pub use rules::{NewWorkspace, WorkspaceChange, WorkspaceFilter, WorkspaceRefusal};
pub(crate) use written::{Color, TagName, WorkspaceEntry, WorkspaceName};

/// The name of the workspace that every Console organization has.
const DEFAULT_NAME: &str = "Default";

/// The colours that a workspace gets unless it asks for one.
const PALETTE: [&str; 8] =
    ["#6C5BB9", "#D97757", "#3A7CA5", "#5B8C5A", "#B8860B", "#A23B72", "#2E86AB", "#8D6A9F"];

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Workspace {
    /// The id.
    pub id: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// When it was made.
    pub created_at: Time,
    /// When it was archived.
    pub archived_at: Option<Time>,
    /// `#RRGGBB`
    pub display_color: Arc<str>,
    /// A UUID.
    pub compartment_id: Arc<str>,
    /// Where data stays and where inference runs.
    pub data_residency: DataResidency,
    /// The key that encrypts its data.
    pub external_key_id: Option<Arc<str>>,
    /// Tags with their values.
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
    /// The user profile.
    pub user_profile_id: Option<Arc<str>>,
    /// Whether it is the one that every organization has.
    pub is_default: bool,
}

/// The eleven fields of the API (docs/fidelity.md, "Workspaces").
impl Serialize for Workspace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Workspace", 11)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("type", "workspace")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("created_at", &self.created_at)?;
        fields.serialize_field("archived_at", &self.archived_at)?;
        fields.serialize_field("display_color", &self.display_color)?;
        fields.serialize_field("compartment_id", &self.compartment_id)?;
        fields.serialize_field("data_residency", &self.data_residency)?;
        fields.serialize_field("external_key_id", &self.external_key_id)?;
        fields.serialize_field("tags", &self.tags)?;
        fields.serialize_field("user_profile_id", &self.user_profile_id)?;
        fields.end()
    }
}

words! {
    /// Where a workspace keeps its data.
    #[derive(Default)]
    pub enum WorkspaceGeo {
        #[default]
        Us = "us",
    }
}

words! {
    /// Where inference may run.
    #[derive(Default)]
    pub enum InferenceGeo {
        Us = "us",
        #[default]
        Global = "global",
    }
}

words! {
    /// The word for inference that may run anywhere.
    pub enum Unrestricted {
        Unrestricted = "unrestricted",
    }
}

/// The geos in which inference may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected \"unrestricted\", or a list of `us` and `global`")]
pub enum AllowedGeos {
    /// `"unrestricted"`
    All(Unrestricted),
    /// These alone.
    Only(Vec<InferenceGeo>),
}

impl Default for AllowedGeos {
    fn default() -> Self {
        AllowedGeos::All(Unrestricted::Unrestricted)
    }
}

/// Where a workspace keeps its data, and where its inference runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DataResidency {
    /// Where data stays; `us` when left out.
    #[serde(default)]
    pub workspace_geo: WorkspaceGeo,
    /// Where inference may run; anywhere when left out.
    #[serde(default)]
    pub allowed_inference_geos: AllowedGeos,
    /// Where inference runs unless asked otherwise; `global` when left out.
    #[serde(default)]
    pub default_inference_geo: InferenceGeo,
}

impl Element for DataResidency {}

impl DataResidency {
    /// Whether the default is among the allowed geos.
    pub(crate) fn holds(&self) -> bool {
        match &self.allowed_inference_geos {
            AllowedGeos::All(_) => true,
            AllowedGeos::Only(geos) => geos.contains(&self.default_inference_geo),
        }
    }
}

/// A workspace as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceRow {
    id: Arc<str>,
    name: Arc<str>,
    created_at: Tick,
    archived_at: Option<Tick>,
    display_color: Arc<str>,
    compartment_id: Arc<str>,
    data_residency: DataResidency,
    external_key_id: Option<Arc<str>>,
    tags: BTreeMap<Arc<str>, Arc<str>>,
    user_profile_id: Option<Arc<str>>,
    is_default: bool,
    member_limit: Option<u32>,
}

impl Row for WorkspaceRow {
    fn id(&self) -> &Arc<str> {
        &self.id
    }

    fn time(&self) -> Tick {
        self.created_at
    }
}

impl WorkspaceRow {
    /// A workspace of a name, everything else as it is unless asked otherwise.
    pub(crate) fn new(id: Arc<str>, name: Arc<str>, created_at: Tick, ids: &Ids) -> Self {
        WorkspaceRow {
            id,
            name,
            created_at,
            archived_at: None,
            display_color: ids.one_of(&PALETTE).into(),
            compartment_id: ids.uuid().into(),
            data_residency: DataResidency::default(),
            external_key_id: None,
            tags: BTreeMap::new(),
            user_profile_id: None,
            is_default: false,
            member_limit: None,
        }
    }

    /// The workspace that every Console organization has.
    pub(crate) fn default_one(ids: &Ids, created_at: Tick, taken: impl Fn(&str) -> bool) -> Self {
        let id = ids.fresh("wrkspc_01", taken).into();
        WorkspaceRow { is_default: true, ..WorkspaceRow::new(id, DEFAULT_NAME.into(), created_at, ids) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_default(&self) -> bool {
        self.is_default
    }

    pub(crate) fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    pub(crate) fn archive(&mut self, at: Tick) {
        self.archived_at.get_or_insert(at);
    }

    /// The most listed members.
    pub(crate) fn member_limit(&self) -> Option<usize> {
        self.member_limit.map(|limit| limit as usize)
    }

    fn read(&self, reading: Reading) -> Workspace {
        let row = self.clone();
        Workspace {
            id: row.id,
            name: row.name,
            created_at: reading.time(row.created_at),
            archived_at: row.archived_at.map(|at| reading.time(at)),
            display_color: row.display_color,
            compartment_id: row.compartment_id,
            data_residency: row.data_residency,
            external_key_id: row.external_key_id,
            tags: row.tags,
            user_profile_id: row.user_profile_id,
            is_default: row.is_default,
        }
    }
}
