//! A short run of what the fuzz targets run for long, without their tools.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use crate::{
    bytes::mutator::Mutator,
    properties::{self, directory},
};

/// Long enough to see that the property holds for the seeds and around them.
const TIME: Duration = Duration::from_millis(1000);
/// A machine that is slow or busy tries this many at least.
const FEWEST: u64 = 200;

const WORDS: &[&[u8]] = &[
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"\\u0000",
    b"\\ud800",
    b"-1",
    b"1e999",
    b"0.5",
    b"9999999999999999999999",
    b"+14d",
    b"-99999d",
    b"0000-01-01T00:00:00Z",
    b"9999-12-30T22:00:00.999999Z",
    b"\n",
    b"\"status\": \"deleted\"",
    b"\"email\": \"a@b.c\"",
    b"\"clock\": \"+1ms\"",
    b"sha256:",
    b"%2F",
    b"%00",
    b"?",
    b"#",
    b"/",
    b"\xc3\xa9",
    b"\xff",
    b"x-api-key: ",
    b"sk-ant-",
    b"anthropic-version: ",
    b"origin: x",
    b"limit=",
    b"always",
    b"after_commit",
    b"\"skip\": 1",
    b"meanwhile",
    b"\"role\": \"billing\"",
    b"\"type\": \"enterprise\"",
    b"\"default\": true",
    b"\"workspace\": null",
    b"\"archived_at\": \"-1d\"",
    b"\"workspace_role\": \"workspace_admin\"",
    b"\"principal\": {\"user\": \"u\"}",
    b"/archive",
    b"/members/",
    b"include_archived=",
    b"response",
    b";",
    b"=",
];

fn holds_around(seeds: &[Vec<u8>], property: fn(&[u8])) {
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    for seed in &seeds {
        property(seed);
    }
    let (started, mut number) = (Instant::now(), 0);
    while number < FEWEST || started.elapsed() < TIME {
        let mut mutator = Mutator::new(number);
        let input = {
            let seed = mutator.pick(&seeds);
            mutator.mutate(seed, &seeds, WORDS)
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| property(&input))) {
            eprintln!("input {number}: {:?}", String::from_utf8_lossy(&input));
            resume_unwind(panic);
        }
        number += 1;
    }
}

#[test]
fn a_fixture_is_refused_with_places_or_is_the_state_that_it_makes() {
    holds_around(&directory::fixtures(), properties::fixture);
}

#[test]
fn a_request_is_answered_by_the_api_and_deletes_only_what_it_names() {
    holds_around(&directory::requests(), properties::request);
}

#[test]
fn a_planned_fault_is_refused_with_places_or_strikes_in_the_envelope() {
    holds_around(&directory::fault_plans(), properties::fault_plan);
}
