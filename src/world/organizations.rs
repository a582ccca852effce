//! The organizations that there are, and the keys to them. A good new key makes one; the one unused longest is forgotten.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;

use super::{
    access::{Denial, Key, KeyState, Scopes},
    fixture::{Document, Fixture, KeyEntry},
    ids::Ids,
    journal::Journal,
    keys::{KeyDigest, KeyKind, RedactedKey},
    organization::{Organization, OrganizationSettings},
    seed::Seed,
};

/// How many requests a journal keeps unless asked otherwise.
const JOURNAL: usize = 1000;

/// How many organizations that nothing pins are kept.
const MOST_UNPINNED: usize = 10_000;

/// All organizations, until a reset or a new state puts others in their place.
#[derive(Debug)]
pub(super) struct Organizations {
    settings: OrganizationSettings,
    /// Takes any non-empty credential for an admin key.
    any_key: bool,
    /// What each good key that nothing pins gets its own copy of; without one such keys are refused. Held while an
    /// organization is made, so that a clock which is set for all reaches all.
    pub(super) template: RwLock<Option<Seed>>,
    /// The same as the fixture has it, which is what a reset brings back.
    original_template: Option<Seed>,
    /// The organizations of the fixture, with or without keys.
    pub(super) pinned: Vec<Arc<Organization>>,
    keys: DashMap<KeyDigest, Key, RandomState>,
    /// How many of the keys are not pinned; each has an organization of its own.
    unpinned: AtomicUsize,
    /// Counts the uses of keys, so that the organization unused longest can be found.
    uses: AtomicU64,
    forgetting: Mutex<()>,
    /// What was asked without ever reaching an organization. It is here so that a reset takes it away together with the
    /// organizations' own.
    pub(super) journal: Journal,
}

impl Organizations {
    pub(super) fn new(fixture: Fixture) -> Self {
        let Fixture { settings, template, organizations, .. } = fixture;
        let any_key = settings.any_key;
        let settings = OrganizationSettings {
            id_seed: settings.seed,
            rate_limit: settings.rate_limit,
            journal: settings.journal.unwrap_or(JOURNAL),
            now: settings.now,
        };
        let (keys, mut all) = (DashMap::default(), Vec::new());
        for (index, pinned) in organizations.into_iter().enumerate() {
            let id = pinned.id.unwrap_or_else(|| {
                Ids::new(settings.id_seed, format!("pinned organization {index}").as_bytes()).uuid().into()
            });
            let organization = Organization::new(id, &pinned.seed, pinned.seed.clone(), settings);
            let organization = Arc::new(organization);
            for key in pinned.keys {
                let (state, scopes) = (key.state, key.scopes);
                let (organization, pinned, shown) = (organization.clone(), true, key.shown);
                keys.insert(key.digest, Key { organization, state, scopes, pinned, shown });
            }
            all.push(organization);
        }
        Organizations {
            settings,
            any_key,
            original_template: template.clone(),
            template: RwLock::new(template),
            pinned: all,
            keys,
            unpinned: AtomicUsize::new(0),
            uses: AtomicU64::new(0),
            forgetting: Mutex::default(),
            journal: Journal::new(settings.journal),
        }
    }

    /// The key that a credential is; made if it is good and new. `None` for an inference key.
    pub(super) fn key(&self, secret: &[u8]) -> Result<Option<Key>, Denial> {
        let digest = KeyDigest::of(secret);
        let key = match self.keys.get(&digest) {
            Some(key) => key.clone(),
            None => match self.new_key(secret, digest)? {
                Some(key) => key,
                None => return Ok(None),
            },
        };
        key.organization.note_use(self.uses.fetch_add(1, Ordering::Relaxed));
        if self.unpinned.load(Ordering::Relaxed) > MOST_UNPINNED {
            self.forget_the_one_unused_longest();
        }
        Ok(Some(key))
    }

    fn new_key(&self, secret: &[u8], digest: KeyDigest) -> Result<Option<Key>, Denial> {
        let template = read(&self.template);
        match KeyKind::of(secret) {
            _ if self.any_key && !secret.is_empty() => {}
            KeyKind::Admin => {}
            KeyKind::Inference if template.is_some() => return Ok(None),
            KeyKind::Inference | KeyKind::Other => return Err(Denial::Unknown),
            KeyKind::Malformed => return Err(Denial::Malformed),
        }
        let seed = template.as_ref().ok_or(Denial::Unknown)?;
        // Made before the map is locked, because a large template takes a while. Of two threads that make the organization of
        // one key the second throws its own away.
        let id = Ids::new(self.settings.id_seed, digest.bytes()).uuid();
        let original = self.original_template.clone().unwrap_or_default();
        let organization = Organization::new(id, seed, original, self.settings);
        // Before it can be found, or it would count as never used and be the first to be forgotten.
        organization.note_use(self.uses.fetch_add(1, Ordering::Relaxed));
        match self.keys.entry(digest) {
            Entry::Occupied(made_meanwhile) => Ok(Some(made_meanwhile.get().clone())),
            Entry::Vacant(place) => {
                self.unpinned.fetch_add(1, Ordering::Relaxed);
                let organization = Arc::new(organization);
                let shown = RedactedKey::of(secret).to_string().into();
                let (state, scopes) = (KeyState::Active, Scopes::All);
                let key = Key { organization, state, scopes, pinned: false, shown };
                Ok(Some(place.insert(key).clone()))
            }
        }
    }

    fn forget_the_one_unused_longest(&self) {
        let _one_at_a_time = self.forgetting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.unpinned.load(Ordering::Relaxed) <= MOST_UNPINNED {
            return;
        }
        let unpinned = self.keys.iter().filter(|key| !key.pinned);
        let oldest = unpinned.min_by_key(|key| key.organization.last_used()).map(|key| *key.key());
        let Some((_, key)) = oldest.and_then(|digest| self.keys.remove(&digest)) else { return };
        self.unpinned.fetch_sub(1, Ordering::Relaxed);
        tracing::warn!(
            organization = key.organization.id(),
            "more than {MOST_UNPINNED} keys: the organization unused longest is forgotten; its key begins anew"
        );
    }

    /// The whole world as a document.
    pub(super) fn document(&self) -> Document {
        let mut document = read(&self.template).as_ref().map(|seed| seed.document()).unwrap_or_default();
        // One walk, so that an organization that comes meanwhile is there with its key or not at all.
        let mut made: HashMap<_, (Arc<Organization>, Vec<KeyEntry>)> = HashMap::new();
        for key in &self.keys {
            let entry = made.entry(Arc::as_ptr(&key.organization));
            entry.or_insert_with(|| (key.organization.clone(), Vec::new())).1.push(key.document(key.key()));
        }
        let pinned = self.pinned.iter().map(|organization| {
            made.remove(&Arc::as_ptr(organization)).unwrap_or_else(|| (organization.clone(), Vec::new()))
        });
        let mut all: Vec<_> = pinned.collect();
        let mut others: Vec<_> = made.into_values().collect();
        others.sort_by(|(a, _), (b, _)| a.id().cmp(b.id()));
        all.extend(others);
        let entry = |(organization, mut keys): (Arc<Organization>, Vec<KeyEntry>)| {
            keys.sort_by(|a, b| a.key.text.cmp(&b.key.text));
            Document {
                id: Some(Arc::<str>::from(organization.id()).into()),
                keys: Some(keys.into_iter().collect()),
                ..organization.document()
            }
        };
        document.organizations = Some(all.into_iter().map(entry).collect());
        document
    }

    /// The keys of every organization as logs may show them.
    pub(super) fn shown_keys(&self) -> HashMap<String, Vec<Arc<str>>> {
        let mut shown: HashMap<_, Vec<_>> = HashMap::new();
        for key in &self.keys {
            shown.entry(key.organization.id().to_owned()).or_default().push(key.shown.clone());
        }
        shown.values_mut().for_each(|keys| keys.sort());
        shown
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
