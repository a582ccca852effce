//! What threads see of one organization at once has to be what they could have seen one after the other.
//!
//! Threads run short random programs on few invites. Each call is written down with the moments before and
//! after it, and a history is good if its calls can be put in an order that respects those moments and
//! that the sequential model agrees with (Wing and Gong's search, with Lowe's memory of what failed).
//!
//! Real threads and many short histories, no schedule explorer: the world's locks include those inside its
//! maps and limiters, which no explorer sees, and a thread that an explorer halts under one blocks the rest.
//!
//! `LINEARIZABILITY_HISTORIES` sets how many, `LINEARIZABILITY_SEED` repeats the programs of a failure.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anthropic_admin_mock::{
    CreateRefusal, Fixture, Listing, NewInvite, Refusal, Role, Settings, Status, World, serve,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    harness::*,
    model::{DAY, FIXTURE, Model, plain},
};

/// The key that the model's fixture lists.
const KEY: &str = "model";
const THREADS: usize = 4;
const CALLS: usize = 4;

#[derive(Clone, Debug)]
enum Op {
    Create(&'static str),
    Retrieve(String),
    List(Option<Status>),
    Delete(String),
    Accept(String),
    /// By days.
    AdvanceClock(i64),
    Reset,
    ResetWorld,
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Done,
    /// The invite that was made.
    Created(String),
    /// The pending invite that stands in the way.
    AlreadyInvited(String),
    AlreadyMember,
    MemberLimit,
    Found(Option<Status>),
    /// Newest first.
    Listed(Vec<(String, Status)>),
    Refused(Refusal),
    /// Over HTTP nobody accepts an invite that is unknown or deleted; the answer does not say which.
    NobodyToAccept,
    Panicked,
}

#[derive(Debug)]
#[expect(dead_code, reason = "`thread` is there to be printed")]
struct Call {
    thread: usize,
    op: Op,
    outcome: Outcome,
    began: u64,
    ended: u64,
}

/// The state after the call, if in this state the call ends as it did.
fn after(state: &Model, op: &Op, outcome: &Outcome) -> Option<Model> {
    let mut next = state.clone();
    let fits = match op {
        Op::Create(email) => match (next.create(email, Role::User), outcome) {
            (Ok(()), Outcome::Created(id)) => {
                let new = state.kept.iter().all(|kept| kept.id != *id);
                next.kept.last_mut().unwrap().id.clone_from(id);
                new
            }
            (Err("pending"), Outcome::AlreadyInvited(id)) => {
                next.pending(id).is_ok_and(|kept| plain(&kept.email) == plain(email))
            }
            (Err("member"), Outcome::AlreadyMember) | (Err("limit"), Outcome::MemberLimit) => true,
            _ => false,
        },
        Op::Retrieve(id) => {
            let found = state.kept.iter().find(|kept| kept.id == *id);
            *outcome == Outcome::Found(found.map(|kept| state.status(kept)))
        }
        Op::List(status) => {
            let page = state.newest_first(status.as_slice());
            let shown = page.into_iter().map(|at| &state.kept[at]);
            *outcome == Outcome::Listed(shown.map(|kept| (kept.id.clone(), state.status(kept))).collect())
        }
        Op::Delete(id) => *outcome == next.delete(id).map_or_else(Outcome::Refused, |()| Outcome::Done),
        Op::Accept(id) => match (next.accept(id), outcome) {
            (Err(Refusal::Unknown | Refusal::Deleted), Outcome::NobodyToAccept) => true,
            (result, outcome) => *outcome == result.map_or_else(Outcome::Refused, |()| Outcome::Done),
        },
        Op::AdvanceClock(days) => {
            next.now += days * DAY;
            true
        }
        Op::Reset | Op::ResetWorld => {
            next = Model::new();
            true
        }
    };
    fits.then_some(next)
}

fn is_linearizable(history: &[Call]) -> bool {
    /// `left` has a bit for each call that is not in the order yet.
    fn search(history: &[Call], left: u64, state: &Model, failed: &mut HashSet<(u64, Model)>) -> bool {
        if left == 0 {
            return true;
        }
        if !failed.insert((left, state.clone())) {
            return false;
        }
        let is_left = |at: &usize| left & (1 << at) != 0;
        let first_end = (0..history.len()).filter(is_left).map(|at| history[at].ended).min();
        (0..history.len()).filter(is_left).any(|at| {
            let call = &history[at];
            // A call that began after another's end comes after it.
            first_end.is_some_and(|end| call.began < end)
                && after(state, &call.op, &call.outcome)
                    .is_some_and(|next| search(history, left & !(1 << at), &next, failed))
        })
    }
    assert!(history.len() < 64);
    search(history, (1 << history.len()) - 1, &Model::new(), &mut HashSet::new())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    fn op(&mut self, ids: &[String]) -> Op {
        match self.below(24) {
            0..6 => Op::Create(self.of(&["a@x.y", "A+1@x.y", "e@x.y", "f@x.y", "F+f@x.y"])),
            6..12 => Op::Delete(self.of(ids)),
            12..16 => Op::List(self.of(&[None, Some(Status::Pending)])),
            16..19 => Op::Retrieve(self.of(ids)),
            19..21 => Op::Accept(self.of(ids)),
            21 => Op::AdvanceClock(self.of(&[2, 21])),
            22 => Op::Reset,
            _ => Op::ResetWorld,
        }
    }
}

/// The invites that programs are about: two of the fixture's, and the first that anybody makes after a
/// reset, whose ids come from the seed.
fn ids() -> Vec<String> {
    let world = World::new(Fixture::parse(FIXTURE, Settings::default()).unwrap());
    let organization = world.organization(KEY).unwrap();
    let made = ["f@x.y", "g@x.y"].map(|email| {
        let new = NewInvite { email: email.into(), role: Role::User, rbac_group_ids: Vec::new() };
        organization.create_invite(new).unwrap().id.to_string()
    });
    ["s0", "s5"].map(str::to_owned).into_iter().chain(made).collect()
}

/// A barrier that wakes nobody: a thread that has to be woken comes when the others are done.
#[derive(Default)]
struct Together(AtomicU64);

impl Together {
    fn wait(&self) {
        let round = self.0.fetch_add(1, Ordering::SeqCst) / THREADS as u64;
        for spin in 1_u32.. {
            if self.0.load(Ordering::SeqCst) >= (round + 1) * THREADS as u64 {
                break;
            }
            if spin.is_multiple_of(100) { thread::yield_now() } else { std::hint::spin_loop() }
        }
    }
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name}={value}")))
}

/// Runs so many histories, unless the environment asks for another number, and judges each.
fn judge_histories(histories: u64, reset: impl Fn() + Sync, run: impl Fn(&Op) -> Outcome + Sync) {
    let histories = variable("LINEARIZABILITY_HISTORIES").unwrap_or(histories);
    let seed = variable("LINEARIZABILITY_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let (ids, clock, together) = (ids(), AtomicU64::new(0), Together::default());
    let written: Vec<_> = (0..histories).map(|_| Mutex::new(Vec::new())).collect();
    let program = |thread: usize| {
        for number in 0..histories {
            let mut random = Random(seed.wrapping_add(number * THREADS as u64 + thread as u64));
            let ops: Vec<_> = (0..CALLS).map(|_| (random.below(3), random.op(&ids))).collect();
            together.wait();
            if thread == 0 {
                reset();
            }
            together.wait();
            let calls: Vec<_> = ops
                .into_iter()
                .map(|(pause, op)| {
                    match pause {
                        0 => {}
                        1 => thread::yield_now(),
                        _ => (0..random.below(200)).for_each(|_| std::hint::spin_loop()),
                    }
                    let began = clock.fetch_add(1, Ordering::SeqCst);
                    // A thread that is gone would leave the others waiting for it.
                    let outcome = catch_unwind(AssertUnwindSafe(|| run(&op))).unwrap_or(Outcome::Panicked);
                    Call { thread, op, outcome, began, ended: clock.fetch_add(1, Ordering::SeqCst) }
                })
                .collect();
            written[number as usize].lock().unwrap().extend(calls);
        }
    };
    thread::scope(|scope| {
        let program = &program;
        for thread in 0..THREADS {
            scope.spawn(move || program(thread));
        }
    });
    for (number, history) in written.into_iter().enumerate() {
        let mut history = history.into_inner().unwrap();
        history.sort_by_key(|call| call.began);
        assert!(
            is_linearizable(&history),
            "history {number} of LINEARIZABILITY_SEED={seed} has no order that the model agrees with: {history:#?}"
        );
    }
}

#[test]
fn the_library_does_what_it_does_in_some_order() {
    let world = World::new(Fixture::parse(FIXTURE, Settings::default()).unwrap());
    let listing = |status: &Option<Status>| Listing { statuses: Vec::from_iter(*status), ..everything() };
    let done = |result: Result<(), Refusal>| result.map_or_else(Outcome::Refused, |()| Outcome::Done);
    let run = |op: &Op| {
        let organization = world.organization(KEY).unwrap();
        match op {
            Op::Create(email) => {
                let new = NewInvite { email: (*email).into(), role: Role::User, rbac_group_ids: Vec::new() };
                match organization.create_invite(new) {
                    Ok(invite) => Outcome::Created(invite.id.to_string()),
                    Err(CreateRefusal::AlreadyInvited(id)) => Outcome::AlreadyInvited(id.to_string()),
                    Err(CreateRefusal::AlreadyMember) => Outcome::AlreadyMember,
                    Err(CreateRefusal::MemberLimit(_)) => Outcome::MemberLimit,
                    Err(other) => panic!("{other:?}"),
                }
            }
            Op::Retrieve(id) => Outcome::Found(organization.invite(id).map(|invite| invite.status)),
            Op::List(status) => {
                let page = organization.list_invites(&listing(status)).unwrap();
                Outcome::Listed(
                    page.invites.iter().map(|invite| (invite.id.to_string(), invite.status)).collect(),
                )
            }
            Op::Delete(id) => done(organization.delete_invite(id)),
            Op::Accept(id) => done(organization.accept_invite(id).map(drop)),
            Op::AdvanceClock(days) => {
                organization.advance_clock(SignedDuration::from_secs(days * DAY));
                Outcome::Done
            }
            Op::Reset => {
                organization.reset();
                Outcome::Done
            }
            Op::ResetWorld => {
                world.reset();
                Outcome::Done
            }
        }
    };
    judge_histories(2000, || world.reset(), run);
}

#[test]
fn the_server_does_what_it_does_in_some_order() {
    // Several threads, as the command has; `MockServer` has one.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let world = World::new(Fixture::parse(FIXTURE, Settings::default()).unwrap());
    runtime.spawn(serve(listener, world.clone(), std::future::pending()));
    judge_histories(150, || world.reset(), |op| over_http(address, op));
    runtime.shutdown_background();
}

fn over_http(address: SocketAddr, op: &Op) -> Outcome {
    use crate::harness::Call;
    let send = |call: Call| {
        let answer = call.send(address);
        let reason = answer.header("x-mock-reason").map(str::to_owned);
        (answer, reason)
    };
    let control = |call: Call| {
        assert_eq!(call.send(address).status, 200);
        Outcome::Done
    };
    let status = |json: &serde_json::Value| serde_json::from_value(json["status"].clone()).unwrap();
    let refused = |reason: Option<&str>| match reason {
        Some("invite-unknown") => Outcome::Refused(Refusal::Unknown),
        Some("invite-deleted") => Outcome::Refused(Refusal::Deleted),
        Some("invite-accepted") => Outcome::Refused(Refusal::Accepted),
        Some("invite-expired") => Outcome::Refused(Refusal::Expired),
        None => Outcome::Done,
        other => panic!("{other:?}"),
    };
    match op {
        Op::Create(email) => {
            let body = json!({"email": email, "role": "user"}).to_string();
            let (answer, reason) = send(Call::create(&body, KEY));
            match reason.as_deref() {
                None => Outcome::Created(answer.good()["id"].as_str().unwrap().into()),
                Some("invite-already-exists") => {
                    Outcome::AlreadyInvited(answer.message().rsplit_once(": ").unwrap().1.into())
                }
                Some("already-member") => Outcome::AlreadyMember,
                Some("org-member-limit-exceeded") => Outcome::MemberLimit,
                other => panic!("{other:?}"),
            }
        }
        Op::Retrieve(id) => {
            let (answer, reason) = send(Call::retrieve(id, KEY));
            Outcome::Found(match reason.as_deref() {
                None => Some(status(&answer.good())),
                Some("invite-deleted") => Some(Status::Deleted),
                Some("invite-unknown") => None,
                other => panic!("{other:?}"),
            })
        }
        Op::List(filter) => {
            let filter = filter.map_or("", |_| "statuses=pending");
            let (answer, _) = send(Call::list(filter, KEY));
            let page = answer.good();
            let invites = page["data"].as_array().unwrap().iter();
            Outcome::Listed(
                invites.map(|invite| (invite["id"].as_str().unwrap().into(), status(invite))).collect(),
            )
        }
        Op::Delete(id) => refused(send(Call::delete(id, KEY)).1.as_deref()),
        Op::Accept(id) => match refused(send(Call::accept(id, KEY)).1.as_deref()) {
            Outcome::Refused(Refusal::Unknown) => Outcome::NobodyToAccept,
            other => other,
        },
        Op::AdvanceClock(days) => control(
            Call::control("PUT", "clock", KEY).body(json!({"advance": format!("{days}d")}).to_string()),
        ),
        Op::Reset => control(Call::control("POST", "reset", KEY)),
        Op::ResetWorld => control(Call::bare("POST", "/_mock/reset")),
    }
}

#[test]
fn a_history_that_has_no_order_is_told_from_one_that_has() {
    let call = |op: Op, outcome: Outcome, began, ended| Call { thread: 0, op, outcome, began, ended };
    let delete = |outcome, began, ended| call(Op::Delete("s0".into()), outcome, began, ended);
    let found =
        |status, began, ended| call(Op::Retrieve("s0".into()), Outcome::Found(Some(status)), began, ended);
    let gone = Outcome::Refused(Refusal::Deleted);

    // Both are under way at once, so either may be the first.
    assert!(is_linearizable(&[delete(gone.clone(), 0, 2), delete(Outcome::Done, 1, 3)]));
    assert!(!is_linearizable(&[delete(gone, 0, 1), delete(Outcome::Done, 2, 3)]));
    assert!(!is_linearizable(&[delete(Outcome::Done, 0, 2), delete(Outcome::Done, 1, 3)]));
    // Who has seen it gone must not see it come back.
    let seen = |first, second| [delete(Outcome::Done, 0, 5), found(first, 1, 2), found(second, 3, 4)];
    assert!(is_linearizable(&seen(Status::Pending, Status::Deleted)));
    assert!(!is_linearizable(&seen(Status::Deleted, Status::Pending)));
}
