//! Samples of the API keys' operations.

use anthropic_admin_mock::Operation;
use serde_json::json;

use super::{Check::*, Failure, INPUT, INVALID, KEY, NOT_FOUND, Sample, UNKNOWN_CURSOR, failure, only_reads};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        operation: Operation::ApiKeysList,
        good: || Call::get(API_KEYS, KEY).query("beta=true"),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "unknown status", &["status"], |call| call.query("status=gone"), INPUT),
            UNKNOWN_CURSOR,
        ],
    },
    Sample {
        operation: Operation::ApiKeysRetrieve,
        good: || Call::get(&api_key("active"), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[NO_KEY],
    },
    Sample {
        operation: Operation::ApiKeysUpdate,
        good: || Call::post(&api_key("active"), &json!({"status": "active", "name": "new"}), KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "expired", &["body"], |call| call.field("status", json!("expired")), INPUT),
            NO_KEY,
            failure(
                State,
                "archived key",
                &["path"],
                |call| call.at(&api_key("archived")),
                (400, INVALID, "api-key-archived"),
            ),
            failure(
                State,
                "expired key",
                &["path"],
                |call| call.at(&api_key("expired")),
                (400, INVALID, "api-key-expired"),
            ),
        ],
    },
];

const NO_KEY: Failure = failure(
    Lookup,
    "unknown key",
    &["path"],
    |call| call.at(&api_key("unknown")),
    (404, NOT_FOUND, "api-key-unknown"),
);
