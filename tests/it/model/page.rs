//! Pages of any list, found by a look at all of it.

use anthropic_admin_mock::{Cursor, Paging};
use proptest::{option, prelude::*};

use super::pick;

/// Which page: beside which row, on which of its sides, and how long.
#[derive(Clone, Debug)]
pub struct Side<'i> {
    /// Whether the page comes after the row, and the row's id.
    pub cursor: Option<(bool, &'i str)>,
    pub limit: usize,
}

/// The first page, with everything on it.
pub const EVERYTHING: Side = Side { cursor: None, limit: usize::MAX };

/// A page of a list whose ids are not yet known.
#[derive(Clone, Debug)]
pub struct AnySide {
    cursor: Option<(bool, usize)>,
    limit: usize,
}

pub fn sides() -> impl Strategy<Value = AnySide> {
    (option::of(any::<(bool, usize)>()), 1..6_usize).prop_map(|(cursor, limit)| AnySide { cursor, limit })
}

impl AnySide {
    pub fn among<'i>(&self, ids: &[&'i str]) -> Side<'i> {
        let cursor = self.cursor.map(|(after, choice)| (after, pick(ids, choice)));
        Side { cursor, limit: self.limit }
    }
}

impl Side<'_> {
    /// The same as the world takes it.
    pub fn paging(&self) -> Paging {
        let cursor = self.cursor.map(|(after, id)| match after {
            true => Cursor::After(id.into()),
            false => Cursor::Before(id.into()),
        });
        Paging { cursor, limit: self.limit }
    }
}

/// The places of rows that were made one after the other, newest first; of two at one time the later made is the newer.
pub fn newest_first(times: impl IntoIterator<Item = i64>) -> Vec<usize> {
    let mut all: Vec<_> = times.into_iter().enumerate().map(|(place, time)| (time, place)).collect();
    all.sort_unstable();
    all.into_iter().rev().map(|(_, place)| place).collect()
}

/// The kept ones of a page among all rows, which come newest first, and whether there are more on that side; `None` for a
/// cursor that no row has.
pub fn page<'m>(
    newest_first: &[usize],
    id: impl Fn(usize) -> &'m str,
    keep: impl Fn(usize) -> bool,
    side: &Side,
) -> Option<(Vec<usize>, bool)> {
    let kept = |rows: &[usize]| -> Vec<usize> { rows.iter().copied().filter(|row| keep(*row)).collect() };
    let position = |cursor: &str| newest_first.iter().position(|row| id(*row) == cursor);
    let mut rows = match side.cursor {
        None => kept(newest_first),
        Some((true, cursor)) => kept(&newest_first[position(cursor)? + 1..]),
        Some((false, cursor)) => kept(&newest_first[..position(cursor)?]),
    };
    let more = rows.len().saturating_sub(side.limit);
    match side.cursor {
        Some((false, _)) => drop(rows.drain(..more)),
        _ => rows.truncate(side.limit),
    }
    Some((rows, more > 0))
}
