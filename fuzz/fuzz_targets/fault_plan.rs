//! Fuzzes any plan of a fault, as a body and as a header.

#![no_main]

mod shared;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use shared::{mutate, properties};

fuzz_target!(|data: &[u8]| properties::fault_plan(data));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(&properties::fault_plan_seeds(), data, size, max_size, seed)
});
