//! Small changes to bytes, drawn from a seed: the same seed gives the same changes.

/// SplitMix64.
pub struct Mutator(u64);

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Mutator(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        drawn ^ (drawn >> 31)
    }

    /// A number below `end`, or 0.
    fn below(&mut self, end: usize) -> usize {
        (self.draw() % end.max(1) as u64) as usize
    }

    /// A place in the bytes, and one after it that is mostly near.
    fn range(&mut self, bytes: &[u8]) -> (usize, usize) {
        let from = self.below(bytes.len() + 1);
        let most = if self.below(4) == 0 { bytes.len() } else { 16 };
        (from, (from + self.below(most + 1)).min(bytes.len()))
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// One change, or up to three: flip, set, insert, delete, duplicate, truncate, swap, splice, line endings.
    pub fn mutate(&mut self, good: &[u8], others: &[&[u8]], words: &[&[u8]]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(2) * self.below(3) {
            self.change(&mut bytes, others, words);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, others: &[&[u8]], words: &[&[u8]]) {
        let (from, to) = self.range(bytes);
        match self.below(12) {
            0 if from < bytes.len() => bytes[from] ^= 1 << self.below(8),
            1 if from < bytes.len() => bytes[from] = self.draw() as u8,
            2 => bytes.insert(from, self.draw() as u8),
            3 => drop(bytes.splice(from..from, self.pick(words).to_vec())),
            4 => drop(bytes.splice(from..to, self.pick(words).to_vec())),
            5 => drop(bytes.drain(from..to)),
            6 => {
                let copy = bytes[from..to].repeat(1 + self.below(3));
                bytes.splice(to..to, copy);
            }
            7 if self.below(3) == 0 => bytes.truncate(from),
            8 => {
                let (other, _) = self.range(bytes);
                if from < bytes.len() && other < bytes.len() {
                    bytes.swap(from, other);
                }
            }
            9 => {
                let other = self.pick(others);
                let (start, end) = self.range(other);
                bytes.splice(from..to, other[start..end].to_vec());
            }
            10 => self.end_a_line_otherwise(bytes),
            _ => self.swap_lines(bytes),
        }
    }

    fn end_a_line_otherwise(&mut self, bytes: &mut Vec<u8>) {
        let ends: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        if ends.is_empty() {
            return;
        }
        let end = ends[self.below(ends.len())];
        let start = if end > 0 && bytes[end - 1] == b'\r' { end - 1 } else { end };
        let endings: [&[u8]; 9] =
            [b"\n", b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\r\n\r\n", b"\r\n ", b"\0", b""];
        bytes.splice(start..=end, self.pick(&endings).to_vec());
    }

    fn swap_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (one, other) = (self.below(lines.len()), self.below(lines.len()));
        if !lines.is_empty() {
            lines.swap(one, other);
        }
        *bytes = lines.concat();
    }
}
