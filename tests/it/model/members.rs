//! Workspace members in the model: the listed ones; organization admins and billing people are members without being listed.

use anthropic_admin_mock::{
    Organization, Role, WorkspaceMember, WorkspaceMemberRefusal as Refusal, WorkspaceRole,
};
use proptest::{option, prelude::*, sample::select};

use super::{
    Model,
    compare::{both, pages},
    page::{AnySide, EVERYTHING, Side, newest_first, page, sides},
};

impl Model {
    /// The place of a workspace, and the organization role of a user, if the user's membership there can be changed.
    fn membership_to_change(&self, workspace: &str, user: &str) -> Result<(usize, Role), Vec<Refusal>> {
        let place = self.place_of_workspace(workspace).ok_or(vec![Refusal::WorkspaceUnknown])?;
        if self.workspaces[place].is_default {
            return Err(vec![Refusal::WorkspaceIsDefault]);
        }
        if self.workspaces[place].archived_at.is_some() {
            return Err(vec![Refusal::WorkspaceArchived]);
        }
        Ok((place, self.user(user).ok_or(vec![Refusal::UserUnknown])?.role))
    }

    fn listed(&mut self, workspace: usize, user: &str) -> Option<&mut WorkspaceRole> {
        let mut members = self.workspaces[workspace].members.iter_mut();
        members.find(|(member, _)| member == user).map(|(_, role)| role)
    }

    fn list_newly(&mut self, workspace: usize, user: &str, role: WorkspaceRole) -> Result<(), Vec<Refusal>> {
        let workspace = &mut self.workspaces[workspace];
        if let Some(limit) = workspace.member_limit.filter(|limit| workspace.members.len() >= *limit) {
            return Err(vec![Refusal::MemberLimit(limit)]);
        }
        workspace.members.push((user.to_owned(), role));
        Ok(())
    }

    pub fn add_member(
        &mut self,
        workspace: &str,
        user: &str,
        role: WorkspaceRole,
    ) -> Result<(), Vec<Refusal>> {
        if role == WorkspaceRole::Billing {
            return Err(vec![Refusal::BillingRole]);
        }
        let (place, held) = self.membership_to_change(workspace, user)?;
        if held == Role::Admin || held == Role::Billing && role != WorkspaceRole::Admin {
            return Err(vec![Refusal::Implicit]);
        }
        if self.listed(place, user).is_some() {
            return Err(vec![Refusal::AlreadyMember]);
        }
        self.list_newly(place, user, role)
    }

    /// The role that the answer shows.
    pub fn update_member(
        &mut self,
        workspace: &str,
        user: &str,
        role: Option<WorkspaceRole>,
    ) -> Result<WorkspaceRole, Vec<Refusal>> {
        let (place, held) = self.membership_to_change(workspace, user)?;
        match (held, role, self.listed(place, user)) {
            (Role::Admin, Some(WorkspaceRole::Billing), _) => {
                Err(vec![Refusal::Implicit, Refusal::BillingRole])
            }
            (Role::Admin, _, _) => Err(vec![Refusal::Implicit]),
            (Role::Billing, Some(role @ WorkspaceRole::Admin), None) => {
                self.list_newly(place, user, role).map(|()| role)
            }
            (Role::Billing, _, None) => Err(vec![Refusal::Implicit]),
            (Role::Billing, Some(role @ WorkspaceRole::Billing), Some(_)) => {
                self.workspaces[place].members.retain(|(member, _)| member != user);
                Ok(role)
            }
            (Role::Billing, None | Some(WorkspaceRole::Admin), Some(listed)) => Ok(*listed),
            (Role::Billing, Some(_), Some(_)) => Err(vec![Refusal::Implicit]),
            (_, Some(WorkspaceRole::Billing), _) => Err(vec![Refusal::BillingRole]),
            (_, _, None) => Err(vec![Refusal::NotMember]),
            (_, role, Some(listed)) => {
                *listed = role.unwrap_or(*listed);
                Ok(*listed)
            }
        }
    }

    pub fn remove_member(&mut self, workspace: &str, user: &str) -> Result<(), Vec<Refusal>> {
        let (place, held) = self.membership_to_change(workspace, user)?;
        if self.listed(place, user).is_some() {
            self.workspaces[place].members.retain(|(member, _)| member != user);
            return Ok(());
        }
        let is_implicit = matches!(held, Role::Admin | Role::Billing);
        Err(vec![if is_implicit { Refusal::Implicit } else { Refusal::NotMember }])
    }

    pub fn member(&self, workspace: &str, user: &str) -> Result<WorkspaceRole, Vec<Refusal>> {
        let place = self.place_of_workspace(workspace).ok_or(vec![Refusal::WorkspaceUnknown])?;
        self.user(user).ok_or(vec![Refusal::UserUnknown])?;
        let listed = self.workspaces[place].members.iter().find(|(member, _)| member == user);
        listed.map(|(_, role)| *role).ok_or(vec![Refusal::NotMember])
    }

    fn list_members(&self, workspace: usize, side: &Side) -> Option<(Vec<usize>, bool)> {
        let members = &self.workspaces[workspace].members;
        let newest = newest_first(members.iter().map(|_| 0));
        page(&newest, |place| &members[place].0, |_| true, side)
    }

    fn shows_member(&self, workspace: usize, place: usize, member: &WorkspaceMember) {
        let kept = &self.workspaces[workspace];
        let (user, role) = &kept.members[place];
        let shown = (&*member.workspace_id, &*member.user_id, member.workspace_role);
        assert_eq!(shown, (&*kept.id, &**user, *role));
    }
}

pub fn are_the_same(organization: &Organization, model: &Model) {
    for (workspace, kept) in model.workspaces.iter().enumerate() {
        let page = organization.list_workspace_members(&kept.id, &EVERYTHING.paging()).unwrap();
        pages(page, model.list_members(workspace, &EVERYTHING), |place, member| {
            model.shows_member(workspace, place, member);
        });
    }
}

/// A workspace and a user.
type Pair = (usize, usize);

#[derive(Clone, Debug)]
pub enum Step {
    Add(Pair, WorkspaceRole),
    Update(Pair, Option<WorkspaceRole>),
    Remove(Pair),
    Retrieve(Pair),
    List { workspace: usize, side: AnySide },
}

pub fn steps() -> impl Strategy<Value = Step> {
    // Mostly one of a few pairs, so that one step meets what another has done.
    let pair = || prop_oneof![4 => (1..4_usize, 0..3_usize), 1 => any::<Pair>()];
    let roles = || {
        select(vec![
            WorkspaceRole::User,
            WorkspaceRole::Developer,
            WorkspaceRole::RestrictedDeveloper,
            WorkspaceRole::Admin,
            WorkspaceRole::Admin,
            WorkspaceRole::Billing,
        ])
    };
    prop_oneof![
        6 => (pair(), roles()).prop_map(|(pair, role)| Step::Add(pair, role)),
        5 => (pair(), option::weighted(0.9, roles())).prop_map(|(pair, role)| Step::Update(pair, role)),
        3 => pair().prop_map(Step::Remove),
        1 => pair().prop_map(Step::Retrieve),
        2 => (any::<usize>(), sides()).prop_map(|(workspace, side)| Step::List { workspace, side }),
    ]
}

pub fn take(organization: &Organization, model: &mut Model, step: &Step) {
    let ids = |model: &Model, pair: &Pair| (model.any_workspace(pair.0), model.any_user(pair.1));
    let shows = |shown: WorkspaceMember, (workspace, user): (String, String), role: WorkspaceRole| {
        let shown = (shown.workspace_id.to_string(), shown.user_id.to_string(), shown.workspace_role);
        assert_eq!(shown, (workspace, user, role));
    };
    match step {
        Step::Add(pair, role) => {
            let (workspace, user) = ids(model, pair);
            let added = organization.add_workspace_member(&workspace, &user, *role);
            if let Some((shown, ())) = both(added, model.add_member(&workspace, &user, *role)) {
                shows(shown, (workspace, user), *role);
            }
        }
        Step::Update(pair, role) => {
            let (workspace, user) = ids(model, pair);
            let updated = organization.update_workspace_member(&workspace, &user, *role);
            if let Some((shown, role)) = both(updated, model.update_member(&workspace, &user, *role)) {
                shows(shown, (workspace, user), role);
            }
        }
        Step::Remove(pair) => {
            let (workspace, user) = ids(model, pair);
            let removed = organization.remove_workspace_member(&workspace, &user);
            both(removed, model.remove_member(&workspace, &user));
        }
        Step::Retrieve(pair) => {
            let (workspace, user) = ids(model, pair);
            let member = organization.workspace_member(&workspace, &user);
            if let Some((shown, role)) = both(member, model.member(&workspace, &user)) {
                shows(shown, (workspace, user), role);
            }
        }
        Step::List { workspace, side } => {
            let id = model.any_workspace(*workspace);
            let users: Vec<_> = model.users.iter().map(|user| &*user.id).collect();
            let side = side.among(&users);
            let page = organization.list_workspace_members(&id, &side.paging());
            let place = model.place_of_workspace(&id);
            assert_eq!(page.is_some(), place.is_some());
            if let (Some(page), Some(workspace)) = (page, place) {
                pages(page, model.list_members(workspace, &side), |place, member| {
                    model.shows_member(workspace, place, member);
                });
            }
        }
    }
}
