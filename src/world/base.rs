//! The invites that a fixture gave. They never change, so that every organization made from them shares them.

use std::sync::Arc;

use foldhash::HashMap;

use super::{
    invite::{Life, Record},
    invites::{Frame, Position},
};

/// No other record.
const NONE: u32 = u32::MAX;

/// Records in the order of their documents, which is their number, and how they are found. Deleted ones have
/// a number too, but are kept elsewhere and never found here.
#[derive(Debug, Default)]
pub(crate) struct Base {
    records: Vec<Record>,
    by_id: HashMap<Arc<str>, u32>,
    /// The last record of each address, and for each record the one before it of the same address.
    by_address: HashMap<Arc<str>, u32>,
    before: Vec<u32>,
    /// By `invited_at`, in each frame.
    by_time: [Vec<u32>; 2],
}

impl Base {
    /// The records by their ids; `by_id` says of each where it stands.
    pub(crate) fn new(records: Vec<Record>, by_id: HashMap<Arc<str>, u32>) -> Self {
        let mut base = Base { by_id, before: Vec::with_capacity(records.len()), ..Base::default() };
        base.by_address.reserve(records.len());
        for (number, record) in (0..).zip(&records) {
            let mut before = NONE;
            if record.life != Life::Deleted {
                before = base.by_address.insert(record.address.clone(), number).unwrap_or(NONE);
                base.by_time[Frame::of(record.invited_at) as usize].push(number);
            }
            base.before.push(before);
        }
        base.records = records;
        let mut by_time = std::mem::take(&mut base.by_time);
        for frame in &mut by_time {
            frame.sort_by_key(|number| base.position(*number));
        }
        base.by_time = by_time;
        base
    }

    /// How many numbers are taken, those of deleted records included.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// All records that are not deleted, with their numbers.
    pub(crate) fn records(&self) -> impl Iterator<Item = (u32, &Record)> {
        (0..).zip(&self.records).filter(|(_, record)| record.life != Life::Deleted)
    }

    pub(crate) fn record(&self, number: u32) -> &Record {
        &self.records[number as usize]
    }

    pub(crate) fn position(&self, number: u32) -> Position {
        Position { moment: self.record(number).invited_at, number: number.into() }
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied().filter(|number| self.record(*number).life != Life::Deleted)
    }

    /// The numbers of an address's records, the last first.
    pub(crate) fn of_address(&self, address: &Arc<str>) -> impl Iterator<Item = u32> {
        let last = self.by_address.get(address).copied();
        std::iter::successors(last, |number| {
            Some(self.before[*number as usize]).filter(|before| *before != NONE)
        })
    }

    /// The numbers in the order of time, in one frame, of those whose positions lie before and behind a place.
    pub(crate) fn around(&self, frame: Frame, place: Position) -> (&[u32], &[u32]) {
        let frame = &self.by_time[frame as usize];
        let (older, rest) = frame.split_at(frame.partition_point(|number| self.position(*number) < place));
        let at_it = rest.first().is_some_and(|number| self.position(*number) == place);
        (older, &rest[usize::from(at_it)..])
    }

    /// All numbers of one frame in the order of time.
    pub(crate) fn by_time(&self, frame: Frame) -> &[u32] {
        &self.by_time[frame as usize]
    }
}
