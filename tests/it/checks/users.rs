//! Samples of the users' operations.

use anthropic_admin_mock::Operation;
use serde_json::json;

use super::{
    Check::*, Failure, INPUT, INVALID, KEY, NOT_FOUND, Sample, UNKNOWN_CURSOR, failure, only_reads,
    only_writes,
};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        operation: Operation::UsersList,
        good: || Call::get(USERS, KEY).query("beta=true"),
        unscoped: Some(only_writes),
        of_its_own: &[
            failure(Input, "unknown role", &["roles"], |call| call.query("roles=boss"), INPUT),
            UNKNOWN_CURSOR,
        ],
    },
    Sample {
        operation: Operation::UsersRetrieve,
        good: || Call::get(&user("mia"), KEY),
        unscoped: Some(only_writes),
        of_its_own: &[NO_USER],
    },
    Sample {
        operation: Operation::UsersUpdate,
        good: || Call::post(&user("mia"), &json!({"role": "developer"}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "admin role", &["role"], |call| call.field("role", json!("admin")), INPUT),
            NO_USER,
            ADMIN,
        ],
    },
    Sample {
        operation: Operation::UsersRemove,
        good: || Call::delete(&user("mia"), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_USER, ADMIN],
    },
];

const NO_USER: Failure = failure(
    Lookup,
    "unknown user",
    &["path"],
    |call| call.at(&user("unknown")),
    (404, NOT_FOUND, "user-unknown"),
);

const ADMIN: Failure =
    failure(State, "administrator", &["path"], |call| call.at(&user("adm")), (400, INVALID, "user-admin"));
