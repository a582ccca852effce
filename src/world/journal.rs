//! What was asked: a bounded record of requests.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::{
    operation::{Operation, PathIds},
    reason::Reason,
    time::Time,
};

/// One request and what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Counts all requests of a world, so that several journals can be put in one order.
    pub number: u64,
    /// The time of the answer, by the organization's clock.
    pub time: Time,
    /// The answer's `request-id`, where it had one.
    pub request_id: Option<String>,
    /// The id of the organization to which the credential belongs.
    pub organization: Option<String>,
    /// The operation, where a route was found.
    pub operation: Option<Operation>,
    /// The method.
    pub method: Cow<'static, str>,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The text after `?`, as it was sent.
    pub query: Option<String>,
    /// The ids that the path names.
    #[serde(flatten)]
    pub ids: PathIds,
    /// The beginning of a POST's body as it was sent, keys redacted.
    pub body: Option<String>,
    /// The credential: its prefix and its last four characters.
    pub credential: Option<String>,
    /// `anthropic-version`, as it was sent.
    pub version: Option<String>,
    /// `user-agent`, as it was sent.
    pub user_agent: Option<String>,
    /// `x-stainless-retry-count`: how many times the SDK had tried before.
    pub retry: Option<u32>,
    /// The answer's status; null where the connection was dropped instead.
    pub status: Option<u16>,
    /// `error.type`.
    pub error_type: Option<&'static str>,
    /// `error.message`.
    pub message: Option<String>,
    /// The word in `x-mock-reason`.
    pub reason: Option<Reason>,
    /// What the user may want to do about a refusal.
    pub hint: Option<Cow<'static, str>>,
    /// What the fault that struck it did.
    pub fault: Option<String>,
    /// How long the answer took.
    pub duration_ms: f64,
}

/// Which entries to show. Each field that is set narrows the answer.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Only this operation.
    pub operation: Option<Operation>,
    /// Only this status.
    pub status: Option<u16>,
    /// Only this reason.
    pub reason: Option<Reason>,
    /// Only entries with a greater number.
    pub after: Option<u64>,
    /// Only requests whose path names these ids, each under its parameter's name.
    pub ids: Vec<(String, String)>,
}

impl JournalFilter {
    fn fits(&self, entry: &JournalEntry) -> bool {
        self.operation.is_none_or(|operation| entry.operation == Some(operation))
            && self.status.is_none_or(|status| entry.status == Some(status))
            && self.reason.is_none_or(|reason| entry.reason == Some(reason))
            && self.after.is_none_or(|after| entry.number > after)
            && self.ids.iter().all(|(name, id)| entry.ids.get(name) == Some(id))
    }
}

/// The last entries; the oldest go first.
#[derive(Debug)]
pub(crate) struct Journal {
    most: usize,
    /// Each entry is shared, so that reading copies those alone which fit the filter, and after the lock.
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
        let mut found: Vec<_> = self.entries().iter().filter(|entry| filter.fits(entry)).cloned().collect();
        // Of requests that were answered at one moment the later one may have come here first.
        found.sort_by_key(|entry| entry.number);
        found.into_iter().map(Arc::unwrap_or_clone).collect()
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
