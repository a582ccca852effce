//! What the world says beside what the model says.

use std::fmt::Debug;

use anthropic_admin_mock::{Page, UnknownCursor};

/// The results of both if the step was taken in both; nothing if both refuse it for one of the reasons that hold.
#[track_caller]
pub fn both<W: Debug, M: Debug, R: Debug + PartialEq>(
    world: Result<W, R>,
    model: Result<M, Vec<R>>,
) -> Option<(W, M)> {
    match (world, model) {
        (Ok(world), Ok(model)) => Some((world, model)),
        (Err(reason), Err(reasons)) => {
            assert!(reasons.contains(&reason), "{reason:?} is none of {reasons:?}");
            None
        }
        (world, model) => panic!("the world says {world:?}, the model {model:?}"),
    }
}

/// Compares a page with the places of the rows that belong on it; `None` for a cursor that no row has.
#[track_caller]
pub fn pages<T: Debug>(
    world: Result<Page<T>, UnknownCursor>,
    model: Option<(Vec<usize>, bool)>,
    same: impl Fn(usize, &T),
) {
    match (world, model) {
        (Ok(page), Some((places, more))) => {
            assert_eq!((page.data.len(), page.has_more), (places.len(), more), "{page:?}");
            places.into_iter().zip(&page.data).for_each(|(place, row)| same(place, row));
        }
        (Err(UnknownCursor), None) => {}
        (world, model) => panic!("the world says {world:?}, the model {model:?}"),
    }
}
