//! Invites in the model: every question is answered by a look at all of them.

use anthropic_admin_mock::{
    CreateInviteRefusal, Invite, InviteFilter, InviteRefusal, InviteStatus, NewInvite, Organization, Role,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    DAY, Model, at,
    compare::{both, pages},
    page::{AnySide, EVERYTHING, Side, newest_first, page, sides},
    pick, plain, users,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub id: String,
    pub email: String,
    pub role: Role,
    pub invited_at: i64,
    pub expires_at: i64,
    pub accepted_at: Option<i64>,
    pub deleted: bool,
}

impl Model {
    pub fn invite_status(&self, kept: &Kept) -> InviteStatus {
        match kept {
            Kept { deleted: true, .. } => InviteStatus::Deleted,
            Kept { accepted_at: Some(_), .. } => InviteStatus::Accepted,
            kept if self.now >= kept.expires_at => InviteStatus::Expired,
            _ => InviteStatus::Pending,
        }
    }

    pub fn create_invite(&mut self, email: &str, role: Role) -> Result<(), Vec<CreateInviteRefusal>> {
        let pending = |kept: &&Kept| self.invite_status(kept) == InviteStatus::Pending;
        if !self.policy.assignable().contains(&role) {
            return Err(vec![CreateInviteRefusal::RoleNotAssignable]);
        }
        if self.user_with(email).is_some() {
            return Err(vec![CreateInviteRefusal::AlreadyMember]);
        }
        let in_the_way =
            self.invites.iter().filter(pending).filter(|kept| plain(&kept.email) == plain(email));
        let in_the_way: Vec<_> =
            in_the_way.map(|kept| CreateInviteRefusal::AlreadyInvited(kept.id.as_str().into())).collect();
        if !in_the_way.is_empty() {
            return Err(in_the_way);
        }
        let seats = self.users.len() + self.invites.iter().filter(pending).count();
        if let Some(limit) = self.policy.member_limit.filter(|limit| seats >= *limit) {
            return Err(vec![CreateInviteRefusal::MemberLimit(limit)]);
        }
        self.invites.push(Kept {
            id: String::new(),
            email: email.to_owned(),
            role,
            invited_at: self.now,
            expires_at: self.now + 21 * DAY,
            accepted_at: None,
            deleted: false,
        });
        Ok(())
    }

    pub fn pending_invite(&mut self, id: &str) -> Result<&mut Kept, InviteRefusal> {
        let place = self.place_of_invite(id).ok_or(InviteRefusal::Unknown)?;
        match self.invite_status(&self.invites[place]) {
            InviteStatus::Pending => Ok(&mut self.invites[place]),
            InviteStatus::Accepted => Err(InviteRefusal::Accepted),
            InviteStatus::Expired => Err(InviteRefusal::Expired),
            InviteStatus::Deleted => Err(InviteRefusal::Deleted),
            other => panic!("{other}"),
        }
    }

    pub fn delete_invite(&mut self, id: &str) -> Result<(), InviteRefusal> {
        self.pending_invite(id).map(|kept| kept.deleted = true)
    }

    /// The invitee becomes a user, whose id is not yet known, unless the address is a user's already.
    pub fn accept_invite(&mut self, id: &str) -> Result<(), InviteRefusal> {
        let now = self.now;
        let invite = self.pending_invite(id)?;
        let added_at = now.max(invite.invited_at);
        invite.accepted_at = Some(added_at);
        let (email, role) = (invite.email.clone(), invite.role);
        if self.user_with(&email).is_none() {
            // A fixture may give an invite a role that users of this type of organization do not have.
            let role = if self.policy.has(role) { role } else { Role::User };
            self.users.push(users::Kept { id: String::new(), email, name: None, role, added_at });
        }
        Ok(())
    }

    pub fn expire_invite(&mut self, id: &str) -> Result<(), InviteRefusal> {
        let now = self.now;
        let kept = self.pending_invite(id)?;
        kept.expires_at = now;
        if kept.invited_at > now {
            // The newest of its new time.
            kept.invited_at = now;
            let place = self.place_of_invite(id).ok_or(InviteRefusal::Unknown)?;
            let moved = self.invites.remove(place);
            self.invites.push(moved);
        }
        Ok(())
    }

    /// The places of a page, and whether there are more; `None` for an unknown cursor.
    pub fn list_invites(&self, filter: &InviteFilter, side: &Side) -> Option<(Vec<usize>, bool)> {
        let keep = |at: usize| {
            let kept = &self.invites[at];
            !kept.deleted
                && filter.email.as_ref().is_none_or(|email| plain(email) == plain(&kept.email))
                && (filter.roles.is_empty() || filter.roles.contains(&kept.role))
                && (filter.statuses.is_empty() || filter.statuses.contains(&self.invite_status(kept)))
        };
        let newest = newest_first(self.invites.iter().map(|kept| kept.invited_at));
        page(&newest, |at| &self.invites[at].id, keep, side)
    }

    /// All invites with one of these statuses, or all that are not deleted, newest first.
    pub fn invites_with(&self, statuses: &[InviteStatus]) -> Vec<(String, InviteStatus)> {
        let filter = InviteFilter { statuses: statuses.into(), ..InviteFilter::default() };
        let (places, _) = self.list_invites(&filter, &EVERYTHING).unwrap();
        let kept = places.into_iter().map(|at| &self.invites[at]);
        kept.map(|kept| (kept.id.clone(), self.invite_status(kept))).collect()
    }

    fn place_of_invite(&self, id: &str) -> Option<usize> {
        self.invites.iter().position(|kept| kept.id == id)
    }

    fn shows_invite(&self, place: usize, invite: &Invite) {
        let kept = &self.invites[place];
        let shown = (&*invite.id, &*invite.email, invite.role, invite.status);
        assert_eq!(shown, (&*kept.id, &*kept.email, kept.role, self.invite_status(kept)));
        let times = (invite.invited_at, invite.expires_at, invite.accepted_at);
        assert_eq!(times, (at(kept.invited_at), at(kept.expires_at), kept.accepted_at.map(at)));
    }
}

/// Compares all invites, deleted ones included.
pub fn are_the_same(organization: &Organization, model: &Model) {
    for (place, kept) in model.invites.iter().enumerate() {
        model.shows_invite(place, &organization.invite(&kept.id).unwrap());
    }
    let filter = InviteFilter::default();
    let page = organization.list_invites(&filter, &EVERYTHING.paging());
    pages(page, model.list_invites(&filter, &EVERYTHING), |place, invite| model.shows_invite(place, invite));
}

/// Addresses, several of which are one.
pub fn emails() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a@x.yz", "A+1@x.yz", "b@x.yz", "c@x.yz", "D@X.YZ", "e+e@x.yz", "f@x.yz", "g@x.yz", "h@x.yz",
        "m@x.yz",
    ])
}

#[derive(Clone, Debug)]
pub enum Step {
    Create { email: &'static str, role: Role },
    Delete(usize),
    Accept(usize),
    Expire(usize),
    Retrieve(usize),
    List { filter: InviteFilter, side: AnySide },
}

pub fn steps() -> impl Strategy<Value = Step> {
    let role =
        || select(vec![Role::User, Role::User, Role::Developer, Role::Billing, Role::Managed, Role::Admin]);
    let status = select(vec![InviteStatus::Pending, InviteStatus::Accepted, InviteStatus::Expired]);
    let filter =
        (option::of(emails()), vec(role(), 0..2), vec(status, 0..3)).prop_map(|(email, roles, statuses)| {
            InviteFilter { email: email.map(str::to_owned), roles, statuses }
        });
    prop_oneof![
        6 => (emails(), role()).prop_map(|(email, role)| Step::Create { email, role }),
        3 => any::<usize>().prop_map(Step::Delete),
        4 => any::<usize>().prop_map(Step::Accept),
        1 => any::<usize>().prop_map(Step::Expire),
        1 => any::<usize>().prop_map(Step::Retrieve),
        4 => (filter, sides()).prop_map(|(filter, side)| Step::List { filter, side }),
    ]
}

pub fn take(organization: &Organization, model: &mut Model, step: &Step) {
    let ids: Vec<String> = model.invites.iter().map(|kept| kept.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let same = |model: &Model, id: &str, got, expected: Result<(), InviteRefusal>| {
        if let Some((invite, ())) = both(got, expected.map_err(|reason| vec![reason])) {
            model.shows_invite(model.place_of_invite(id).unwrap(), &invite);
        }
    };
    match step {
        Step::Create { email, role } => {
            let new = NewInvite { email: (*email).into(), role: *role, rbac_group_ids: Vec::new() };
            let created = organization.create_invite(new);
            if let Some((invite, ())) = both(created, model.create_invite(email, *role)) {
                assert!(!ids.contains(&&*invite.id), "an id that was there before");
                model.invites.last_mut().unwrap().id = invite.id.to_string();
                model.shows_invite(model.invites.len() - 1, &invite);
            }
        }
        Step::Delete(choice) => {
            let id = pick(&ids, *choice);
            assert_eq!(organization.delete_invite(id), model.delete_invite(id));
        }
        Step::Accept(choice) => {
            let id = pick(&ids, *choice);
            let expected = model.accept_invite(id);
            same(model, id, organization.accept_invite(id), expected);
            model.learn_user(organization);
        }
        Step::Expire(choice) => {
            let id = pick(&ids, *choice);
            let expected = model.expire_invite(id);
            same(model, id, organization.expire_invite(id), expected);
        }
        Step::Retrieve(choice) => {
            let id = pick(&ids, *choice);
            let expected = model.place_of_invite(id).map(|_| ()).ok_or(InviteRefusal::Unknown);
            same(model, id, organization.invite(id).ok_or(InviteRefusal::Unknown), expected);
        }
        Step::List { filter, side } => {
            let side = side.among(&ids);
            let page = organization.list_invites(filter, &side.paging());
            pages(page, model.list_invites(filter, &side), |place, invite| model.shows_invite(place, invite));
        }
    }
}
