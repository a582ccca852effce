//! Samples of the invites' operations.

use anthropic_admin_mock::Operation;
use serde_json::json;

use super::{
    Check::*, Failure, INPUT, INVALID, KEY, NOT_FOUND, Sample, Told, UNKNOWN_CURSOR, failure, only_reads,
    only_writes,
};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        operation: Operation::InvitesCreate,
        good: || Call::invite("ada@example.com", KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            failure(Input, "unknown role", &["role"], |call| call.field("role", json!("boss")), INPUT),
            failure(
                State,
                "member",
                &["email"],
                |call| call.field("email", json!("mia@example.com")),
                (400, INVALID, "already-member"),
            ),
            failure(
                State,
                "pending invite",
                &["email"],
                |call| call.field("email", json!("pending@example.com")),
                (400, INVALID, "invite-already-exists"),
            ),
        ],
    },
    Sample {
        operation: Operation::InvitesRetrieve,
        good: || Call::retrieve_invite("pending", KEY),
        unscoped: Some(only_writes),
        of_its_own: &[
            no_invite("unknown", (404, NOT_FOUND, "invite-unknown")),
            failure(
                Lookup,
                "deleted",
                &["path"],
                |call| call.at(&invite("deleted")),
                (404, NOT_FOUND, "invite-deleted"),
            ),
        ],
    },
    Sample {
        operation: Operation::InvitesList,
        good: || Call::list_invites("beta=true", KEY),
        unscoped: Some(only_writes),
        of_its_own: &[
            failure(Input, "limit of 0", &["limit"], |call| call.query("limit=0"), INPUT),
            failure(Input, "no address", &["email"], |call| call.query("email=ada"), INPUT),
            UNKNOWN_CURSOR,
        ],
    },
    Sample {
        operation: Operation::InvitesDelete,
        good: || Call::delete_invite("pending", KEY),
        unscoped: Some(only_reads),
        of_its_own: &[
            no_invite("unknown", (404, NOT_FOUND, "invite-unknown")),
            failure(
                State,
                "accepted",
                &["path"],
                |call| call.at(&invite("accepted")),
                (400, INVALID, "invite-accepted"),
            ),
        ],
    },
];

const fn no_invite(name: &'static str, told: Told) -> Failure {
    failure(Lookup, name, &["path"], |call| call.at(&invite("unknown")), told)
}
