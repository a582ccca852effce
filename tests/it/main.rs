//! One test binary, one file a subject. It drives the built command, so it needs the feature `cli`.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    reason = "the rules for src/ are not for tests, which read what they like"
)]

mod browser;
mod command_line;
mod create;
mod credentials;
mod delete;
mod door;
mod fidelity;
mod fixtures;
mod framing;
mod harness;
mod hostile;
mod library;
mod life;
mod limits;
mod linearizability;
mod list;
mod model;
mod mutations;
mod mutator;
mod order;
mod parallel;
mod properties;
mod readme;
mod readme_example;
mod recipes;
mod rules;
mod short_runs;
mod wire;
