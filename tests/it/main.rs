//! One test binary, one file a subject. It drives the built command, so it needs the feature `cli`.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    reason = "the rules for src/ are not for tests, which read what they like"
)]

mod answers;
mod api_keys;
mod browser;
mod bytes;
mod checks;
mod command;
mod control;
mod control_page;
mod credentials;
mod fidelity;
mod fixtures;
mod harness;
mod ids;
mod invites;
mod isolation;
mod library;
mod limits;
mod linearizability;
mod model;
mod organization;
mod parallel;
mod properties;
mod readme;
mod readme_example;
mod recipes;
mod resources;
mod routes;
mod rules;
mod run;
mod seeds;
mod short_runs;
mod sizes;
mod times;
mod until_stdin_ends;
mod users;
mod values_in_rust;
mod versions;
mod workspace_members;
mod workspaces;
