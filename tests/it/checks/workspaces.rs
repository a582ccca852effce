//! Samples of the workspaces' operations.

use anthropic_admin_mock::Operation;
use serde_json::json;

use super::{Check::*, Failure, INPUT, INVALID, KEY, NOT_FOUND, Sample, UNKNOWN_CURSOR, failure, only_reads};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        operation: Operation::WorkspacesCreate,
        good: || Call::post(WORKSPACES, &json!({"name": "New"}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_NAME],
    },
    Sample {
        operation: Operation::WorkspacesList,
        good: || Call::get(WORKSPACES, KEY).query("beta=true"),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "no boolean", &["flag"], |call| call.query("include_archived=1"), INPUT),
            UNKNOWN_CURSOR,
        ],
    },
    Sample {
        operation: Operation::WorkspacesRetrieve,
        good: || Call::get(&workspace("open"), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_WORKSPACE],
    },
    Sample {
        operation: Operation::WorkspacesUpdate,
        good: || Call::post(&workspace("open"), &json!({"name": "New"}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            NO_NAME,
            NO_WORKSPACE,
            failure(
                State,
                "archived",
                &["path"],
                |call| call.at(&workspace("archived")),
                (400, INVALID, "workspace-archived"),
            ),
            failure(
                State,
                "default",
                &["path"],
                |call| call.at(&workspace("default")),
                (400, INVALID, "workspace-default"),
            ),
        ],
    },
    Sample {
        operation: Operation::WorkspacesArchive,
        good: || Call::post(&archive("open"), &json!({}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(
                Lookup,
                "unknown",
                &["path"],
                |call| call.at(&archive("unknown")),
                (404, NOT_FOUND, "workspace-unknown"),
            ),
            failure(
                State,
                "default",
                &["path"],
                |call| call.at(&archive("default")),
                (400, INVALID, "workspace-default"),
            ),
        ],
    },
];

const NO_NAME: Failure = failure(Input, "empty name", &["name"], |call| call.field("name", json!("")), INPUT);

const NO_WORKSPACE: Failure = failure(
    Lookup,
    "unknown",
    &["path"],
    |call| call.at(&workspace("unknown")),
    (404, NOT_FOUND, "workspace-unknown"),
);
