//! Chance as a value: ids drawn from a seed, so that the same world gives the same ids.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// The alphabet of the API's ids: base58, without `0`, `I`, `O` and `l`.
const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// A generator of ids: SplitMix64, started from the world's seed and the name of whoever draws.
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

    /// An invite's id: `invite_01` and 22 base58 characters (docs/fidelity.md).
    pub(crate) fn invite(&self) -> String {
        self.base58("invite_01", 22)
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

    fn base58(&self, prefix: &str, length: usize) -> String {
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        while id.len() < prefix.len() + length {
            // 128 bits hold 21 characters; a fresh draw after eleven keeps each of them even. The first ten
            // are taken out at once, since a division of 128 bits is slow.
            const TEN: u128 = 58u128.pow(10);
            let chance = u128::from(self.draw()) << 64 | u128::from(self.draw());
            let (mut ten, eleventh) = ((chance % TEN) as u64, (chance / TEN % 58) as u64);
            for _ in 0..10.min(prefix.len() + length - id.len()) {
                id.push(char::from(BASE58[(ten % 58) as usize]));
                ten /= 58;
            }
            if id.len() < prefix.len() + length {
                id.push(char::from(BASE58[eleventh as usize]));
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
