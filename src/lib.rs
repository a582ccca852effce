//! A local stand-in for the Invites resource of Anthropic's Admin API.
//!
//! A credential is an organization: each key that a client sends opens its own copy of the world's
//! template, so tests with a key each never meet. [`MockServer`] starts a server inside a Rust test,
//! [`serve`] runs one on a listener of yours, [`router`] fits into an axum application.
//!
//! What the server puts on the wire, and how sure we are of each point, is in `docs/fidelity.md`.
//!
//! ```text
//!                 main.rs (flags, env)      MockServer (Rust tests)
//!                              \               /
//!                               server.rs: listen, stop
//!                               /              \
//!            program →  api/  (the API, /v1)   control/  (/_mock)  ← tester
//!                               \              /
//!                                  world/  (no HTTP)
//!                                      ↑
//!                                 fixtures/*.json
//! ```

#![warn(missing_docs)]

mod api;
mod control;
mod credential;
mod patience;
mod server;
mod world;

pub use server::{MockServer, router, serve};
pub use world::{
    Clock, CreateRefusal, Cursor, ErrorType, Fault, FaultError, Fixture, FixtureError, Invite, JournalEntry,
    JournalFilter, Listing, Moment, NewInvite, Operation, Organization, OrganizationType, Outcome, Page,
    PlannedFault, Problem, RateLimit, Refusal, Role, Settings, Status, TooManyFaults, UnknownCursor, World,
};
