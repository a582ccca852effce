//! The properties of the tests, and a mutator that begins from their seeds, so that no corpus has to be kept.

#[allow(dead_code, reason = "each target holds one property")]
#[path = "../../tests/it/answers.rs"]
mod answers;
#[allow(dead_code, unused_imports, reason = "each target holds one property")]
#[path = "../../tests/it/properties.rs"]
pub mod properties;
#[allow(dead_code, reason = "each target holds one property")]
#[path = "../../tests/it/seeds.rs"]
pub mod seeds;

/// Now and then a seed takes the input's place; otherwise libFuzzer changes it.
pub fn mutate(seeds: &[Vec<u8>], data: &mut [u8], size: usize, max_size: usize, chance: u32) -> usize {
    let seed = &seeds[chance as usize / 64 % seeds.len()];
    if (size < 2 || chance.is_multiple_of(64)) && seed.len() <= max_size {
        data[..seed.len()].copy_from_slice(seed);
        return seed.len();
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}
