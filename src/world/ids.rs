//! Chance as a value: ids drawn from a seed, so that the same world gives the same ids.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// The alphabet of the API's ids: base58, without `0`, `I`, `O` and `l`.
const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// A generator of ids: SplitMix64, started from the world's seed and the name of what draws.
#[derive(Debug)]
pub(crate) struct Ids {
    state: AtomicU64,
}

impl Ids {
    /// A generator whose draws depend on `seed` and `owner` alone.
    pub(crate) fn new(seed: u64, owner: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(owner).finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Ids { state: AtomicU64::new(u64::from_le_bytes(first)) }
    }

    /// A resource's id that is not taken: its prefix, such as `invite_01`, and 22 base58 characters (docs/fidelity.md).
    pub(crate) fn fresh(&self, prefix: &str, taken: impl Fn(&str) -> bool) -> String {
        loop {
            let id = self.base58(prefix, 22);
            if !taken(&id) {
                return id;
            }
        }
    }

    /// A request's id: `req_011C` and 20 base58 characters (docs/fidelity.md).
    pub(crate) fn request(&self) -> String {
        self.base58("req_011C", 20)
    }

    /// A UUID of version 4 in its lower-case form, the shape of an organization's id.
    pub(crate) fn uuid(&self) -> String {
        let hex = format!("{:016x}{:016x}", self.draw(), self.draw());
        let variant = ['8', '9', 'a', 'b'][(self.draw() % 4) as usize];
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// One of several, each as likely as the others.
    pub(crate) fn one_of<'t>(&self, choices: &[&'t str]) -> &'t str {
        choices[(self.draw() % choices.len() as u64) as usize]
    }

    /// A prefix and so many base58 characters.
    pub(crate) fn base58(&self, prefix: &str, length: usize) -> String {
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        while id.len() < prefix.len() + length {
            // 64 bits hold ten characters; a draw for each ten keeps every one of them even.
            let mut chance = self.draw();
            for _ in 0..10.min(prefix.len() + length - id.len()) {
                id.push(char::from(BASE58[(chance % 58) as usize]));
                chance /= 58;
            }
        }
        id
    }

    fn draw(&self) -> u64 {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.state.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
