//! What an organization begins with, checked; and an organization as the document that brings it back.

use std::sync::Arc;

use super::{
    api_keys::ApiKeyEntry,
    clock::Clock,
    faults::Fault,
    fixture::{Count, Document, Fixture, GroupEntry, List, Parts, Place},
    invites::InviteEntry,
    offset::{Moment, Offset},
    planned::PlannedFault,
    policy::{DEFAULT_NAME, OrganizationType, Policy},
    tables::Tables,
    time::Time,
    users::UserEntry,
    workspaces::WorkspaceEntry,
};

/// What an organization begins with, and what a reset brings back.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) clock: Clock,
    pub(crate) policy: Arc<Policy>,
    pub(crate) rows: Rows,
    pub(crate) faults: Arc<[Fault]>,
}

/// The rows of a seed. All times of an organization count from one origin, so how the times were written decides whether
/// the organizations made from the seed can share its tables.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    /// All times are offsets: the origin of each organization is its own start.
    Relative(Tables),
    /// All times are absolute, and count from this origin.
    Absolute(Tables, Time),
    /// Some are offsets and some absolute: each organization gets tables of its own, of which these are an example. The
    /// parts are in full, so that no later start contradicts a status.
    Mixed { parts: Arc<Parts>, owner: Box<str>, example: Tables },
}

impl Default for Seed {
    fn default() -> Self {
        Seed {
            clock: Clock::default(),
            policy: Arc::default(),
            rows: Rows::Relative(Tables::default()),
            faults: Arc::default(),
        }
    }
}

impl Seed {
    /// The tables and the origin of an organization that is made at `start`.
    pub(crate) fn tables(&self, start: Time, id_seed: u64) -> (Tables, Time) {
        match &self.rows {
            Rows::Relative(tables) => (tables.clone(), start),
            Rows::Absolute(tables, origin) => (tables.clone(), *origin),
            Rows::Mixed { parts, owner, .. } => (Fixture::rows_again(id_seed, owner, parts, start), start),
        }
    }

    /// The tables for a look at what the seed holds.
    pub(crate) fn example(&self) -> &Tables {
        match &self.rows {
            Rows::Relative(tables) | Rows::Absolute(tables, _) | Rows::Mixed { example: tables, .. } => {
                tables
            }
        }
    }

    /// The seed as the document that it was made from, with every default filled in.
    pub(crate) fn document(&self) -> Document {
        let document =
            |tables, origin| document(self.clock, &self.policy, self.faults.to_vec(), tables, origin);
        match &self.rows {
            Rows::Relative(tables) => document(tables, None),
            Rows::Absolute(tables, origin) => document(tables, Some(*origin)),
            Rows::Mixed { parts, example, .. } => Document {
                users: parts.users.as_deref().map(entries),
                invites: Some(entries(&parts.invites)),
                workspaces: Some(entries(&parts.workspaces)),
                api_keys: Some(entries(&parts.api_keys)),
                ..document(example, None)
            },
        }
    }
}

fn entries<E: Clone>(entries: &[(Place, E)]) -> List<E> {
    entries.iter().map(|(_, entry)| entry.clone()).collect()
}

/// What is left of planned faults.
pub(crate) fn left(planned: &[PlannedFault]) -> Vec<Fault> {
    planned.iter().filter_map(PlannedFault::left).collect()
}

/// An organization as a document. Without an origin its times are written as offsets.
pub(crate) fn document(
    clock: Clock,
    policy: &Policy,
    faults: Vec<Fault>,
    tables: &Tables,
    origin: Option<Time>,
) -> Document {
    let domains = |domains: &Option<Vec<Arc<str>>>| {
        domains.as_ref().map(|domains| domains.iter().cloned().map(Into::into).collect())
    };
    let groups = policy.groups.iter();
    let console = policy.kind == OrganizationType::Console;
    Document {
        // The system's clock as well, so that no other setting takes its place.
        clock: Some(clock.written().unwrap_or(Moment::Offset(Offset::default()))),
        name: (&*policy.name != DEFAULT_NAME).then(|| policy.name.clone().into()),
        r#type: (policy.kind != OrganizationType::default()).then_some(policy.kind),
        member_limit: policy.member_limit.map(|limit| Count(u32::try_from(limit).unwrap_or(u32::MAX))),
        allowed_domains: domains(&policy.allowed_domains),
        verified_domains: domains(&policy.verified_domains),
        groups: (!policy.groups.is_empty())
            .then(|| groups.map(|(id, access)| GroupEntry::new(id.clone().into(), *access)).collect()),
        faults: (!faults.is_empty()).then(|| faults.into_iter().collect()),
        roles_managed_by_idp: policy.roles_managed_by_idp.then_some(true),
        members_managed_by_scim: policy.members_managed_by_scim.then_some(true),
        users: Some(tables.users.rows().map(|row| UserEntry::of(row, origin)).collect()),
        invites: Some(tables.invites.rows().map(|row| InviteEntry::of(row, origin)).collect()),
        workspaces: console.then(|| {
            let rows = tables.workspaces.oldest_first();
            rows.map(|row| WorkspaceEntry::of(row, &tables.members, origin)).collect()
        }),
        api_keys: console
            .then(|| tables.api_keys.rows().map(|row| ApiKeyEntry::of(row, tables, origin)).collect()),
        ..Document::default()
    }
}
