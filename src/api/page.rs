//! Pages, the same for every list: limit and cursors out of a query, the body of an id list.

use serde::Serialize;

use super::{
    answer::{Answer, json},
    call::Query,
    error::ApiError,
};
use crate::world::{Cursor, Page, Paging, Reason, UnknownCursor};

/// The most that a page holds (docs/fidelity.md).
const LARGEST: usize = 1000;

/// The page that a query asks for. Two cursors at once are refused before a wrong limit.
pub(super) fn paging(query: &Query) -> Result<Paging, ApiError> {
    let cursor = match (query.last("after_id"), query.last("before_id")) {
        (Some(_), Some(_)) => {
            let message = "after_id: Only one of after_id and before_id can be given";
            return Err(ApiError::invalid(
                Reason::CursorsConflict,
                message,
                "a page lies on one side of one row",
            ));
        }
        (Some(after), None) => Some(Cursor::After(after.to_owned())),
        (None, Some(before)) => Some(Cursor::Before(before.to_owned())),
        (None, None) => None,
    };
    let limit = query.last("limit").map_or(Ok(Paging::default().limit), limit)?;
    Ok(Paging { cursor, limit })
}

fn limit(text: &str) -> Result<usize, ApiError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = "Input should be a valid integer, unable to parse string as an integer";
        return Err(ApiError::input("limit", what));
    }
    // A number too large for an integer is out of the bounds as well.
    let huge = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    match text.parse().unwrap_or(huge) {
        ..1 => Err(ApiError::input("limit", "Input should be greater than or equal to 1")),
        number => usize::try_from(number).ok().filter(|limit| *limit <= LARGEST).ok_or_else(|| {
            ApiError::input("limit", format_args!("Input should be less than or equal to {LARGEST}"))
        }),
    }
}

/// A page as the API shows it (docs/fidelity.md). The ends are null when it is empty.
#[derive(Serialize)]
struct IdList<'p, T> {
    data: &'p [T],
    has_more: bool,
    first_id: Option<&'p str>,
    last_id: Option<&'p str>,
}

/// The answer to a list; `id` returns the id of a row.
pub(super) fn id_list<T: Serialize>(
    page: Result<Page<T>, UnknownCursor>,
    paging: &Paging,
    id: fn(&T) -> &str,
) -> Answer {
    let page = page.map_err(|UnknownCursor| {
        let field = match paging.cursor {
            Some(Cursor::Before(_)) => "before_id",
            _ => "after_id",
        };
        let message = format!("Invalid pagination cursor for '{field}'");
        let hint = "the list of this key's organization never had a row of that id, or has it no longer";
        ApiError::invalid(Reason::CursorUnknown, message, hint)
    })?;
    let Page { data, has_more, .. } = &page;
    json(&IdList { data, has_more: *has_more, first_id: data.first().map(id), last_id: data.last().map(id) })
}
