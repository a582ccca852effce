//! The invites that a fixture gave. They never change, so that every organization made from them shares them.

use std::{hash::BuildHasher, thread};

use foldhash::{HashMap, fast::FixedState};

use super::{
    clock::Frame,
    invite::{Life, Record},
    invites::Position,
};

/// From how many records on it is worth a thread to index them in two ways at once.
const MANY: usize = 50_000;

/// Records in the order of their documents, which is their number, and how they are found.
#[derive(Debug, Default)]
pub(crate) struct Base {
    records: Vec<Record>,
    by_id: Index,
    /// Deleted ones are found by their ids alone.
    by_address: Index,
    /// By `invited_at`, in each frame.
    by_time: [Vec<u32>; 2],
}

impl Base {
    /// A base of these records, and what is wrong with it: those that have the id of an earlier one, and those
    /// that have its address where `alone` marks both, as ones of which an address may have but one.
    pub(crate) fn new(records: Vec<Record>, alone: &[bool]) -> (Self, Repeats, Repeats) {
        let deleted = |number: u32| records[number as usize].life == Life::Deleted;
        let numbers = || 0..records.len() as u32;
        let listed = || numbers().filter(|number| !deleted(*number));
        let ids = || {
            let id = |number: u32| &*records[number as usize].id;
            let by_id = Index::new(numbers().map(|number| (number, id(number))));
            let same_id = by_id.repeats(id, |_| true);
            (by_id, same_id)
        };
        let addresses = || {
            let address = |number: u32| &*records[number as usize].address;
            let by_address = Index::new(listed().map(|number| (number, address(number))));
            let same_address = by_address.repeats(address, |number| alone[number as usize]);
            (by_address, same_address)
        };
        let mut by_time = [Vec::new(), Vec::new()];
        let ((by_id, same_id), (by_address, same_address)) = thread::scope(|scope| {
            let aside = thread::Builder::new();
            let aside = (records.len() >= MANY).then(|| aside.spawn_scoped(scope, ids).ok()).flatten();
            for number in listed() {
                by_time[records[number as usize].invited_at.frame() as usize].push(number);
            }
            for frame in &mut by_time {
                frame.sort_by_key(|number| position(&records, *number));
            }
            let addresses = addresses();
            (aside.and_then(|aside| aside.join().ok()).unwrap_or_else(ids), addresses)
        });
        (Base { records, by_id, by_address, by_time }, same_id, same_address)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// All records, with their numbers.
    pub(crate) fn records(&self) -> impl Iterator<Item = (u32, &Record)> {
        (0..).zip(&self.records)
    }

    pub(crate) fn record(&self, number: u32) -> &Record {
        &self.records[number as usize]
    }

    pub(crate) fn position(&self, number: u32) -> Position {
        position(&self.records, number)
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.candidates(id).find(|number| &*self.record(*number).id == id)
    }

    /// The numbers of an address's records that the fixture does not give as deleted, the first first.
    pub(crate) fn of_address(&self, address: &str) -> impl DoubleEndedIterator<Item = u32> {
        self.by_address.candidates(address).filter(move |number| &*self.record(*number).address == address)
    }

    /// The numbers in the order of time, in one frame, of those whose positions lie before and behind a
    /// place, or of all and all. Those that the fixture gives as deleted are not among them.
    pub(crate) fn around(&self, frame: Frame, place: Option<Position>) -> (&[u32], &[u32]) {
        let frame = &self.by_time[frame as usize];
        let Some(place) = place else { return (frame, frame) };
        let (older, rest) = frame.split_at(frame.partition_point(|number| self.position(*number) < place));
        let at_it = rest.first().is_some_and(|number| self.position(*number) == place);
        (older, &rest[usize::from(at_it)..])
    }
}

fn position(records: &[Record], number: u32) -> Position {
    Position { moment: records[number as usize].invited_at, number: number.into() }
}

/// Pairs of numbers: the first of a kind, and another one.
pub(crate) type Repeats = Vec<(u32, u32)>;

/// Numbers, found by the hash of a text: those of one bucket stand together, in their order. It is made at
/// once and never changes, which takes less time and memory than a table that grows.
#[derive(Debug, Default)]
struct Index {
    hasher: FixedState,
    /// Where each bucket ends and the next one begins.
    ends: Vec<u32>,
    /// Hashes, and the numbers of their texts.
    entries: Vec<(u32, u32)>,
}

impl Index {
    fn new<'t>(texts: impl Iterator<Item = (u32, &'t str)>) -> Self {
        let mut index = Index::default();
        let hashed: Vec<_> = texts.map(|(number, text)| (index.hash(text), number)).collect();
        index.ends = vec![0; hashed.len()];
        for (hash, _) in &hashed {
            let bucket = index.bucket(*hash);
            index.ends[bucket] += 1;
        }
        let mut begin = 0;
        for end in &mut index.ends {
            begin += std::mem::replace(end, begin);
        }
        index.entries = vec![(0, 0); hashed.len()];
        for entry in hashed {
            let bucket = index.bucket(entry.0);
            let next = &mut index.ends[bucket];
            index.entries[*next as usize] = entry;
            *next += 1;
        }
        index
    }

    fn hash(&self, text: &str) -> u32 {
        (self.hasher.hash_one(text) >> 32) as u32
    }

    /// Shares the hashes out evenly to as many buckets as there are texts.
    fn bucket(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.ends.len() as u64) >> 32) as usize
    }

    fn entries(&self, bucket: usize) -> &[(u32, u32)] {
        let begin = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = self.ends.get(bucket).copied().unwrap_or_default();
        &self.entries[begin as usize..end as usize]
    }

    /// The numbers of all texts that may be this one, in their order.
    fn candidates(&self, text: &str) -> impl DoubleEndedIterator<Item = u32> {
        let hash = self.hash(text);
        let entries = self.entries(self.bucket(hash)).iter();
        entries.filter(move |(other, _)| *other == hash).map(|(_, number)| *number)
    }

    /// Of those that count, each that has the text of an earlier one, with the first of these.
    fn repeats<'t>(&self, text: impl Fn(u32) -> &'t str, counts: impl Fn(u32) -> bool) -> Repeats {
        let mut repeats = Vec::new();
        for bucket in 0..self.ends.len() {
            let entries = self.entries(bucket);
            let differ = |at: usize| entries[..at].iter().all(|(hash, _)| *hash != entries[at].0);
            // Nearly every bucket is small, and its hashes alone tell its texts apart.
            if entries.len() <= 8 && (1..entries.len()).all(differ) {
                continue;
            }
            let mut firsts = HashMap::default();
            for number in entries.iter().map(|(_, number)| *number).filter(|number| counts(*number)) {
                let first = *firsts.entry(text(number)).or_insert(number);
                if first != number {
                    repeats.push((first, number));
                }
            }
        }
        repeats
    }
}
