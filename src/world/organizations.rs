//! The organizations that there are at one time, and the keys to them. A new key makes one.

use std::{
    collections::HashSet,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;

use super::{
    access::{Denial, Key, KeyState, Scopes},
    fixture::Fixture,
    ids::Ids,
    journal::Journal,
    keys::{KeyDigest, KeyKind},
    organization::{Common, Organization, Seed},
};

/// How many requests a journal keeps unless asked otherwise.
const JOURNAL: usize = 1000;

/// How many organizations one world holds; the next new key is refused.
const MOST_ORGANIZATIONS: usize = 10_000;

/// All organizations, until a reset or a new state puts others in their place.
#[derive(Debug)]
pub(super) struct Organizations {
    common: Common,
    /// Takes any non-empty credential for an admin key.
    any_key: bool,
    /// What each good key that nothing pins gets its own copy of; without one such keys are refused.
    /// Whoever makes an organization holds it, so that a clock that is set for all reaches all.
    pub(super) template: RwLock<Option<Seed>>,
    /// The same as the fixture has it, which is what a reset brings back.
    beginning: Option<Seed>,
    /// The organizations of the fixture, with or without keys.
    pub(super) pinned: Vec<Arc<Organization>>,
    pub(super) keys: DashMap<KeyDigest, Key, RandomState>,
    /// How many organizations there are. Kept beside the map because several keys may share one.
    count: AtomicUsize,
    /// What was asked without ever reaching an organization. It stands here so that a reset takes it
    /// away together with the organizations' own.
    pub(super) journal: Arc<Journal>,
}

impl Organizations {
    pub(super) fn new(fixture: Fixture) -> Self {
        let Fixture { settings, template, organizations } = fixture;
        let common = Common {
            id_seed: settings.seed,
            rate_limit: settings.rate_limit,
            journal: settings.journal.unwrap_or(JOURNAL),
            now: settings.now,
        };
        let (keys, mut all) = (DashMap::default(), Vec::new());
        for (index, pinned) in organizations.into_iter().enumerate() {
            let id = pinned.id.unwrap_or_else(|| {
                Ids::new(common.id_seed, format!("pinned organization {index}").as_bytes()).uuid().into()
            });
            let organization = Arc::new(Organization::new(id, pinned.seed, common));
            for key in pinned.keys {
                let (state, scopes) = (key.state, key.scopes);
                keys.insert(key.digest, Key { organization: organization.clone(), state, scopes });
            }
            all.push(organization);
        }
        let (count, journal) = (AtomicUsize::new(all.len()), Arc::new(Journal::new(common.journal)));
        Organizations {
            common,
            any_key: settings.any_key,
            beginning: template.clone(),
            template: RwLock::new(template),
            pinned: all,
            keys,
            count,
            journal,
        }
    }

    /// The key that a credential is; made if it is good and new. `None` for an inference key.
    pub(super) fn key(&self, secret: &[u8]) -> Result<Option<Key>, Denial> {
        let digest = KeyDigest::of(secret);
        if let Some(key) = self.keys.get(&digest) {
            return Ok(Some(key.clone()));
        }
        let template = read(&self.template);
        match KeyKind::of(secret) {
            _ if self.any_key && !secret.is_empty() => {}
            KeyKind::Admin => {}
            KeyKind::Inference if template.is_some() => return Ok(None),
            KeyKind::Inference | KeyKind::Other => return Err(Denial::Unknown),
            KeyKind::Malformed => return Err(Denial::Malformed),
        }
        let seed = template.as_ref().ok_or(Denial::Unknown)?;
        match self.keys.entry(digest) {
            Entry::Occupied(made_meanwhile) => Ok(Some(made_meanwhile.get().clone())),
            Entry::Vacant(place) => {
                self.count
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                        (count < MOST_ORGANIZATIONS).then_some(count + 1)
                    })
                    .map_err(|_| Denial::Full)?;
                let id = Ids::new(self.common.id_seed, digest.bytes()).uuid();
                let beginning = self.beginning.clone().unwrap_or_default();
                let organization = Organization::new(id, beginning, self.common);
                organization.begin_with(seed);
                let organization = Arc::new(organization);
                let key = Key { organization, state: KeyState::Active, scopes: Scopes::All };
                Ok(Some(place.insert(key).clone()))
            }
        }
    }

    /// All of them, those of the fixture first, the others by their ids.
    pub(super) fn all(&self) -> Vec<Arc<Organization>> {
        let pinned: HashSet<_> = self.pinned.iter().map(Arc::as_ptr).collect();
        let mut made: Vec<_> = self.keys.iter().map(|key| key.organization.clone()).collect();
        made.retain(|organization| !pinned.contains(&Arc::as_ptr(organization)));
        made.sort_by(|a, b| a.id().cmp(b.id()));
        self.pinned.iter().cloned().chain(made).collect()
    }
}

pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    // Whatever is written is written in one step.
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
