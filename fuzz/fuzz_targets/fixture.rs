//! Fuzzes any text as a fixture.

#![no_main]

mod shared;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use shared::{
    mutate,
    properties::{self, directory},
};

fuzz_target!(|data: &[u8]| properties::fixture(data));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(&directory::fixtures(), data, size, max_size, seed)
});
