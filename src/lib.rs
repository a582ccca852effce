//! A local stand-in for the directory part of Anthropic's Admin API.
//!
//! It serves the organization, its invites, users, workspaces, workspace members and API keys.
//!
//! A credential is an organization: each key that a client sends opens its own copy of the world's
//! template, so tests with a key each never meet. [`MockServer`] starts a server inside a Rust test,
//! [`serve`] runs one on a listener of yours, [`router`] fits into an axum application.
//!
//! What the server puts on the wire, and how sure we are of each point, is in `docs/fidelity.md`.
//!
//! ```
//! use anthropic_admin_mock::{InviteStatus, MockServer, World};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::start(World::default()).await; // a free port; stops when dropped
//! // … the program under test calls server.url() with this key …
//! let organization = server.world().organization("sk-ant-admin01-doc").ok_or("a good key")?;
//! let id = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";
//! assert_eq!(organization.invite(id).ok_or("an invite")?.status, InviteStatus::Pending);
//!
//! organization.advance_clock("22d")?; // no test waits for time
//!
//! assert_eq!(organization.invite(id).ok_or("an invite")?.status, InviteStatus::Expired);
//! # Ok(()) }
//! ```
//!
//! What the API does, an [`Organization`] does without HTTP. The whole circle, from an invitation to the next one:
//!
//! ```
//! use anthropic_admin_mock::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let organization = World::default().organization("sk-ant-admin01-circle").ok_or("a good key")?;
//! let grace = NewInvite { email: "grace@example.com".into(), role: Role::Developer, ..NewInvite::default() };
//! let invite = organization.create_invite(grace.clone())?;
//! organization.accept_invite(&invite.id)?; // makes the user
//! let user = organization.list_users(&UserFilter::default(), &Paging::default())?.data.remove(0); // the newest
//! let lab = organization.create_workspace(NewWorkspace { name: "Lab".into(), ..NewWorkspace::default() })?;
//! organization.add_workspace_member(&lab.id, &user.id, WorkspaceRole::Developer)?;
//! organization.remove_user(&user.id)?; // ends memberships, archives personal keys, frees the address
//! assert!(organization.workspace_member(&lab.id, &user.id).is_err());
//! organization.archive_workspace(&lab.id)?; // archives its API keys
//! assert_ne!(organization.create_invite(grace)?.id, invite.id);
//! # Ok(()) }
//! ```
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
mod body;
mod control;
mod credential;
mod server;
mod world;

pub use server::{MockServer, router, serve};
pub use world::{
    Actor, AllowedGeos, Always, ApiKey, ApiKeyChange, ApiKeyFilter, ApiKeyRefusal, ApiKeyStatus, Clock,
    Counts, CreateInviteRefusal, Cursor, DataResidency, Delay, DropPoint, Error, ErrorType, Fault, Fixture,
    FixtureError, InferenceGeo, Invite, InviteFilter, InviteRefusal, InviteStatus, JournalEntry,
    JournalFilter, Meanwhile, MidBody, Moment, NewInvite, NewWorkspace, Offset, Operation, Organization,
    OrganizationType, Page, Paging, PathIds, PlannedFault, PlannedResponse, Problem, RateLimit, Reason, Role,
    Settings, Time, Times, UnknownCursor, Unrestricted, User, UserFilter, UserRefusal, Workspace,
    WorkspaceChange, WorkspaceFilter, WorkspaceGeo, WorkspaceMember, WorkspaceMemberRefusal,
    WorkspaceRefusal, WorkspaceRole, World, WrongValue,
};
