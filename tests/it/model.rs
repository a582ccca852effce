//! The world against a naive model of it that shares no code with it: long random histories.
//!
//! `PROPTEST_CASES` sets how many; the default is some 38,000 steps. A difference is shrunk and printed.

use anthropic_admin_mock::{
    CreateRefusal, Cursor, Fixture, Invite, Listing, Moment, NewInvite, Organization, Refusal, Role,
    Settings, Status, World,
};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};

pub const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z in seconds of the Unix epoch.
const START: i64 = 1_767_225_600;
const MEMBER_LIMIT: usize = 9;

pub const FIXTURE: &str = r#"{"organizations": [{
    "keys": ["model"], "clock": "2026-01-01T00:00:00Z", "member_limit": 9, "members": ["m@x.y"],
    "invites": [
        {"id": "s0", "email": "a@x.y", "invited_at": "-20d", "role": "developer"},
        {"id": "s1", "email": "B+t@x.y", "invited_at": "2025-12-22T00:00:00Z"},
        {"id": "s2", "email": "c@x.y", "invited_at": "-30d"},
        {"id": "s3", "email": "d@x.y", "invited_at": "-10d", "accepted_at": "-9d", "role": "billing"},
        {"id": "s4", "email": "e@x.y", "status": "deleted", "invited_at": "-5d"},
        {"id": "s5", "email": "e@x.y", "invited_at": "2025-12-22T00:00:00Z", "expires_at": "+3d"}
    ]}]}"#;

#[derive(Clone, Debug)]
enum Step {
    Create {
        email: &'static str,
        role: Role,
    },
    Delete(usize),
    Accept(usize),
    Retrieve(usize),
    List {
        email: Option<&'static str>,
        roles: Vec<Role>,
        statuses: Vec<Status>,
        cursor: Option<(bool, usize)>,
        limit: usize,
    },
    MoveClock(i64),
    Reset,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub id: String,
    pub email: String,
    role: Role,
    invited_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    deleted: bool,
}

/// Everything in one list, in the order of its making, and every question answered by a look at all of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    pub kept: Vec<Kept>,
    members: Vec<String>,
    pub now: i64,
}

pub fn plain(email: &str) -> String {
    let email = email.to_lowercase();
    let (local, domain) = email.split_once('@').unwrap();
    format!("{}@{domain}", local.split('+').next().unwrap())
}

impl Model {
    pub fn new() -> Self {
        let kept =
            |id: &str, email: &str, role, invited: i64, expires: i64, accepted: Option<i64>, deleted| Kept {
                id: id.into(),
                email: email.into(),
                role,
                invited_at: START + invited * DAY,
                expires_at: START + expires * DAY,
                accepted_at: accepted.map(|day| START + day * DAY),
                deleted,
            };
        Model {
            kept: vec![
                kept("s0", "a@x.y", Role::Developer, -20, 1, None, false),
                kept("s1", "B+t@x.y", Role::User, -10, 11, None, false),
                kept("s2", "c@x.y", Role::User, -30, -9, None, false),
                kept("s3", "d@x.y", Role::Billing, -10, 11, Some(-9), false),
                kept("s4", "e@x.y", Role::User, -5, 16, None, true),
                kept("s5", "e@x.y", Role::User, -10, 3, None, false),
            ],
            members: vec!["m@x.y".into(), "d@x.y".into()],
            now: START,
        }
    }

    pub fn status(&self, kept: &Kept) -> Status {
        match kept {
            Kept { deleted: true, .. } => Status::Deleted,
            Kept { accepted_at: Some(_), .. } => Status::Accepted,
            kept if self.now >= kept.expires_at => Status::Expired,
            _ => Status::Pending,
        }
    }

    pub fn create(&mut self, email: &str, role: Role) -> Result<(), &'static str> {
        let pending = |kept: &&Kept| self.status(kept) == Status::Pending;
        if self.members.contains(&plain(email)) {
            return Err("member");
        }
        if self.kept.iter().filter(pending).any(|kept| plain(&kept.email) == plain(email)) {
            return Err("pending");
        }
        if self.members.len() + self.kept.iter().filter(pending).count() >= MEMBER_LIMIT {
            return Err("limit");
        }
        let (invited_at, expires_at) = (self.now, self.now + 21 * DAY);
        let (id, email) = (String::new(), email.to_owned());
        self.kept.push(Kept { id, email, role, invited_at, expires_at, accepted_at: None, deleted: false });
        Ok(())
    }

    pub fn pending(&mut self, id: &str) -> Result<&mut Kept, Refusal> {
        let at = self.kept.iter().position(|kept| kept.id == id).ok_or(Refusal::Unknown)?;
        match self.status(&self.kept[at]) {
            Status::Pending => Ok(&mut self.kept[at]),
            Status::Accepted => Err(Refusal::Accepted),
            Status::Expired => Err(Refusal::Expired),
            Status::Deleted => Err(Refusal::Deleted),
        }
    }

    pub fn delete(&mut self, id: &str) -> Result<(), Refusal> {
        self.pending(id).map(|kept| kept.deleted = true)
    }

    pub fn accept(&mut self, id: &str) -> Result<(), Refusal> {
        let now = self.now;
        let email = self.pending(id).map(|kept| {
            kept.accepted_at = Some(now.max(kept.invited_at));
            plain(&kept.email)
        })?;
        self.members.push(email);
        self.members.sort();
        self.members.dedup();
        Ok(())
    }

    /// The places in `kept` of all that is not deleted, or of what has one of these statuses.
    pub fn newest_first(&self, statuses: &[Status]) -> Vec<usize> {
        let all = Step::List {
            email: None,
            roles: Vec::new(),
            statuses: statuses.into(),
            cursor: None,
            limit: usize::MAX,
        };
        self.list(&all, None).unwrap().0
    }

    /// The places in `kept` of a page, and whether there is more.
    fn list(&self, step: &Step, cursor: Option<(bool, &str)>) -> Option<(Vec<usize>, bool)> {
        let Step::List { email, roles, statuses, limit, .. } = step else { unreachable!() };
        let age = |at: usize| (self.kept[at].invited_at, at);
        let cursor = match cursor {
            None => None,
            Some((after, id)) => Some((after, age(self.kept.iter().position(|kept| kept.id == id)?))),
        };
        let mut found: Vec<usize> = (0..self.kept.len())
            .filter(|at| {
                let kept = &self.kept[*at];
                !kept.deleted
                    && email.is_none_or(|email| plain(email) == plain(&kept.email))
                    && (roles.is_empty() || roles.contains(&kept.role))
                    && (statuses.is_empty() || statuses.contains(&self.status(kept)))
                    && cursor.is_none_or(|(after, of)| if after { age(*at) < of } else { age(*at) > of })
            })
            .collect();
        found.sort_by_key(|at| std::cmp::Reverse(age(*at)));
        let more = found.len() > *limit;
        if more {
            match cursor {
                Some((false, _)) => drop(found.drain(..found.len() - limit)),
                _ => found.truncate(*limit),
            }
        }
        Some((found, more))
    }

    fn shows(&self, at: usize, invite: &Invite) {
        let kept = &self.kept[at];
        let shown = (&*invite.id, &*invite.email, invite.role, invite.status);
        assert_eq!(shown, (&*kept.id, &*kept.email, kept.role, self.status(kept)));
        let times = (invite.invited_at.as_second(), invite.expires_at.as_second());
        assert_eq!(times, (kept.invited_at, kept.expires_at));
        assert_eq!(invite.accepted_at.map(|at| at.as_second()), kept.accepted_at);
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let email = select(vec![
        "a@x.y", "A+1@x.y", "b@x.y", "c@x.y", "D@X.Y", "e+e@x.y", "f@x.y", "g@x.y", "h@x.y", "m@x.y",
    ]);
    let role = select(vec![Role::User, Role::Developer, Role::Billing]);
    let status = select(vec![Status::Pending, Status::Accepted, Status::Expired]);
    let step = prop_oneof![
        6 => (email.clone(), role.clone()).prop_map(|(email, role)| Step::Create { email, role }),
        3 => any::<usize>().prop_map(Step::Delete),
        2 => any::<usize>().prop_map(Step::Accept),
        2 => any::<usize>().prop_map(Step::Retrieve),
        6 => (option::of(email), vec(role, 0..2), vec(status, 0..3), option::of(any::<(bool, usize)>()), 1..6_usize)
            .prop_map(|(email, roles, statuses, cursor, limit)| Step::List { email, roles, statuses, cursor, limit }),
        2 => (-3 * DAY..9 * DAY).prop_map(Step::MoveClock),
        1 => select(vec![0, 1, 21 * DAY]).prop_map(Step::MoveClock),
        1 => Just(Step::Reset),
    ];
    vec(step, 1..300)
}

/// One of the ids that ever were, or one that never was.
fn pick(ids: &[String], choice: usize) -> &str {
    ids.get(choice % (ids.len() + 1)).map_or("never", String::as_str)
}

fn take(organization: &Organization, model: &mut Model, step: &Step) {
    let ids: Vec<String> = model.kept.iter().map(|kept| kept.id.clone()).collect();
    match step {
        Step::Create { email, role } => {
            let new = NewInvite { email: (*email).into(), role: *role, rbac_group_ids: Vec::new() };
            match (organization.create_invite(new), model.create(email, *role)) {
                (Ok(invite), Ok(())) => {
                    assert!(!ids.contains(&invite.id.to_string()), "an id that was there before");
                    let last = model.kept.len() - 1;
                    model.kept[last].id = invite.id.to_string();
                    model.shows(last, &invite);
                }
                (Err(CreateRefusal::AlreadyMember), Err("member")) => {}
                (Err(CreateRefusal::AlreadyInvited(id)), Err("pending")) => {
                    assert!(model.pending(&id).is_ok_and(|kept| plain(&kept.email) == plain(email)));
                }
                (Err(CreateRefusal::MemberLimit(MEMBER_LIMIT)), Err("limit")) => {}
                other => panic!("{other:?}"),
            }
        }
        Step::Delete(choice) => {
            let id = pick(&ids, *choice);
            let expected = model.delete(id);
            assert_eq!(organization.delete_invite(id), expected);
        }
        Step::Accept(choice) => {
            let id = pick(&ids, *choice);
            match (organization.accept_invite(id), model.accept(id)) {
                (Ok(invite), Ok(())) => {
                    model.shows(model.kept.iter().position(|kept| kept.id == id).unwrap(), &invite);
                }
                (Err(refusal), Err(expected)) => assert_eq!(refusal, expected),
                other => panic!("{other:?}"),
            }
        }
        Step::Retrieve(choice) => {
            let id = pick(&ids, *choice);
            let at = ids.iter().position(|known| known == id);
            let invite = organization.invite(id);
            assert_eq!(invite.is_some(), at.is_some());
            if let (Some(invite), Some(at)) = (invite, at) {
                model.shows(at, &invite);
            }
        }
        Step::List { email, roles, statuses, cursor, limit } => {
            let cursor = cursor.map(|(after, choice)| (after, pick(&ids, choice)));
            let listing = Listing {
                email: email.map(str::to_owned),
                roles: roles.clone(),
                statuses: statuses.clone(),
                cursor: cursor.map(
                    |(after, id)| if after { Cursor::After(id.into()) } else { Cursor::Before(id.into()) },
                ),
                limit: *limit,
            };
            match (organization.list_invites(&listing), model.list(step, cursor)) {
                (Ok(page), Some((expected, more))) => {
                    let got: Vec<&str> = page.invites.iter().map(|invite| &*invite.id).collect();
                    let wanted: Vec<&str> = expected.iter().map(|at| model.kept[*at].id.as_str()).collect();
                    assert_eq!((got, page.has_more), (wanted, more));
                    for (at, invite) in expected.into_iter().zip(&page.invites) {
                        model.shows(at, invite);
                    }
                }
                (Err(_), None) => {}
                other => panic!("{other:?}"),
            }
        }
        Step::MoveClock(by) => {
            model.now += by;
            organization.set_clock(at(model.now).into());
        }
        Step::Reset => {
            *model = Model::new();
            organization.reset();
        }
    }
}

fn at(second: i64) -> Moment {
    jiff::Timestamp::from_second(second).unwrap().to_string().parse().unwrap()
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_history_of_the_world_is_one_of_the_model(steps in steps()) {
        let world = World::new(Fixture::parse(FIXTURE, Settings::default()).unwrap());
        let organization = world.organization("model").unwrap();
        let mut model = Model::new();
        for step in &steps {
            take(&organization, &mut model, step);
        }
        for (place, kept) in model.kept.iter().enumerate() {
            model.shows(place, &organization.invite(&kept.id).unwrap());
        }
    }
}
