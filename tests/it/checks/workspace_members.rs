//! Samples of the workspace members' operations. Mia is a member, Zoe is none, Adm is an implicit one.

use anthropic_admin_mock::Operation;
use serde_json::json;

use super::{Check::*, Failure, INPUT, INVALID, KEY, NOT_FOUND, Sample, UNKNOWN_CURSOR, failure, only_reads};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        operation: Operation::WorkspaceMembersList,
        good: || Call::get(&members("open"), KEY).query("beta=true"),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "limit of 0", &["limit"], |call| call.query("limit=0"), INPUT),
            NO_COLLECTION,
            UNKNOWN_CURSOR,
        ],
    },
    Sample {
        operation: Operation::WorkspaceMembersAdd,
        good: || {
            Call::post(&members("open"), &json!({"user_id": "zoe", "workspace_role": "workspace_user"}), KEY)
        },
        unscoped: Some(only_reads),
        of_its_own: &[
            UNKNOWN_ROLE,
            NO_COLLECTION,
            failure(
                Lookup,
                "unknown user",
                &["user"],
                |call| call.field("user_id", json!("unknown")),
                (404, NOT_FOUND, "user-unknown"),
            ),
            // Of the workspace, so it is looked at before the user.
            failure(
                State,
                "archived",
                &["path", "user"],
                |call| call.at(&members("archived")),
                (400, INVALID, "workspace-archived"),
            ),
            failure(
                State,
                "member",
                &["user"],
                |call| call.field("user_id", json!("mia")),
                (400, INVALID, "member-exists"),
            ),
            failure(
                State,
                "implicit member",
                &["user"],
                |call| call.field("user_id", json!("adm")),
                (400, INVALID, "member-implicit"),
            ),
        ],
    },
    Sample {
        operation: Operation::WorkspaceMembersRetrieve,
        good: || Call::get(&member("open", "mia"), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_WORKSPACE, NO_USER, NO_MEMBER],
    },
    Sample {
        operation: Operation::WorkspaceMembersUpdate,
        good: || Call::post(&member("open", "mia"), &json!({"workspace_role": "workspace_admin"}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[UNKNOWN_ROLE, NO_WORKSPACE, NO_USER, NO_MEMBER, ARCHIVED, IMPLICIT],
    },
    Sample {
        operation: Operation::WorkspaceMembersRemove,
        good: || Call::delete(&member("open", "mia"), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_WORKSPACE, NO_USER, NO_MEMBER, ARCHIVED, IMPLICIT],
    },
];

const UNKNOWN_ROLE: Failure = failure(
    Input,
    "unknown role",
    &["role"],
    |call| call.field("workspace_role", json!("workspace_boss")),
    INPUT,
);

const NO_COLLECTION: Failure = failure(
    Lookup,
    "unknown workspace",
    &["path"],
    |call| call.at(&members("unknown")),
    (404, NOT_FOUND, "workspace-unknown"),
);

const NO_WORKSPACE: Failure = failure(
    Lookup,
    "unknown workspace",
    &["path"],
    |call| call.at(&member("unknown", "mia")),
    (404, NOT_FOUND, "workspace-unknown"),
);

const NO_USER: Failure = failure(
    Lookup,
    "unknown user",
    &["path"],
    |call| call.at(&member("open", "unknown")),
    (404, NOT_FOUND, "user-unknown"),
);

const NO_MEMBER: Failure = failure(
    Lookup,
    "no member",
    &["path"],
    |call| call.at(&member("open", "zoe")),
    (404, NOT_FOUND, "member-unknown"),
);

const ARCHIVED: Failure = failure(
    State,
    "archived",
    &["path"],
    |call| call.at(&member("archived", "mia")),
    (400, INVALID, "workspace-archived"),
);

const IMPLICIT: Failure = failure(
    State,
    "implicit member",
    &["path"],
    |call| call.at(&member("open", "adm")),
    (400, INVALID, "member-implicit"),
);
