//! The world against a naive model of it that shares no code with it: long random histories over all resources.
//!
//! The model is written from the contract, not from the source. Each resource has a file of its own: its rows, its rules,
//! its steps. Where the contract leaves open which of several reasons is told, the model names them all and any one will do.
//! `PROPTEST_CASES` sets how many histories. A difference is shrunk and printed.

mod api_keys;
mod beginning;
mod compare;
mod document;
mod invites;
mod members;
mod page;
mod states;
mod users;
mod workspaces;

use std::collections::BTreeSet;

use anthropic_admin_mock::{Organization, OrganizationType, Role, Time};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};

use crate::harness::world;
pub use beginning::{any_beginning, fixed};
pub use document::{Times, document, organization, times};
pub use page::EVERYTHING;

/// The key of the organization that is modelled.
pub const KEY: &str = "model";
pub const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z in seconds of the Unix epoch.
pub const START: i64 = 1_767_225_600;

/// Everything that an organization holds, each resource in one list in the order of its making.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    pub now: i64,
    pub policy: Policy,
    pub invites: Vec<invites::Kept>,
    pub users: Vec<users::Kept>,
    pub workspaces: Vec<workspaces::Kept>,
    pub api_keys: Vec<api_keys::Kept>,
    /// The ids of users who were removed.
    pub left: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    pub kind: OrganizationType,
    pub member_limit: Option<usize>,
    pub roles_managed_by_idp: bool,
    pub members_managed_by_scim: bool,
}

impl Policy {
    pub fn assignable(&self) -> &'static [Role] {
        match self.kind {
            OrganizationType::Console => &[Role::User, Role::Developer, Role::Billing, Role::ClaudeCodeUser],
            OrganizationType::Enterprise => &[Role::User, Role::Managed],
            other => panic!("{other}"),
        }
    }

    pub fn admin_roles(&self) -> &'static [Role] {
        match self.kind {
            OrganizationType::Console => &[Role::Admin],
            OrganizationType::Enterprise => &[Role::Owner, Role::PrimaryOwner, Role::MembershipAdmin],
            other => panic!("{other}"),
        }
    }

    /// Whether users have the role in an organization of this type.
    pub fn has(&self, role: Role) -> bool {
        self.assignable().contains(&role) || self.admin_roles().contains(&role)
    }

    pub fn is_console(&self) -> bool {
        self.kind == OrganizationType::Console
    }
}

/// An address without case and tag.
pub fn plain(email: &str) -> String {
    let email = email.to_lowercase();
    let (local, domain) = email.split_once('@').unwrap();
    format!("{}@{domain}", local.split('+').next().unwrap())
}

/// A second of the Unix epoch.
pub fn at(second: i64) -> Time {
    let second = u64::try_from(second).unwrap();
    (std::time::UNIX_EPOCH + std::time::Duration::from_secs(second)).into()
}

/// One of the ids that there are, or one that never was.
pub fn pick<'i>(ids: &[&'i str], choice: usize) -> &'i str {
    ids.get(choice % (ids.len() + 1)).copied().unwrap_or("never")
}

#[derive(Clone, Debug)]
enum Step {
    Invites(invites::Step),
    Users(users::Step),
    Workspaces(workspaces::Step),
    Members(members::Step),
    ApiKeys(api_keys::Step),
    MoveClock(i64),
    /// Puts back the state as the document that it is written to.
    PutBack,
    Reset,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        16 => invites::steps().prop_map(Step::Invites),
        10 => users::steps().prop_map(Step::Users),
        12 => workspaces::steps().prop_map(Step::Workspaces),
        16 => members::steps().prop_map(Step::Members),
        12 => api_keys::steps().prop_map(Step::ApiKeys),
        4 => (-3 * DAY..9 * DAY).prop_map(Step::MoveClock),
        1 => select(vec![0, 1, 21 * DAY]).prop_map(Step::MoveClock),
        1 => Just(Step::PutBack),
        1 => Just(Step::Reset),
    ];
    vec(step, 1..120)
}

/// Takes a step in the world and in the model, and compares what each says of it.
fn take(organization: &Organization, model: &mut Model, first: &Model, step: &Step) {
    match step {
        Step::Invites(step) => invites::take(organization, model, step),
        Step::Users(step) => users::take(organization, model, step),
        Step::Workspaces(step) => workspaces::take(organization, model, step),
        Step::Members(step) => members::take(organization, model, step),
        Step::ApiKeys(step) => api_keys::take(organization, model, step),
        Step::MoveClock(by) => {
            model.now += by;
            organization.set_clock(anthropic_admin_mock::Clock::Frozen(at(model.now)));
        }
        Step::PutBack => {
            let state = organization.state();
            organization
                .put_state(&state.to_string())
                .unwrap_or_else(|refused| panic!("{refused}\n{state:#}"));
            assert_eq!(organization.state(), state);
        }
        Step::Reset => {
            model.clone_from(first);
            organization.reset();
        }
    }
}

/// Compares all rows of all resources.
fn are_the_same(organization: &Organization, model: &Model) {
    invites::are_the_same(organization, model);
    users::are_the_same(organization, model);
    workspaces::are_the_same(organization, model);
    members::are_the_same(organization, model);
    api_keys::are_the_same(organization, model);
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(300) })]

    #[test]
    fn every_history_of_the_world_is_one_of_the_model(
        (first, times) in (any_beginning(), document::times()),
        steps in steps(),
    ) {
        let organization = world(&document(&first, times)).organization(KEY).unwrap();
        let mut model = first.clone();
        are_the_same(&organization, &model);
        for step in &steps {
            take(&organization, &mut model, &first, step);
            are_the_same(&organization, &model);
        }
    }
}
