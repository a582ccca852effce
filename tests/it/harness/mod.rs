//! What all tests share: servers, keys, and the same thing on many threads at once.

mod answer;
mod call;
mod command;
mod directory;
mod folder;
mod invites;
mod page;

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use anthropic_admin_mock::{Clock, Fixture, MockServer, Paging, Settings, World};

pub use crate::answers::BASE58;
pub use answer::Answer;
pub use call::{Call, connect, exchange, raw};
pub use command::{Served, after_the_start, command, finished, run, text};
pub use directory::{API_KEYS, ME, USERS, WORKSPACES, api_key, archive, member, members, user, workspace};
pub use folder::Folder;
pub use invites::{ACCEPTED, DELETED, EXPIRED, INVITES, PENDING, invite};
pub use page::{Shown, curl, shown, words};

/// A server in this process with the default world.
pub async fn default_server() -> MockServer {
    MockServer::start(World::default()).await
}

/// A server in this process with the world of a fixture document.
pub async fn server(fixture: &str) -> MockServer {
    server_with(fixture, Settings::default()).await
}

pub async fn server_with(fixture: &str, settings: Settings) -> MockServer {
    MockServer::start(World::new(Fixture::parse(fixture, settings).unwrap())).await
}

/// A world in this process, without a server.
pub fn world(fixture: &str) -> World {
    World::new(Fixture::parse(fixture, Settings::default()).unwrap())
}

/// A file of the project.
pub fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub fn read(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text of a file in `fixtures/`.
pub fn fixture(name: &str) -> String {
    read(&format!("fixtures/{name}"))
}

/// A key that no other test has.
pub fn new_key() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("sk-ant-admin01-test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A clock that stands.
pub fn frozen(time: &str) -> Clock {
    Clock::Frozen(time.parse().unwrap())
}

/// The largest page.
pub fn everything() -> Paging {
    Paging { limit: 1000, ..Paging::default() }
}

/// How many threads `in_parallel` has.
pub const PARALLEL: usize = 32;

/// Runs the same thing on 32 threads that start together and know their number.
pub fn in_parallel<T: Send>(run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let together = Barrier::new(PARALLEL);
    let one = |number| {
        together.wait();
        run(number)
    };
    let one = &one;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..PARALLEL).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
