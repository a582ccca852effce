//! An organization's invites and members: what may happen to them, and how they are found.

mod list;

use std::sync::Arc;

use foldhash::fast::RandomState;
use imbl::{GenericHashMap, GenericHashSet, OrdMap, OrdSet, Vector, shared_ptr::DefaultSharedPtr};

use super::{
    base::Base,
    clock::{Frame, KeptMoment, Moment, Reading},
    invite::{Invite, Life, Record, Status},
};
use list::Order;
pub use list::{Cursor, Listing, Page, UnknownCursor};

/// How many deleted invites an organization remembers; the oldest are forgotten first.
const REMEMBERED_DELETED: usize = 10_000;

/// Of how many invites of the base one block says what became of them. The first change in a block copies it for
/// the organization, 256 bytes.
const BLOCK: usize = 1024;

/// Why the world refuses to do something to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The organization never had an invite of that id, or has forgotten it.
    Unknown,
    /// It was deleted before.
    Deleted,
    /// It was accepted; its invitee is a member now.
    Accepted,
    /// It has expired.
    Expired,
}

type HashMap<K, V> = GenericHashMap<K, V, RandomState, DefaultSharedPtr>;
type HashSet<T> = GenericHashSet<T, RandomState, DefaultSharedPtr>;

/// The invites and members of one organization: what its fixture gave, and what has changed since. A copy
/// shares what neither side changes, which is what makes a new organization, and a page read without the
/// lock, cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invites {
    base: Arc<Base>,
    /// What became of each of the base.
    since: Vector<Arc<Block>>,
    /// Those that were made or accepted since.
    records: OrdMap<Position, Arc<Record>>,
    positions: HashMap<Arc<str>, Position>,
    /// The same by address.
    addresses: OrdSet<(Arc<str>, Position)>,
    /// Where places are limited, all that nobody accepted, by the end of their time, in each frame. Sorted
    /// vectors, because the count of those behind a moment is their index.
    open: Option<[Vector<Position>; 2]>,
    /// Those that were made and deleted since, as long as they are remembered, with the place where they stood.
    deleted: HashMap<Arc<str>, (Position, Arc<Record>)>,
    /// All that are remembered, the longest deleted first.
    deletions: Vector<Deletion>,
    members: HashSet<Arc<str>>,
    next_number: u64,
}

/// What became of an invite of the base. Each has the bits of what may come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    /// It is as it was.
    Unchanged = 0b00,
    Deleted = 0b01,
    /// It was deleted too long ago to remember, or was accepted and stands among the organization's own.
    Gone = 0b11,
}

/// What became of [`BLOCK`] invites of the base, in two bits each.
#[derive(Clone, Debug, Default)]
struct Block([u64; BLOCK / 32]);

impl Block {
    fn get(&self, at: usize) -> Since {
        match self.0[at / 32] >> (at % 32 * 2) & 0b11 {
            0b00 => Since::Unchanged,
            0b01 => Since::Deleted,
            _ => Since::Gone,
        }
    }

    fn set(&mut self, at: usize, since: Since) {
        self.0[at / 32] |= (since as u64) << (at % 32 * 2);
    }
}

#[derive(Clone, Debug)]
enum Deletion {
    /// Of one of the base.
    Given(u32),
    /// Of one that was made since.
    Made(Arc<str>),
}

/// Where an invite is that is not deleted.
#[derive(Clone, Copy)]
enum Place {
    /// In the base.
    Given(u32),
    /// Among those that were made or accepted since.
    Made(Position),
}

/// A place in an order of time. Moments that hang on the organization's beginning stand apart from
/// those that do not, so that the order holds for every organization made from one seed; a walk
/// brings the two together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) moment: KeptMoment,
    /// Counts the invites as they came; of two at one moment the later is the newer.
    pub(crate) number: u64,
}

impl Invites {
    /// What a fixture gives. Only with `places_are_limited` can [`fills`](Self::fills) be asked.
    pub(crate) fn new(base: Base, places_are_limited: bool) -> Self {
        let unchanged = Arc::<Block>::default();
        let mut invites = Invites {
            next_number: base.len() as u64,
            since: std::iter::repeat_n(unchanged, base.len().div_ceil(BLOCK)).collect(),
            base: Arc::new(base),
            ..Invites::default()
        };
        let base = invites.base.clone();
        let mut open = [Vec::new(), Vec::new()];
        for (number, record) in base.records() {
            match record.life {
                Life::Deleted => invites.delete_given(number),
                Life::Accepted(_) => invites.add_member(record.address.clone()),
                Life::Open if places_are_limited => {
                    let expiry = expiry(base.position(number), record);
                    open[expiry.moment.frame() as usize].push(expiry);
                }
                Life::Open => {}
            }
        }
        invites.open = places_are_limited.then(|| {
            open.map(|mut open| {
                open.sort_unstable();
                open.into()
            })
        });
        invites
    }

    /// Takes in a new invite. Its id must be new, too.
    pub(crate) fn insert(&mut self, record: Record) {
        let position = Position { moment: record.invited_at, number: self.next_number };
        self.next_number += 1;
        let expiry = expiry(position, &record);
        if let Some((frame, Ok(at) | Err(at))) = self.among_open(expiry) {
            frame.insert(at, expiry);
        }
        self.put(position, Arc::new(record));
    }

    pub(crate) fn add_member(&mut self, address: Arc<str>) {
        self.members.insert(address);
    }

    /// Deletes a pending invite; anything else is refused and stays as it is.
    pub(crate) fn delete(&mut self, id: &str, reading: Reading) -> Result<(), Refusal> {
        match self.close_pending(id, reading)? {
            Place::Given(number) => self.delete_given(number),
            Place::Made(position) => {
                if let Some(record) = self.take(position) {
                    self.deleted.insert(record.id.clone(), (position, record.clone()));
                    self.remember(Deletion::Made(record.id.clone()));
                }
            }
        }
        Ok(())
    }

    /// Lets the invitee of a pending invite join; anything else is refused and stays as it is.
    pub(crate) fn accept(&mut self, id: &str, reading: Reading) -> Result<Invite, Refusal> {
        let place = self.close_pending(id, reading)?;
        let position = self.position(place);
        let record = match place {
            Place::Given(number) => {
                self.mark(number, Since::Gone);
                self.base.record(number).clone()
            }
            Place::Made(position) => self.take(position).map(Arc::unwrap_or_clone).ok_or(Refusal::Unknown)?,
        };
        self.add_member(record.address.clone());
        // A clock that was set back must not let one join before the invitation.
        let at = reading.now.max(reading.resolve(record.invited_at));
        let record = Record { life: Life::Accepted(Moment::At(at).into()), ..record };
        let invite = record.read(reading);
        self.put(position, Arc::new(record));
        Ok(invite)
    }

    fn put(&mut self, position: Position, record: Arc<Record>) {
        self.positions.insert(record.id.clone(), position);
        self.addresses.insert((record.address.clone(), position));
        self.records.insert(position, record);
    }

    fn take(&mut self, position: Position) -> Option<Arc<Record>> {
        let record = self.records.remove(&position)?;
        self.positions.remove(&record.id);
        self.addresses.remove(&(record.address.clone(), position));
        Some(record)
    }

    /// Says where a pending invite is, and keeps no place for its invitee any longer; anything else is
    /// refused and stays as it is.
    fn close_pending(&mut self, id: &str, reading: Reading) -> Result<Place, Refusal> {
        let Some((place, record)) = self.find(id) else {
            return Err(if self.find_deleted(id).is_some() { Refusal::Deleted } else { Refusal::Unknown });
        };
        match record.status(reading) {
            Status::Pending => {}
            Status::Accepted => return Err(Refusal::Accepted),
            Status::Expired => return Err(Refusal::Expired),
            Status::Deleted => return Err(Refusal::Deleted),
        }
        let expiry = expiry(self.position(place), record);
        if let Some((frame, Ok(at))) = self.among_open(expiry) {
            frame.remove(at);
        }
        Ok(place)
    }

    /// Where places are limited: the frame of an end of time, and where it stands there, or would.
    fn among_open(&mut self, expiry: Position) -> Option<(&mut Vector<Position>, Result<usize, usize>)> {
        let frame = &mut self.open.as_mut()?[expiry.moment.frame() as usize];
        let at = frame.binary_search(&expiry);
        Some((frame, at))
    }

    fn delete_given(&mut self, number: u32) {
        self.mark(number, Since::Deleted);
        self.remember(Deletion::Given(number));
    }

    fn remember(&mut self, deletion: Deletion) {
        self.deletions.push_back(deletion);
        if self.deletions.len() > REMEMBERED_DELETED {
            match self.deletions.pop_front() {
                Some(Deletion::Given(number)) => self.mark(number, Since::Gone),
                Some(Deletion::Made(id)) => drop(self.deleted.remove(&id)),
                None => {}
            }
        }
    }

    fn mark(&mut self, number: u32, since: Since) {
        let number = number as usize;
        Arc::make_mut(&mut self.since[number / BLOCK]).set(number % BLOCK, since);
    }

    fn is(&self, number: u32, since: Since) -> bool {
        let number = number as usize;
        self.since[number / BLOCK].get(number % BLOCK) == since
    }

    fn position(&self, place: Place) -> Position {
        match place {
            Place::Given(number) => self.base.position(number),
            Place::Made(position) => position,
        }
    }

    /// An invite that is not deleted.
    fn find(&self, id: &str) -> Option<(Place, &Record)> {
        if let Some(position) = self.positions.get(id) {
            return self.records.get(position).map(|record| (Place::Made(*position), &**record));
        }
        let number = self.base.find(id).filter(|number| self.is(*number, Since::Unchanged))?;
        Some((Place::Given(number), self.base.record(number)))
    }

    /// A deleted invite that is remembered, and where it stood.
    fn find_deleted(&self, id: &str) -> Option<(Position, &Record)> {
        if let Some((position, record)) = self.deleted.get(id) {
            return Some((*position, record));
        }
        let number = self.base.find(id).filter(|number| self.is(*number, Since::Deleted))?;
        Some((self.base.position(number), self.base.record(number)))
    }

    /// Whether an id is that of an invite, deleted ones included.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.find(id).is_some() || self.find_deleted(id).is_some()
    }

    /// An invite, deleted ones included.
    pub(crate) fn get(&self, id: &str, reading: Reading) -> Option<Invite> {
        let deleted = || {
            let (_, record) = self.find_deleted(id)?;
            Some(Invite { status: Status::Deleted, ..record.read(reading) })
        };
        self.find(id).map(|(_, record)| record.read(reading)).or_else(deleted)
    }

    /// The members' addresses, as they are compared, in the order of their bytes.
    pub(crate) fn members(&self) -> Vec<Arc<str>> {
        let mut members: Vec<_> = self.members.iter().cloned().collect();
        members.sort();
        members
    }

    /// All records, deleted ones included, in the order of their making, and what became of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Record, Life)> {
        let since = self.since.iter().flat_map(|block| (0..BLOCK).map(|at| block.get(at)));
        let base = self.base.records().zip(since).filter_map(|((number, record), since)| match since {
            Since::Unchanged => Some((number.into(), record, record.life)),
            Since::Deleted => Some((number.into(), record, Life::Deleted)),
            Since::Gone => None,
        });
        let own = self.records.iter().map(|(position, record)| (position.number, &**record, record.life));
        let deleted =
            self.deleted.values().map(|(position, record)| (position.number, &**record, Life::Deleted));
        let mut all: Vec<(u64, &Record, Life)> = base.chain(own).chain(deleted).collect();
        all.sort_by_key(|(number, ..)| *number);
        all.into_iter().map(|(_, record, life)| (record, life))
    }

    pub(crate) fn is_member(&self, address: &Arc<str>) -> bool {
        self.members.contains(address)
    }

    /// The pending invite for an address.
    pub(crate) fn pending_for(&self, address: &Arc<str>, reading: Reading) -> Option<&Record> {
        let base = self.base.of_address(address).filter(|number| self.is(*number, Since::Unchanged));
        let base = base.rev().map(|number| self.base.record(number));
        let own = Frame::BOTH.into_iter().flat_map(|frame| {
            self.walk_own(frame, Some(address), None, Order::NewestFirst, reading).map(|(_, record)| record)
        });
        own.chain(base).find(|record| record.status(reading) == Status::Pending)
    }

    /// Whether members and pending invites together fill that many places.
    pub(crate) fn fills(&self, places: usize, reading: Reading) -> bool {
        let pending = Frame::BOTH.into_iter().zip(self.open.iter().flatten()).map(|(frame, open)| {
            let expired = open.binary_search(&frame.now(reading)).unwrap_or_else(|at| at);
            open.len() - expired
        });
        self.members.len() + pending.sum::<usize>() >= places
    }

    /// How many invites the fixture gave, deleted ones included.
    pub(crate) fn given(&self) -> usize {
        self.base.len()
    }
}

/// Where an invite stands among the ends of their times.
fn expiry(position: Position, record: &Record) -> Position {
    Position { moment: record.expires_at, number: position.number }
}
