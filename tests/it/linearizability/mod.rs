//! What threads see of one organization at once has to be what they could have seen one after the other.
//!
//! Threads run short random programs on few rows of every resource. Each call is written down with the moments before and
//! after it, and a history is good if its calls can be put in an order that respects those moments and
//! that the sequential model agrees with (Wing and Gong's search, with Lowe's memory of what failed).
//!
//! Real threads and many short histories, no schedule explorer: the world's locks include those inside its
//! maps and limiters, which no explorer sees, and a thread that an explorer halts under one blocks the rest.
//!
//! `LINEARIZABILITY_HISTORIES` sets how many, `LINEARIZABILITY_SEED` repeats the programs of a failure.

mod directory;
mod invites;

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anthropic_admin_mock::serve;
use serde_json::json;

use crate::{
    harness::{Call as Request, world},
    model::{DAY, KEY, Model, Times, document, fixed},
};

const THREADS: usize = 4;
const CALLS: usize = 4;

#[derive(Clone, Debug)]
enum Op {
    Invites(invites::Op),
    /// Of users, workspaces, their members and API keys.
    Directory(directory::Op),
    /// By days.
    AdvanceClock(i64),
    Reset,
    ResetWorld,
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Done,
    Invites(invites::Outcome),
    Directory(directory::Outcome),
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
    match (op, outcome) {
        (Op::Invites(op), Outcome::Invites(outcome)) => invites::after(state, op, outcome),
        (Op::Directory(op), Outcome::Directory(outcome)) => directory::after(state, op, outcome),
        (Op::AdvanceClock(days), Outcome::Done) => {
            Some(Model { now: state.now + days * DAY, ..state.clone() })
        }
        (Op::Reset | Op::ResetWorld, Outcome::Done) => Some(fixed()),
        _ => None,
    }
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
    search(history, (1 << history.len()) - 1, &fixed(), &mut HashSet::new())
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

    /// A call of the history of that number. Every other history is about one change of one row.
    fn op(&mut self, history: u64, invites: &[String]) -> Op {
        let theme = match history % 8 {
            1 => Some(directory::Theme::Removal),
            3 => Some(directory::Theme::Membership),
            5 => Some(directory::Theme::Archive),
            _ => None,
        };
        match theme {
            Some(theme) => return Op::Directory(directory::op_about(theme, self)),
            None if history % 8 == 7 && self.below(4) == 0 => return Op::Directory(directory::Op::ListUsers),
            None if history % 8 == 7 => return Op::Invites(invites::op_about_acceptance(self)),
            None => {}
        }
        match self.below(24) {
            0..8 => Op::Invites(invites::op(self, invites)),
            8..21 => Op::Directory(directory::op(self)),
            21 => Op::AdvanceClock(self.of(&[2, 21])),
            22 => Op::Reset,
            _ => Op::ResetWorld,
        }
    }
}

/// A barrier without sleep: a thread that has to be woken comes when the others are done.
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
    let (ids, clock, together) = (invites::ids(), AtomicU64::new(0), Together::default());
    let written: Vec<_> = (0..histories).map(|_| Mutex::new(Vec::new())).collect();
    let program = |thread: usize| {
        for number in 0..histories {
            let mut random = Random(seed.wrapping_add(number * THREADS as u64 + thread as u64));
            let ops: Vec<_> = (0..CALLS).map(|_| (random.below(3), random.op(number, &ids))).collect();
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
fn every_history_of_the_library_has_an_order() {
    let world = world(&document(&fixed(), Times::Mixed));
    let run = |op: &Op| {
        let organization = world.organization(KEY).unwrap();
        match op {
            Op::Invites(op) => return Outcome::Invites(invites::by_library(&organization, op)),
            Op::Directory(op) => return Outcome::Directory(directory::by_library(&organization, op)),
            Op::AdvanceClock(days) => organization.advance_clock(format!("{days}d").as_str()).unwrap(),
            Op::Reset => organization.reset(),
            Op::ResetWorld => world.reset(),
        }
        Outcome::Done
    };
    judge_histories(4000, || world.reset(), run);
}

#[test]
fn every_history_of_the_server_has_an_order() {
    // Several threads; the command and `MockServer` have one.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let world = world(&document(&fixed(), Times::Mixed));
    runtime.spawn(serve(listener, world.clone(), std::future::pending()));
    let control = |method: &str, route: &str, key: &str, body: String| {
        assert_eq!(Request::control(method, route, key).body(body).send(address).status, 200);
        Outcome::Done
    };
    let run = |op: &Op| match op {
        Op::Invites(op) => Outcome::Invites(invites::over_http(address, op)),
        Op::Directory(op) => Outcome::Directory(directory::over_http(address, op)),
        Op::AdvanceClock(days) => {
            control("PUT", "clock", KEY, json!({"advance": format!("{days}d")}).to_string())
        }
        Op::Reset => control("POST", "reset", KEY, String::new()),
        Op::ResetWorld => control("POST", "reset", "", String::new()),
    };
    judge_histories(150, || world.reset(), run);
    runtime.shutdown_background();
}

#[test]
fn a_history_that_has_no_order_is_told_from_one_that_has() {
    use anthropic_admin_mock::{InviteRefusal, InviteStatus};
    use invites::{Op::*, Outcome::*};
    let call = |op, outcome, began, ended| {
        let (op, outcome) = (Op::Invites(op), Outcome::Invites(outcome));
        Call { thread: 0, op, outcome, began, ended }
    };
    let delete = |outcome, began, ended| call(Delete("s0".into()), outcome, began, ended);
    let found = |status, began, ended| call(Retrieve("s0".into()), Found(Some(status)), began, ended);
    let gone = || Refused(InviteRefusal::Deleted);

    // Both are under way at once, so either may be the first.
    assert!(is_linearizable(&[delete(gone(), 0, 2), delete(Done, 1, 3)]));
    assert!(!is_linearizable(&[delete(gone(), 0, 1), delete(Done, 2, 3)]));
    assert!(!is_linearizable(&[delete(Done, 0, 2), delete(Done, 1, 3)]));
    // What was seen deleted must not be seen pending later.
    let seen = |first, second| [delete(Done, 0, 5), found(first, 1, 2), found(second, 3, 4)];
    assert!(is_linearizable(&seen(InviteStatus::Pending, InviteStatus::Deleted)));
    assert!(!is_linearizable(&seen(InviteStatus::Deleted, InviteStatus::Pending)));
}
