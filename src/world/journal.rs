//! What was asked: a bounded record of requests.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::Serialize;

use super::operation::Operation;

/// How much of a create's body is kept.
pub(crate) const KEPT_BODY: usize = 4096;

/// One request and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct JournalEntry {
    /// Counts all requests of a world, so that several journals can be put in one order.
    #[serde(skip)]
    pub(crate) number: u64,
    /// When it was answered, by the organization's clock.
    pub time: Timestamp,
    /// The answer's `request-id`, where it had one.
    pub request_id: Option<String>,
    /// The operation, where a route was found.
    pub operation: Option<Operation>,
    /// The method.
    pub method: Cow<'static, str>,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The invite that the path names.
    pub invite_id: Option<String>,
    /// The credential: its prefix and its last four characters.
    pub credential: Option<String>,
    /// `anthropic-version`, as it was sent.
    pub version: Option<Cow<'static, str>>,
    /// `user-agent`, as it was sent.
    pub user_agent: Option<String>,
    /// The answer's status; null where the connection was dropped instead.
    pub status: Option<u16>,
    /// `error.type`.
    pub error_type: Option<&'static str>,
    /// The slug of `x-mock-reason`.
    pub reason: Option<&'static str>,
    /// What the fault that struck it did.
    pub fault: Option<String>,
    /// How long the answer took.
    pub duration_ms: f64,
    /// The beginning of a create's body.
    pub body: Option<String>,
}

/// Which entries to show.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Only this operation.
    pub operation: Option<Operation>,
    /// Only this status.
    pub status: Option<u16>,
    /// Only this invite.
    pub invite_id: Option<String>,
}

impl JournalFilter {
    fn fits(&self, entry: &JournalEntry) -> bool {
        self.operation.is_none_or(|operation| entry.operation == Some(operation))
            && self.status.is_none_or(|status| entry.status == Some(status))
            && self.invite_id.as_ref().is_none_or(|id| entry.invite_id.as_ref() == Some(id))
    }
}

/// The last entries; the oldest go first.
#[derive(Debug)]
pub(crate) struct Journal {
    most: usize,
    /// Shared, so that whoever reads them copies none while the lock is held.
    entries: Mutex<VecDeque<Arc<JournalEntry>>>,
}

impl Journal {
    pub(crate) fn new(most: usize) -> Self {
        Journal { most, entries: Mutex::default() }
    }

    pub(crate) fn add(&self, entry: JournalEntry) {
        let entry = Arc::new(entry);
        let mut entries = self.entries();
        // Dropped after the lock, since it is made of many parts.
        let _oldest = if entries.len() >= self.most { entries.pop_front() } else { None };
        if self.most > 0 {
            entries.push_back(entry);
        }
        drop(entries);
    }

    /// Oldest first.
    pub(crate) fn read(&self, filter: &JournalFilter) -> Vec<JournalEntry> {
        let mut entries = Vec::from(self.entries().clone());
        // Of requests that were answered at one moment the later one may have come here first.
        entries.sort_by_key(|entry| entry.number);
        entries.iter().filter(|entry| filter.fits(entry)).map(|entry| (**entry).clone()).collect()
    }

    /// Takes all entries out, to be dropped when no lock is held any longer.
    #[must_use]
    pub(crate) fn clear(&self) -> impl Sized {
        std::mem::take(&mut *self.entries())
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Arc<JournalEntry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
