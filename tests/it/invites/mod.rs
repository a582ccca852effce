//! The Invites resource: a file an operation, and the life of an invite.

mod create;
mod delete;
mod life;
mod list;
mod policies;
