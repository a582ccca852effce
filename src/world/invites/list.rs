//! A page of an organization's invites: walks in the order of time, through all that there are.

use std::{iter::Peekable, ops::Bound, sync::Arc};

use jiff::Timestamp;

use super::{Invites, Position, Since};
use crate::world::{
    clock::{Frame, KeptMoment, Moment, Reading},
    invite::{Invite, Record, Role, Status, normalized},
};

/// Which invites to list, and which page of them.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Only those for this address, compared as the API does: any case, any `+tag`.
    pub email: Option<String>,
    /// Only those with one of these roles; empty for all.
    pub roles: Vec<Role>,
    /// Only those with one of these statuses; empty for all. Deleted ones are never listed.
    pub statuses: Vec<Status>,
    /// Where the page begins or ends.
    pub cursor: Option<Cursor>,
    /// The most that a page holds.
    pub limit: usize,
}

/// An invite beside which a page lies. It may be one that the filters leave out, or a deleted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The page right after that id: the next older ones.
    After(String),
    /// The page right before that id: the next newer ones.
    Before(String),
}

/// The organization does not know the id that a cursor names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCursor;

/// A page of invites, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The invites.
    pub invites: Vec<Invite>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

impl Invites {
    /// A page of what is not deleted.
    pub(crate) fn list(&self, listing: &Listing, reading: Reading) -> Result<Page, UnknownCursor> {
        let place_of = |id: &String| {
            let deleted = || self.find_deleted(id).map(|(position, _)| position);
            let position = self.find(id).map(|(place, _)| self.position(place)).or_else(deleted);
            let position = position.ok_or(UnknownCursor)?;
            Ok(Some(position.key(reading)))
        };
        let (from, order) = match &listing.cursor {
            None => (None, Order::NewestFirst),
            Some(Cursor::After(id)) => (place_of(id)?, Order::NewestFirst),
            Some(Cursor::Before(id)) => (place_of(id)?, Order::OldestFirst),
        };
        let email = listing.email.as_deref().map(|email| normalized(&email.into()));
        let mut matching = self
            .walk(email.as_ref(), from, order, reading)
            .filter(|record| listing.roles.is_empty() || listing.roles.contains(&record.role))
            .filter(|record| {
                listing.statuses.is_empty() || listing.statuses.contains(&record.status(reading))
            });
        let mut invites: Vec<Invite> =
            matching.by_ref().take(listing.limit).map(|record| record.read(reading)).collect();
        let has_more = matching.next().is_some();
        if order == Order::OldestFirst {
            invites.reverse();
        }
        Ok(Page { invites, has_more })
    }

    /// All records, or those of one address, on one side of a place, in the order asked for.
    fn walk<'a>(
        &'a self,
        address: Option<&Arc<str>>,
        from: Option<Key>,
        order: Order,
        reading: Reading,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        let mut walks: Vec<Peekable<Walk<'a>>> = Vec::with_capacity(4);
        for frame in Frame::BOTH {
            walks.push(self.walk_own(frame, address, from, order, reading).peekable());
            if address.is_none() {
                walks.push(self.walk_base(frame, from, order, reading).peekable());
            }
        }
        if let Some(address) = address {
            walks.push(self.walk_base_address(address, from, order, reading).peekable());
        }
        std::iter::from_fn(move || {
            let next = walks.iter_mut().filter_map(|walk| walk.peek().map(|(key, _)| *key));
            let next = match order {
                Order::OldestFirst => next.min(),
                Order::NewestFirst => next.max(),
            }?;
            let first = walks.iter_mut().find_map(|walk| walk.next_if(|(key, _)| *key == next));
            first.map(|(_, record)| record)
        })
    }

    /// Of one frame, those that were made or accepted since.
    pub(super) fn walk_own<'a>(
        &'a self,
        frame: Frame,
        address: Option<&Arc<str>>,
        from: Option<Key>,
        order: Order,
        reading: Reading,
    ) -> Walk<'a> {
        let beyond = from.map(|key| frame.position(key, reading));
        let (first, last) = frame.positions();
        let (first, last) = (Bound::Included(first), Bound::Included(last));
        let range = match (order, beyond) {
            (Order::NewestFirst, Some(position)) => (first, Bound::Excluded(position)),
            (Order::OldestFirst, Some(position)) => (Bound::Excluded(position), last),
            (_, None) => (first, last),
        };
        let keyed =
            move |(position, record): (&Position, &'a Arc<Record>)| (position.key(reading), &**record);
        match (address, order) {
            (None, Order::OldestFirst) => Box::new(self.records.range(range).map(keyed)),
            (None, Order::NewestFirst) => Box::new(self.records.range(range).rev().map(keyed)),
            (Some(address), order) => {
                let of = |position: Position| (address.clone(), position);
                let of_address = self.addresses.range((range.0.map(of), range.1.map(of)));
                let record = |(_, position): &'a (Arc<str>, Position)| self.records.get_key_value(position);
                match order {
                    Order::OldestFirst => Box::new(of_address.filter_map(record).map(keyed)),
                    Order::NewestFirst => Box::new(of_address.rev().filter_map(record).map(keyed)),
                }
            }
        }
    }

    /// Of one frame, those of the base that are as they were.
    fn walk_base(&self, frame: Frame, from: Option<Key>, order: Order, reading: Reading) -> Walk<'_> {
        let (older, newer) = self.base.around(frame, from.map(|key| frame.position(key, reading)));
        let unchanged = |number: &&u32| self.is(**number, Since::Unchanged);
        let keyed = move |number: &u32| (self.base.position(*number).key(reading), self.base.record(*number));
        match order {
            Order::OldestFirst => Box::new(newer.iter().filter(unchanged).map(keyed)),
            Order::NewestFirst => Box::new(older.iter().rev().filter(unchanged).map(keyed)),
        }
    }

    /// The same of one address, in both frames.
    fn walk_base_address(
        &self,
        address: &Arc<str>,
        from: Option<Key>,
        order: Order,
        reading: Reading,
    ) -> Walk<'_> {
        let unchanged = self.base.of_address(address).filter(|number| self.is(*number, Since::Unchanged));
        let keyed =
            unchanged.map(|number| (self.base.position(number).key(reading), self.base.record(number)));
        let within = |key: &Key| match order {
            Order::OldestFirst => from.is_none_or(|from| *key > from),
            Order::NewestFirst => from.is_none_or(|from| *key < from),
        };
        let mut found: Vec<_> = keyed.filter(|(key, _)| within(key)).collect();
        found.sort_by_key(|(key, _)| *key);
        if order == Order::NewestFirst {
            found.reverse();
        }
        Box::new(found.into_iter())
    }
}

/// Records in an order of time.
pub(super) type Walk<'a> = Box<dyn Iterator<Item = (Key, &'a Record)> + 'a>;

/// Which way to walk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    NewestFirst,
    OldestFirst,
}

/// A place in time as an organization's clock sees it, comparable across frames.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    at: Timestamp,
    number: u64,
}

impl Position {
    pub(crate) fn key(&self, reading: Reading) -> Key {
        Key { at: reading.resolve(self.moment), number: self.number }
    }
}

impl Frame {
    /// Behind everything that ends by now, and before everything that ends later.
    pub(super) fn now(self, reading: Reading) -> Position {
        self.position(Key { at: reading.now, number: u64::MAX }, reading)
    }

    fn position(self, key: Key, reading: Reading) -> Position {
        let moment = match self {
            Frame::Absolute => Moment::At(key.at),
            Frame::Beginning => Moment::Offset(key.at.duration_since(reading.epoch)),
        };
        Position { moment: moment.into(), number: key.number }
    }

    fn positions(self) -> (Position, Position) {
        let (first, last) = KeptMoment::bounds(self);
        (Position { moment: first, number: 0 }, Position { moment: last, number: u64::MAX })
    }
}
