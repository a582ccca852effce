//! An invite as a document writes it: defaults, and what its times must say of each other and of its status.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

use super::{End, InviteRow, InviteStatus, LIFETIME};
use crate::world::{
    email::{Email, normalized},
    fixture::{Checker, Element, Place, RowEntry},
    offset::{Moment, Offset},
    policy::Role,
    text::{NonEmpty, Text},
    time::Time,
    words::words,
};

words! {
    /// What an invite copied from an answer says that it is.
    enum InviteType {
        Invite = "invite",
    }
}

/// An invite. Left out: a generated `id`, `role` user, `status` as the times say (pending), `invited_at` the clock's now,
/// `expires_at` 21 days later.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend(
    "if" = {"required": ["status"], "properties": {"status": {"enum": ["pending", "expired", "deleted"]}}},
    "then" = {"properties": {"accepted_at": {"type": "null"}}}
)))]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteEntry {
    /// May be there, as in the API's answers.
    r#type: Option<InviteType>,
    /// Any string; generated in the API's shape (`invite_01…`) when left out.
    id: Option<Text<NonEmpty>>,
    /// The address invited.
    email: Text<Email>,
    /// The invitee's role; `user` when left out.
    role: Option<Role>,
    /// Must agree with the times and the clock when written out.
    status: Option<InviteStatus>,
    /// Left out: the clock's now; a day before it for an accepted invite, 22 days for an expired one.
    invited_at: Option<Moment>,
    /// Left out: 21 days after `invited_at`.
    expires_at: Option<Moment>,
    /// Left out or null: never, or for an accepted invite an hour after `invited_at`.
    accepted_at: Option<Moment>,
    /// RBAC groups to be given on acceptance.
    rbac_group_ids: Option<Box<[Text<NonEmpty>]>>,
}

impl Element for InviteEntry {}

impl RowEntry for InviteEntry {
    type Row = InviteRow;
    const PREFIX: &'static str = "invite_01";
    const CALLED: &'static str = "invite";

    fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref().map(|id| &id.text)
    }

    fn row(&self, id: Arc<str>, place: Place, checker: &mut Checker) -> InviteRow {
        let Times { invited_at, expires_at, accepted_at } = self.times(place, checker);
        let address = normalized(&self.email.text);
        let now = checker.start();
        let deleted = self.status == Some(InviteStatus::Deleted);
        if accepted_at.is_none() && !deleted && now < expires_at && !self.is_written_in_full() {
            checker.once("a pending invite for", address.clone(), &self.email.text, place.field("email"));
            if checker.tables().users.with_address(&address).is_some() {
                let message = format!(
                    "{:?} is a user's address, who cannot be invited; expected another one",
                    self.email.text
                );
                checker.refuse(place.field("email"), message);
            }
        }
        let reading = checker.reading();
        let groups = self.rbac_group_ids.as_deref().unwrap_or_default();
        InviteRow {
            id,
            email: self.email.text.clone(),
            address,
            role: self.role.unwrap_or_default(),
            invited_at: reading.tick(invited_at),
            expires_at: reading.tick(expires_at),
            end: match accepted_at {
                Some(at) => End::Accepted(reading.tick(at)),
                None if deleted => End::Deleted,
                None => End::Open,
            },
            rbac_group_ids: groups.iter().map(|group| Box::from(&*group.text)).collect(),
        }
    }
}

struct Times {
    invited_at: Time,
    expires_at: Time,
    accepted_at: Option<Time>,
}

const HOUR: Offset = Offset::from_hours(1);

impl InviteEntry {
    /// A row as a document, its times absolute or, without an origin, as offsets. The status of an invite that is neither
    /// accepted nor deleted is left out, because it follows from the times.
    pub(crate) fn of(row: &InviteRow, origin: Option<Time>) -> Self {
        InviteEntry {
            r#type: None,
            id: Some(row.id.clone().into()),
            email: row.email.clone().into(),
            role: Some(row.role),
            status: (row.end == End::Deleted).then_some(InviteStatus::Deleted),
            invited_at: Some(row.invited_at.written(origin)),
            expires_at: Some(row.expires_at.written(origin)),
            accepted_at: match row.end {
                End::Accepted(at) => Some(at.written(origin)),
                End::Open | End::Deleted => None,
            },
            rbac_group_ids: (!row.rbac_group_ids.is_empty())
                .then(|| row.rbac_group_ids.iter().map(|group| Arc::<str>::from(&**group).into()).collect()),
        }
    }

    /// The same with every time written, so that it stays good whatever the clock reads; its status follows from them.
    pub(crate) fn in_full(&self, now: Time) -> Self {
        let accepted = self.is_accepted();
        let invited_at = self.invited_at.unwrap_or_else(|| self.default_invited_at(accepted, now));
        let expires_at = self.expires_at.unwrap_or(invited_at.plus(LIFETIME));
        let accepted_at =
            self.accepted_at.unwrap_or_else(|| default_accepted_at(invited_at, expires_at, now));
        InviteEntry {
            status: self.status.filter(|status| *status == InviteStatus::Deleted),
            invited_at: Some(invited_at),
            expires_at: Some(expires_at),
            accepted_at: accepted.then_some(accepted_at),
            ..self.clone()
        }
    }

    /// Whether the times are not held against the clock: a world whose clock was moved back holds invites of the future,
    /// and several pending ones for an address, and so does its state.
    fn is_written_in_full(&self) -> bool {
        self.invited_at.is_some() && self.expires_at.is_some()
    }

    /// The times with the defaults filled in. What they contradict, each other, the status or the clock, is refused.
    fn times(&self, place: Place, checker: &mut Checker) -> Times {
        let now = checker.start();
        let mut times = self.resolved(place, checker);
        self.put_in_order(&mut times);
        let against_each_other = self.against_each_other(&times);
        let against_status = self.against_status(&times, now).map(|message| ("status", message));
        if self.is_accepted() && times.accepted_at.is_none() {
            let (invited_at, expires_at) = (Moment::At(times.invited_at), Moment::At(times.expires_at));
            times.accepted_at = Some(default_accepted_at(invited_at, expires_at, now).resolve(now));
        }
        let against_clock = self.against_clock(&times, now);
        for (field, message) in against_each_other.into_iter().chain(against_status).chain(against_clock) {
            let times = &["invited_at", "expires_at", "accepted_at"];
            checker.refuse_unless(times, place, place.field(field), message);
        }
        times
    }

    fn is_accepted(&self) -> bool {
        self.accepted_at.is_some() || self.status == Some(InviteStatus::Accepted)
    }

    /// The times as they are written; of those left out only `accepted_at` stays so.
    fn resolved(&self, place: Place, checker: &mut Checker) -> Times {
        let default = self.default_invited_at(self.is_accepted(), checker.start());
        let invited = self.invited_at.unwrap_or(default);
        Times {
            invited_at: match self.invited_at {
                Some(at) => checker.time(place.field("invited_at"), at),
                None => checker.default_time(invited),
            },
            expires_at: match self.expires_at {
                Some(at) => checker.time(place.field("expires_at"), at),
                None => checker.default_time(invited.plus(LIFETIME)),
            },
            accepted_at: self.accepted_at.map(|at| checker.time(place.field("accepted_at"), at)),
        }
    }

    /// Moved against each other by the clock, times that were in order need not stay so. The row keeps the order all the
    /// same, because its state must be good as a document of absolute times.
    fn put_in_order(&self, Times { invited_at, expires_at, accepted_at }: &mut Times) {
        let mixed = |one: Option<Moment>, other: Option<Moment>| {
            self.is_written_in_full()
                && matches!(
                    (one, other),
                    (Some(Moment::At(_)), Some(Moment::Offset(_)))
                        | (Some(Moment::Offset(_)), Some(Moment::At(_)))
                )
        };
        if mixed(self.expires_at, self.invited_at) {
            *expires_at = (*expires_at).max(*invited_at);
        }
        if mixed(self.accepted_at, self.invited_at) {
            *accepted_at = accepted_at.map(|at| at.max(*invited_at));
        }
        if mixed(self.accepted_at, self.expires_at) {
            *accepted_at = accepted_at.map(|at| at.min(*expires_at));
        }
    }

    fn against_each_other(
        &self,
        &Times { invited_at, expires_at, accepted_at }: &Times,
    ) -> Vec<(&'static str, String)> {
        let before = |at| format!("{at} lies before `invited_at`, {invited_at}; expected it after");
        let after = |at| format!("{at} lies after `expires_at`, {expires_at}; expected it before");
        let mut problems = Vec::new();
        if self.expires_at.is_some() && expires_at < invited_at {
            problems.push(("expires_at", before(expires_at)));
        }
        if let Some(at) = accepted_at.filter(|at| *at < invited_at) {
            problems.push(("accepted_at", before(at)));
        }
        if let Some(at) = accepted_at.filter(|at| *at > expires_at) {
            problems.push(("accepted_at", after(at)));
        }
        problems
    }

    fn against_status(&self, times: &Times, now: Time) -> Option<String> {
        use InviteStatus::{Deleted, Expired, Pending};
        let status = self.status?;
        let expires_at = times.expires_at;
        let clash = match status {
            Pending | Expired | Deleted if times.accepted_at.is_some() => "`accepted_at` is set".to_owned(),
            Pending if now >= expires_at => format!("`expires_at` is {expires_at}"),
            Expired if now < expires_at => format!("`expires_at` is {expires_at}"),
            _ => return None,
        };
        Some(format!(
            "`{status}` contradicts the times: {clash} and the clock reads {now}; expected them to agree, or no `status`, which then follows from them"
        ))
    }

    fn against_clock(&self, times: &Times, now: Time) -> Option<(&'static str, String)> {
        let in_full = self.is_written_in_full() && self.accepted_at.is_some();
        let at = times.accepted_at.filter(|at| *at > now && !in_full)?;
        let field = if self.accepted_at.is_some() { "accepted_at" } else { "invited_at" };
        let message =
            format!("{at} lies after the clock's now, {now}, for an accepted invite; expected it before");
        Some((field, message))
    }

    /// The clock's now, a day before it for an accepted invite, 22 days for an expired one; earlier where a time that is
    /// written would come before that.
    fn default_invited_at(&self, accepted: bool, now: Time) -> Moment {
        let usual = Moment::Offset(match self.status {
            _ if accepted => Offset::from_hours(-24),
            Some(InviteStatus::Expired) => Offset::from_hours(-24 * 22),
            _ => Offset::default(),
        });
        let is_before = |moment: Moment| moment.resolve(now) < usual.resolve(now);
        match (self.accepted_at, self.expires_at) {
            (Some(accepted), _) if is_before(accepted) => accepted.plus(-HOUR),
            (_, Some(expires)) if is_before(expires) => expires.plus(-LIFETIME),
            _ => usual,
        }
    }
}

/// An hour after the invitation, but neither in the future nor after the end.
fn default_accepted_at(invited_at: Moment, expires_at: Moment, now: Time) -> Moment {
    let earlier =
        |one: Moment, other: Moment| if other.resolve(now) < one.resolve(now) { other } else { one };
    let latest = earlier(expires_at, Moment::Offset(Offset::default()));
    let usual = earlier(invited_at.plus(HOUR), latest);
    if usual.resolve(now) < invited_at.resolve(now) { invited_at } else { usual }
}
