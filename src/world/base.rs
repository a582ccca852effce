//! The invites that a fixture gave. They never change, so that every organization made from them shares them.

use std::{hash::BuildHasher, sync::Arc};

use foldhash::{HashMap, fast::RandomState};
use hashbrown::{HashTable, hash_table::Entry};

use super::{
    invite::{Life, Record},
    invites::{Frame, Position},
};

/// Records in the order of their documents, which is their number, and how they are found. The tables hold
/// numbers alone: a million invites take a few bytes each beside their texts.
#[derive(Debug, Default)]
pub(crate) struct Base {
    records: Vec<Record>,
    hasher: RandomState,
    by_id: HashTable<u32>,
    /// The last record of each address. Deleted ones are found by their ids alone.
    by_address: HashTable<u32>,
    /// For each record that has one, the record before it of the same address.
    before: HashMap<u32, u32>,
    /// By `invited_at`, in each frame.
    by_time: [Vec<u32>; 2],
}

impl Base {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Base {
            records: Vec::with_capacity(capacity),
            by_id: HashTable::with_capacity(capacity),
            by_address: HashTable::with_capacity(capacity),
            ..Base::default()
        }
    }

    /// Adds a record. One without an id waits for [`name`](Self::name). Says which other one has the same id,
    /// and whether there are others of the same address.
    pub(crate) fn push(&mut self, record: Record) -> (Option<u32>, bool) {
        let number = self.records.len() as u32;
        self.records.push(record);
        let same_id = if self.record(number).id.is_empty() { None } else { self.enter_id(number) };
        let record = &self.records[number as usize];
        if record.life == Life::Deleted {
            return (same_id, false);
        }
        self.by_time[Frame::of(record.invited_at) as usize].push(number);
        let (records, hasher) = (&self.records, &self.hasher);
        let address = |number: &u32| &*records[*number as usize].address;
        let hash = hasher.hash_one(&*record.address);
        let entry = self.by_address.entry(
            hash,
            |other| address(other) == &*record.address,
            |other| hasher.hash_one(address(other)),
        );
        match entry {
            Entry::Occupied(mut last) => {
                self.before.insert(number, std::mem::replace(last.get_mut(), number));
                (same_id, true)
            }
            Entry::Vacant(place) => {
                place.insert(number);
                (same_id, false)
            }
        }
    }

    /// Gives an id to a record without one, unless another has it.
    pub(crate) fn name(&mut self, number: u32, id: Arc<str>) -> bool {
        self.records[number as usize].id = id;
        self.enter_id(number).is_none()
    }

    /// Makes a record known by its id, unless another is: that one comes back.
    fn enter_id(&mut self, number: u32) -> Option<u32> {
        let (records, hasher) = (&self.records, &self.hasher);
        let id = |number: &u32| &*records[*number as usize].id;
        let own = id(&number);
        let entry = self.by_id.entry(
            hasher.hash_one(own),
            |other| id(other) == own,
            |other| hasher.hash_one(id(other)),
        );
        match entry {
            Entry::Occupied(other) => Some(*other.get()),
            Entry::Vacant(place) => {
                place.insert(number);
                None
            }
        }
    }

    /// To be called when all are there.
    pub(crate) fn sort(&mut self) {
        let records = &self.records;
        for frame in &mut self.by_time {
            frame.sort_by_key(|number| position(records, *number));
        }
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
        let found = self.by_id.find(self.hasher.hash_one(id), |number| &*self.record(*number).id == id);
        found.copied()
    }

    /// The numbers of an address's records that the fixture does not give as deleted, the last first.
    pub(crate) fn of_address(&self, address: &str) -> impl Iterator<Item = u32> {
        let hash = self.hasher.hash_one(address);
        let last = self.by_address.find(hash, |number| &*self.record(*number).address == address);
        std::iter::successors(last.copied(), |number| self.before.get(number).copied())
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
