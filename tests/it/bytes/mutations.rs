//! Ten thousand good requests with something wrong in them: none deletes what it does not name.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use anthropic_admin_mock::{InviteStatus, MockServer, Organization};

use super::{
    mutator::Mutator,
    wire::{ask, ask_once, requests},
};
use crate::harness::*;

const CASES: u64 = 10_000;
const THREADS: u64 = 4;

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b":",
    b"\0",
    b"/",
    b"%",
    b"%2F",
    b"%69",
    b"%2569",
    b"..",
    b"?",
    b"#",
    b"http://localhost",
    b"DELETE ",
    b"delete ",
    b"HEAD ",
    b"GET ",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"content-length: 0\r\n",
    b"content-length: 7\r\n",
    b"content-length: -1\r\n",
    b"content-length: 18446744073709551615\r\n",
    b"transfer-encoding: chunked\r\n",
    b"transfer-encoding: identity\r\n",
    b"0\r\n\r\n",
    b"5;a=b\r\nhello\r\n",
    b"expect: 100-continue\r\n",
    b"connection: close\r\n",
    b"connection: keep-alive\r\n",
    b"upgrade: h2c\r\n",
    b"origin: null\r\n",
    b"x-api-key: \r\n",
    b"x-api-key: sk-ant-admin01-other\r\n",
    b"authorization: Bearer sk-ant-admin01-other\r\n",
    b"anthropic-version: 2023-01-01\r\n",
    b"\xc3\xa9",
    b"\xff",
];

/// Good requests of every operation, and one that is nearly good; the first is the vendor's documented one.
fn good(key: &str) -> Vec<Vec<u8>> {
    let delete = Call::delete_invite(PENDING, key);
    let current = Call::bare("DELETE", &invite(PENDING))
        .header("authorization", format!("Bearer {key}"))
        .header("anthropic-version", "2026-10-21")
        .header("content-type", "application/json");
    let chunked = delete.clone().header("transfer-encoding", "chunked").bytes();
    vec![
        delete.bytes(),
        current.bytes(),
        delete.clone().body("{\"a\": 1}").bytes(),
        [chunked, b"5\r\nhello\r\n0\r\n\r\n".to_vec()].concat(),
        delete.kept_alive().repeat(2),
        // Encoded twice it is another id.
        Call::delete_invite(&PENDING.replace("invite", "%2569nvite"), key).bytes(),
        Call::retrieve_invite(PENDING, key).bytes(),
        Call::list_invites("limit=2&statuses%5B%5D=pending", key).bytes(),
        Call::create_invite(r#"{"email": "eve@example.com", "role": "developer"}"#, key).bytes(),
    ]
}

/// One mutated request, and what came back.
fn one(to: SocketAddr, organization: &Organization, key: &str, number: u64) -> Vec<(u16, &'static str)> {
    let good = good(key);
    let good: Vec<&[u8]> = good.iter().map(Vec::as_slice).collect();
    let mut mutator = Mutator::new(number);
    // Every second one is the documented call.
    let base = if number.is_multiple_of(2) { good[0] } else { mutator.pick(&good) };
    let bytes = mutator.mutate(base, &good, WORDS);
    let attempt = || {
        let replies = ask(to, &bytes);
        let sent = requests(&bytes);
        let mut deleted = false;
        for (place, reply) in replies.iter().enumerate() {
            if reply.deleted() {
                let sent = sent.get(place).expect("an answer to a request that was sent");
                assert!(sent.is_a_good_delete(PENDING), "deleted without being asked to: {sent:?}");
                deleted |= sent.shows(key);
            }
        }
        let status = organization.invite(PENDING).unwrap().status;
        assert_eq!(
            status,
            if deleted { InviteStatus::Deleted } else { InviteStatus::Pending },
            "{replies:?}"
        );
        // The server still answers, and says the same. Not after each: some systems run out of ports.
        if (number / THREADS).is_multiple_of(4) {
            let after = ask_once(to, good[0]);
            assert_eq!((after.status(), after.deleted()), if deleted { (404, false) } else { (200, true) });
        }
        replies.iter().map(|reply| reply.told()).collect()
    };
    let told = catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
        eprintln!("mutation {number}: {:?}", String::from_utf8_lossy(&bytes));
        resume_unwind(panic)
    });
    organization.reset();
    told
}

#[tokio::test]
async fn no_mutation_of_a_good_request_deletes_an_invite_that_it_does_not_name() {
    let server: MockServer = default_server().await;
    let (to, world) = (server.address(), server.world());
    let told = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    // So far apart that no mutation makes one into another.
                    let key = format!(
                        "sk-ant-admin01-{}",
                        ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"][thread as usize]
                    );
                    let organization = world.organization(&key).unwrap();
                    let mut told = BTreeMap::new();
                    for number in (thread..CASES).step_by(THREADS as usize) {
                        for reply in one(to, &organization, &key, number) {
                            *told.entry(reply).or_insert(0) += 1;
                        }
                    }
                    told
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).fold(
            BTreeMap::new(),
            |mut all, (reply, count)| {
                *all.entry(reply).or_insert(0) += count;
                all
            },
        )
    });
    // The mutations are neither all harmless nor all nonsense.
    for often in [(200, "api"), (400, "api"), (401, "api"), (404, "api"), (405, "api"), (400, "http")] {
        assert!(told.get(&often).is_some_and(|count| *count > CASES / 200), "{often:?} in {told:?}");
    }
}
