//! The sample of the organization's operation.

use anthropic_admin_mock::Operation;

use super::{KEY, Sample};
use crate::harness::*;

pub(super) const SAMPLES: &[Sample] = &[Sample {
    operation: Operation::OrganizationRetrieve,
    good: || Call::get(ME, KEY),
    // Any admin credential will do, whatever its scopes.
    unscoped: None,
    of_its_own: &[],
}];
