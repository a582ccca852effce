//! Bytes that no well-behaved client sends: the server answers or closes, goes on serving, and deletes nothing unasked.

mod bodies;
mod connections;
mod framing;
mod mutations;
pub mod mutator;
mod requests;
mod timeouts;
pub mod wire;

use std::net::SocketAddr;

use anthropic_admin_mock::{InviteStatus, MockServer};

use crate::harness::*;
use wire::{Reply, ask_once};

/// An answer of the API, and a refusal of hyper's.
const fn api(status: u16) -> (u16, &'static str) {
    (status, "api")
}
const fn http(status: u16) -> (u16, &'static str) {
    (status, "http")
}

/// A DELETE of the pending invite with these header lines and these bytes as its body.
fn delete(key: &str, headers: &str, body: &str) -> Vec<u8> {
    let head = text(&Call::delete_invite(PENDING, key).bytes());
    [head.replace("connection: close\r\n\r\n", headers), "connection: close\r\n\r\n".into(), body.into()]
        .concat()
        .into_bytes()
}

/// The answer to such a DELETE, which has to agree with what has become of the invite.
#[track_caller]
fn told(server: &MockServer, headers: &str, body: &str) -> (u16, &'static str) {
    let key = new_key();
    let reply = ask_once(server.address(), &delete(&key, headers, body));
    assert_eq!(is_deleted(server, &key), reply.deleted(), "{reply:?}");
    reply.told()
}

fn is_deleted(server: &MockServer, key: &str) -> bool {
    let organization = server.world().organization(key).unwrap();
    organization.invite(PENDING).unwrap().status == InviteStatus::Deleted
}

fn still_serves(to: SocketAddr) {
    Call::delete_invite(PENDING, &new_key()).send(to).invite_deleted(PENDING);
}

/// What came back for each request.
fn all_told(replies: &[Reply]) -> Vec<(u16, &'static str)> {
    replies.iter().map(Reply::told).collect()
}
