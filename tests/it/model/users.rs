//! Users in the model, and what moves with them: personal keys, memberships, the address.

use anthropic_admin_mock::{ApiKeyStatus, Organization, Role, User, UserFilter, UserRefusal, WorkspaceRole};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    Model, at,
    compare::{both, pages},
    invites::emails,
    page::{AnySide, EVERYTHING, Side, newest_first, page, sides},
    pick, plain,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub id: String,
    pub email: String,
    /// `None` for one that is made from the address.
    pub name: Option<String>,
    pub role: Role,
    pub added_at: i64,
}

impl Model {
    pub fn user(&self, id: &str) -> Option<&Kept> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn user_with(&self, email: &str) -> Option<&Kept> {
        self.users.iter().find(|user| plain(&user.email) == plain(email))
    }

    pub fn update_user(&mut self, id: &str, role: Option<Role>) -> Result<(), Vec<UserRefusal>> {
        if role.is_some_and(|role| !self.policy.assignable().contains(&role)) {
            return Err(vec![UserRefusal::RoleNotAssignable]);
        }
        let held = self.user(id).ok_or(vec![UserRefusal::Unknown])?.role;
        let Some(role) = role.filter(|role| *role != held) else { return Ok(()) };
        let mut reasons = Vec::new();
        if self.policy.admin_roles().contains(&held) {
            reasons.push(UserRefusal::Admin);
        }
        if self.policy.roles_managed_by_idp {
            reasons.push(UserRefusal::RolesManagedByIdp);
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        self.users.iter_mut().filter(|user| user.id == id).for_each(|user| user.role = role);
        // Billing people are members of every workspace without being listed, but for a workspace's admins.
        if role == Role::Billing {
            self.end_memberships(id, |role| role != WorkspaceRole::Admin);
        }
        Ok(())
    }

    pub fn remove_user(&mut self, id: &str) -> Result<(), Vec<UserRefusal>> {
        let held = self.user(id).ok_or(vec![UserRefusal::Unknown])?.role;
        let mut reasons = Vec::new();
        if self.users.len() == 1 {
            reasons.push(UserRefusal::Last);
        } else if self.policy.admin_roles().contains(&held) {
            reasons.push(UserRefusal::Admin);
        }
        if self.policy.members_managed_by_scim {
            reasons.push(UserRefusal::MembersManagedByScim);
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        self.users.retain(|user| user.id != id);
        self.left.insert(id.to_owned());
        self.end_memberships(id, |_| true);
        for key in
            self.api_keys.iter_mut().filter(|key| key.principal.as_ref().is_some_and(|of| of.is_user(id)))
        {
            key.status = ApiKeyStatus::Archived;
        }
        Ok(())
    }

    fn end_memberships(&mut self, id: &str, ends: impl Fn(WorkspaceRole) -> bool) {
        for workspace in &mut self.workspaces {
            workspace.members.retain(|(user, role)| user != id || !ends(*role));
        }
    }

    pub fn list_users(&self, filter: &UserFilter, side: &Side) -> Option<(Vec<usize>, bool)> {
        let keep = |place: usize| {
            let user = &self.users[place];
            filter.email.as_ref().is_none_or(|email| plain(email) == plain(&user.email))
                && (filter.roles.is_empty() || filter.roles.contains(&user.role))
        };
        let newest = newest_first(self.users.iter().map(|user| user.added_at));
        page(&newest, |place| &self.users[place].id, keep, side)
    }

    fn shows_user(&self, place: usize, user: &User) {
        let kept = &self.users[place];
        let shown = (&*user.id, &*user.email, user.role, user.added_at);
        assert_eq!(shown, (&*kept.id, &*kept.email, kept.role, at(kept.added_at)));
        assert!(kept.name.as_deref().map_or(!user.name.is_empty(), |name| *name == *user.name));
    }

    fn user_ids(&self) -> Vec<&str> {
        self.users.iter().map(|user| &*user.id).chain(self.left.iter().map(|id| &**id)).collect()
    }

    /// One of the users that there are or were, or one that never was.
    pub fn any_user(&self, choice: usize) -> String {
        pick(&self.user_ids(), choice).to_owned()
    }

    /// Learns the id of the user who was added last.
    pub fn learn_user(&mut self, organization: &Organization) {
        let Some(new) = self.users.last().filter(|user| user.id.is_empty()) else { return };
        let filter = UserFilter { email: Some(new.email.clone()), ..UserFilter::default() };
        let page = organization.list_users(&filter, &EVERYTHING.paging()).unwrap();
        let id = page.data[0].id.to_string();
        let is_named = |key: &super::api_keys::Kept| {
            [&key.created_by, &key.principal].into_iter().flatten().any(|actor| actor.is_user(&id))
        };
        assert!(self.user(&id).is_none() && !self.api_keys.iter().any(is_named), "an id that is taken: {id}");
        self.left.remove(&id);
        self.users.last_mut().unwrap().id = id;
    }
}

pub fn are_the_same(organization: &Organization, model: &Model) {
    let filter = UserFilter::default();
    let page = organization.list_users(&filter, &EVERYTHING.paging());
    pages(page, model.list_users(&filter, &EVERYTHING), |place, user| model.shows_user(place, user));
    assert!(model.left.iter().all(|id| organization.user(id).is_none()));
    assert_eq!(organization.counts().users, model.users.len());
}

#[derive(Clone, Debug)]
pub enum Step {
    Update { user: usize, role: Option<Role> },
    Remove(usize),
    Retrieve(usize),
    List { filter: UserFilter, side: AnySide },
    IsMember(&'static str),
}

pub fn steps() -> impl Strategy<Value = Step> {
    let roles = || {
        select(vec![
            Role::User,
            Role::Developer,
            Role::Billing,
            Role::Billing,
            Role::ClaudeCodeUser,
            Role::Admin,
            Role::Managed,
            Role::Owner,
        ])
    };
    let filter = (option::of(emails()), vec(roles(), 0..3))
        .prop_map(|(email, roles)| UserFilter { email: email.map(str::to_owned), roles });
    prop_oneof![
        5 => (any::<usize>(), option::weighted(0.9, roles())).prop_map(|(user, role)| Step::Update { user, role }),
        4 => any::<usize>().prop_map(Step::Remove),
        1 => any::<usize>().prop_map(Step::Retrieve),
        1 => emails().prop_map(Step::IsMember),
        3 => (filter, sides()).prop_map(|(filter, side)| Step::List { filter, side }),
    ]
}

pub fn take(organization: &Organization, model: &mut Model, step: &Step) {
    match step {
        Step::Update { user, role } => {
            let id = model.any_user(*user);
            let expected = model.update_user(&id, *role);
            if let Some((shown, ())) = both(organization.update_user(&id, *role), expected) {
                let place = model.users.iter().position(|user| user.id == id).unwrap();
                model.shows_user(place, &shown);
            }
        }
        Step::Remove(user) => {
            let id = model.any_user(*user);
            both(organization.remove_user(&id), model.remove_user(&id));
        }
        Step::Retrieve(user) => {
            let id = model.any_user(*user);
            let place = model.users.iter().position(|user| user.id == id);
            let shown = organization.user(&id);
            assert_eq!(shown.is_some(), place.is_some());
            place.into_iter().zip(&shown).for_each(|(place, user)| model.shows_user(place, user));
        }
        Step::IsMember(email) => {
            assert_eq!(organization.is_member(email), model.user_with(email).is_some());
        }
        Step::List { filter, side } => {
            let ids = model.user_ids();
            let side = side.among(&ids);
            let page = organization.list_users(filter, &side.paging());
            pages(page, model.list_users(filter, &side), |place, user| model.shows_user(place, user));
        }
    }
}
