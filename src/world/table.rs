//! Rows of one kind: newest first, found by id, paged. Copies share what neither side changes.

use std::{fmt, ops::Bound, sync::Arc};

use foldhash::fast::RandomState;
use imbl::{GenericHashMap, OrdMap, OrdSet, shared_ptr::DefaultSharedPtr};

use super::clock::Tick;

/// A resource as it is kept.
pub(crate) trait Row: Clone {
    fn id(&self) -> &Arc<str>;
    /// The time by which lists order the rows.
    fn time(&self) -> Tick;
}

/// The rows of one resource, ordered by (time, number).
#[derive(Clone, Debug)]
pub(crate) struct Table<R> {
    rows: OrdMap<Position, Arc<R>>,
    positions: GenericHashMap<Arc<str>, Position, RandomState, DefaultSharedPtr>,
    next_number: u64,
}

/// A row's place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    time: Tick,
    /// Counts the rows as they were inserted; of two at one time the later one is the newer.
    number: u64,
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The row beside which the page lies; `None` for the first page.
    pub cursor: Option<Cursor>,
    /// The most rows on a page, 20 by default.
    pub limit: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Paging { cursor: None, limit: 20 }
    }
}

/// A row beside which a page lies. It may be one that the filters leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The page right after that id: the next older rows.
    After(String),
    /// The page right before that id: the next newer rows.
    Before(String),
}

/// The organization does not know the id that a cursor names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCursor;

impl fmt::Display for UnknownCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the organization does not know the cursor's id")
    }
}

impl std::error::Error for UnknownCursor {}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// The page with something else in the place of each row.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(change).collect(), has_more: self.has_more }
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Table { rows: OrdMap::new(), positions: GenericHashMap::default(), next_number: 0 }
    }
}

impl<R: Row> Table<R> {
    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.rows.get(self.positions.get(id)?).map(|row| &**row)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a row as the newest of its time. Its id must be new.
    pub(crate) fn insert(&mut self, row: R) {
        let position = Position { time: row.time(), number: self.next_number };
        self.next_number += 1;
        self.put(position, Arc::new(row));
    }

    /// Changes a row, if there is one of that id. A row whose time changes becomes the newest of its new time, so that the
    /// order follows from the rows as a document lists them.
    pub(crate) fn update(&mut self, id: &str, change: impl FnOnce(&mut R)) {
        let Some(position) = self.positions.get(id).copied() else { return };
        let Some(row) = self.rows.get_mut(&position) else { return };
        change(Arc::make_mut(row));
        let time = row.time();
        if time != position.time
            && let Some(row) = self.rows.remove(&position)
        {
            let position = Position { time, number: self.next_number };
            self.next_number += 1;
            self.put(position, row);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<R>> {
        let position = self.positions.remove(id)?;
        self.rows.remove(&position)
    }

    fn put(&mut self, position: Position, row: Arc<R>) {
        self.positions.insert(row.id().clone(), position);
        self.rows.insert(position, row);
    }

    /// All rows, oldest first, which is their order in a document.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = &R> {
        self.rows.values().map(|row| &**row)
    }

    /// All rows, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &R> {
        self.rows.values().rev().map(|row| &**row)
    }

    /// A page of the rows to keep, each as it is to be shown. A row that is not kept is still a cursor.
    pub(crate) fn page<T>(
        &self,
        paging: &Paging,
        keep: impl Fn(&R) -> bool,
        show: impl Fn(&R) -> T,
    ) -> Result<Page<T>, UnknownCursor> {
        let position = |id: &String| self.positions.get(id.as_str()).copied().ok_or(UnknownCursor);
        let page = |rows: &mut dyn Iterator<Item = &Arc<R>>| {
            let mut kept = rows.filter(|row| keep(row));
            let data: Vec<T> = kept.by_ref().take(paging.limit).map(|row| show(row)).collect();
            Page { data, has_more: kept.next().is_some() }
        };
        Ok(match &paging.cursor {
            None => page(&mut self.rows.values().rev()),
            Some(Cursor::After(id)) => {
                let older = (Bound::Unbounded, Bound::Excluded(position(id)?));
                page(&mut self.rows.range(older).rev().map(|(_, row)| row))
            }
            Some(Cursor::Before(id)) => {
                let newer = (Bound::Excluded(position(id)?), Bound::Unbounded);
                let mut page = page(&mut self.rows.range(newer).map(|(_, row)| row));
                page.data.reverse();
                page
            }
        })
    }
}

/// Ids by what they belong to, such as the workspaces of each user. Copies share what neither side changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(OrdSet<(Arc<str>, Arc<str>)>);

impl Groups {
    pub(crate) fn add(&mut self, group: &Arc<str>, id: &Arc<str>) {
        self.0.insert((group.clone(), id.clone()));
    }

    pub(crate) fn remove(&mut self, group: &Arc<str>, id: &Arc<str>) {
        self.0.remove(&(group.clone(), id.clone()));
    }

    /// The ids of a group.
    pub(crate) fn ids(&self, group: &str) -> Vec<Arc<str>> {
        let first = (Arc::from(group), Arc::default());
        let of_group = self.0.range(first..).take_while(|(other, _)| **other == *group);
        of_group.map(|(_, id)| id.clone()).collect()
    }
}
