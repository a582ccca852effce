//! Calls about invites: by the library, over HTTP, and what the model says of their outcomes.

use std::net::SocketAddr;

use anthropic_admin_mock::{
    CreateInviteRefusal, InviteFilter, InviteRefusal, InviteStatus, NewInvite, Organization, Role,
};
use serde_json::Value;

use super::Random;
use crate::{
    harness::{Answer, Call, everything, world},
    model::{KEY, Model, Times, document, fixed},
};

#[derive(Clone, Debug)]
pub enum Op {
    Create(&'static str),
    Retrieve(String),
    List(Option<InviteStatus>),
    Delete(String),
    Accept(String),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done,
    /// The invite that was made.
    Created(String),
    /// The pending invite that stands in the way.
    AlreadyInvited(String),
    AlreadyMember,
    MemberLimit,
    Found(Option<InviteStatus>),
    /// Newest first.
    Listed(Vec<(String, InviteStatus)>),
    Refused(InviteRefusal),
    /// The control route does not say whether an invite that cannot be accepted is unknown or deleted.
    UnknownOrDeleted,
}

impl From<Result<(), InviteRefusal>> for Outcome {
    fn from(result: Result<(), InviteRefusal>) -> Self {
        result.map_or_else(Outcome::Refused, |()| Outcome::Done)
    }
}

impl From<CreateInviteRefusal> for Outcome {
    fn from(refusal: CreateInviteRefusal) -> Self {
        match refusal {
            CreateInviteRefusal::AlreadyInvited(id) => Outcome::AlreadyInvited(id.to_string()),
            CreateInviteRefusal::AlreadyMember => Outcome::AlreadyMember,
            CreateInviteRefusal::MemberLimit(_) => Outcome::MemberLimit,
            other => panic!("{other:?}"),
        }
    }
}

/// The state after the call, if in this state the call ends as it did.
pub fn after(state: &Model, op: &Op, outcome: &Outcome) -> Option<Model> {
    let mut next = state.clone();
    let fits = match op {
        Op::Create(email) => match (next.create_invite(email, Role::User), outcome) {
            (Ok(()), Outcome::Created(id)) => {
                let new = state.invites.iter().all(|kept| kept.id != *id);
                next.invites.last_mut().unwrap().id.clone_from(id);
                new
            }
            (Err(reasons), outcome) => reasons.into_iter().any(|reason| *outcome == reason.into()),
            _ => false,
        },
        Op::Retrieve(id) => {
            let found = state.invites.iter().find(|kept| kept.id == *id);
            *outcome == Outcome::Found(found.map(|kept| state.invite_status(kept)))
        }
        Op::List(status) => *outcome == Outcome::Listed(state.invites_with(status.as_slice())),
        Op::Delete(id) => *outcome == next.delete_invite(id).into(),
        Op::Accept(id) => match (next.accept_invite(id), outcome) {
            (Err(InviteRefusal::Unknown | InviteRefusal::Deleted), Outcome::UnknownOrDeleted) => true,
            (result, outcome) => *outcome == result.into(),
        },
    };
    fits.then_some(next)
}

/// The invites that programs are about: two of the fixture's, and the first that are made after a reset, whose ids come
/// from the seed.
pub fn ids() -> Vec<String> {
    let organization = world(&document(&fixed(), Times::Mixed)).organization(KEY).unwrap();
    let made = ["f@x.yz", "g@x.yz"].map(|email| {
        let new = NewInvite { email: email.into(), ..NewInvite::default() };
        organization.create_invite(new).unwrap().id.to_string()
    });
    ["s0", "s5"].map(str::to_owned).into_iter().chain(made).collect()
}

pub fn op(random: &mut Random, ids: &[String]) -> Op {
    match random.below(21) {
        0..6 => Op::Create(random.of(&["a@x.yz", "A+1@x.yz", "e@x.yz", "f@x.yz", "N+f@x.yz"])),
        6..11 => Op::Delete(random.of(ids)),
        11..14 => Op::List(random.of(&[None, Some(InviteStatus::Pending)])),
        14..16 => Op::Retrieve(random.of(ids)),
        _ => Op::Accept(random.of(ids)),
    }
}

/// The acceptance of one invite, in which many threads meet, and what shows of it.
pub fn op_about_acceptance(random: &mut Random) -> Op {
    match random.below(5) {
        0..2 => Op::Accept("s0".into()),
        2 => Op::Create("A+1@x.yz"),
        3 => Op::Delete("s0".into()),
        _ => Op::Retrieve("s0".into()),
    }
}

pub fn by_library(organization: &Organization, op: &Op) -> Outcome {
    match op {
        Op::Create(email) => {
            let new = NewInvite { email: (*email).into(), ..NewInvite::default() };
            match organization.create_invite(new) {
                Ok(invite) => Outcome::Created(invite.id.to_string()),
                Err(refusal) => refusal.into(),
            }
        }
        Op::Retrieve(id) => Outcome::Found(organization.invite(id).map(|invite| invite.status)),
        Op::List(status) => {
            let filter = InviteFilter { statuses: Vec::from_iter(*status), ..InviteFilter::default() };
            let page = organization.list_invites(&filter, &everything()).unwrap();
            Outcome::Listed(page.data.iter().map(|invite| (invite.id.to_string(), invite.status)).collect())
        }
        Op::Delete(id) => organization.delete_invite(id).into(),
        Op::Accept(id) => organization.accept_invite(id).map(drop).into(),
    }
}

pub fn over_http(address: SocketAddr, op: &Op) -> Outcome {
    let send = |call: Call| call.send(address);
    let status = |json: &Value| json["status"].as_str().unwrap().parse().unwrap();
    match op {
        Op::Create(email) => {
            let answer = send(Call::invite(email, KEY));
            match answer.header("x-mock-reason") {
                None => Outcome::Created(answer.new_invite()),
                Some("invite-already-exists") => {
                    Outcome::AlreadyInvited(answer.message().rsplit_once(": ").unwrap().1.into())
                }
                Some("already-member") => Outcome::AlreadyMember,
                Some("org-member-limit-exceeded") => Outcome::MemberLimit,
                other => panic!("{other:?}"),
            }
        }
        Op::Retrieve(id) => {
            let answer = send(Call::retrieve_invite(id, KEY));
            Outcome::Found(match answer.header("x-mock-reason") {
                None => Some(status(&answer.good())),
                Some("invite-deleted") => Some(InviteStatus::Deleted),
                Some("invite-unknown") => None,
                other => panic!("{other:?}"),
            })
        }
        Op::List(filter) => {
            let filter = filter.map_or("", |_| "statuses=pending");
            let page = send(Call::list_invites(filter, KEY)).good();
            let invites = page["data"].as_array().unwrap().iter();
            Outcome::Listed(
                invites.map(|invite| (invite["id"].as_str().unwrap().into(), status(invite))).collect(),
            )
        }
        Op::Delete(id) => refused(&send(Call::delete_invite(id, KEY))),
        Op::Accept(id) => match refused(&send(Call::accept_invite(id, KEY))) {
            Outcome::Refused(InviteRefusal::Unknown) => Outcome::UnknownOrDeleted,
            other => other,
        },
    }
}

fn refused(answer: &Answer) -> Outcome {
    Outcome::Refused(match answer.header("x-mock-reason") {
        None => return Outcome::Done,
        Some("invite-unknown") => InviteRefusal::Unknown,
        Some("invite-deleted") => InviteRefusal::Deleted,
        Some("invite-accepted") => InviteRefusal::Accepted,
        Some("invite-expired") => InviteRefusal::Expired,
        other => panic!("{other:?}"),
    })
}
