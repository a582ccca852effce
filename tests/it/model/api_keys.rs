//! API keys in the model: whether one has expired is found by a look at the clock.

use anthropic_admin_mock::{
    Actor, ApiKey, ApiKeyChange, ApiKeyFilter, ApiKeyRefusal as Refusal, ApiKeyStatus, Organization,
};
use proptest::{option, prelude::*, sample::select};

use super::{
    Model, at,
    compare::{both, pages},
    page::{AnySide, EVERYTHING, Side, newest_first, page, sides},
    pick,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub id: String,
    pub name: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    /// Without a look at the clock.
    pub status: ApiKeyStatus,
    pub created_by: Option<Named>,
    pub principal: Option<Named>,
    pub workspace: Option<String>,
}

/// What a key names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    User(String),
    ServiceAccount(String),
}

impl Named {
    pub fn is_user(&self, id: &str) -> bool {
        matches!(self, Named::User(user) if user == id)
    }

    fn id(&self) -> &str {
        let (Named::User(id) | Named::ServiceAccount(id)) = self;
        id
    }

    fn is(&self, actor: &Actor) -> bool {
        match (self, actor) {
            (Named::User(id), Actor::User(shown)) => **id == **shown,
            (Named::ServiceAccount(id), Actor::ServiceAccount(shown)) => **id == **shown,
            _ => false,
        }
    }
}

impl Model {
    pub fn place_of_key(&self, id: &str) -> Option<usize> {
        self.api_keys.iter().position(|key| key.id == id)
    }

    pub fn key_status(&self, key: &Kept) -> ApiKeyStatus {
        match key.status {
            ApiKeyStatus::Archived => ApiKeyStatus::Archived,
            _ if key.expires_at.is_some_and(|end| self.now >= end) => ApiKeyStatus::Expired,
            status => status,
        }
    }

    pub fn update_key(&mut self, id: &str, change: &ApiKeyChange) -> Result<usize, Vec<Refusal>> {
        if change.status == Some(ApiKeyStatus::Expired) {
            return Err(vec![Refusal::StatusNotAssignable]);
        }
        let place = self.place_of_key(id).ok_or(vec![Refusal::Unknown])?;
        let status = self.key_status(&self.api_keys[place]);
        let key = &mut self.api_keys[place];
        let after = Kept {
            name: change.name.clone().unwrap_or(key.name.clone()),
            status: change.status.unwrap_or(key.status),
            ..key.clone()
        };
        match status {
            ApiKeyStatus::Archived if after != *key => return Err(vec![Refusal::Archived]),
            ApiKeyStatus::Expired if change.status == Some(ApiKeyStatus::Active) => {
                return Err(vec![Refusal::Expired]);
            }
            _ => *key = after,
        }
        Ok(place)
    }

    pub fn list_keys(&self, filter: &ApiKeyFilter, side: &Side) -> Option<(Vec<usize>, bool)> {
        let keep = |place: usize| {
            let key = &self.api_keys[place];
            let maker = key.created_by.as_ref().map(Named::id);
            filter.status.is_none_or(|status| status == self.key_status(key))
                && (filter.workspace_id.is_none() || filter.workspace_id == key.workspace)
                && (filter.created_by.is_none() || filter.created_by.as_deref() == maker)
        };
        let newest = newest_first(self.api_keys.iter().map(|key| key.created_at));
        page(&newest, |place| &self.api_keys[place].id, keep, side)
    }

    fn shows_key(&self, place: usize, key: &ApiKey) {
        let kept = &self.api_keys[place];
        let shown = (&*key.id, &*key.name, key.status, key.workspace_id.as_deref());
        assert_eq!(shown, (&*kept.id, &*kept.name, self.key_status(kept), kept.workspace.as_deref()));
        assert_eq!((key.created_at, key.expires_at), (at(kept.created_at), kept.expires_at.map(at)));
        for (named, actor) in [(&kept.created_by, &key.created_by), (&kept.principal, &key.principal)] {
            assert_eq!(named.is_some(), actor.is_some());
            assert!(named.iter().zip(actor).all(|(named, actor)| named.is(actor)), "{named:?} {actor:?}");
        }
        let default = self.workspaces.iter().find(|workspace| workspace.is_default).map(|kept| &*kept.id);
        assert_eq!(
            key.is_in_default_workspace,
            kept.workspace.is_some() && kept.workspace.as_deref() == default
        );
    }

    fn any_key(&self, choice: usize) -> String {
        let ids: Vec<_> = self.api_keys.iter().map(|key| &*key.id).collect();
        pick(&ids, choice).to_owned()
    }
}

pub fn are_the_same(organization: &Organization, model: &Model) {
    let filter = ApiKeyFilter::default();
    let page = organization.list_api_keys(&filter, &EVERYTHING.paging());
    pages(page, model.list_keys(&filter, &EVERYTHING), |place, key| model.shows_key(place, key));
}

#[derive(Clone, Debug)]
pub enum Step {
    Update(usize, ApiKeyChange),
    Retrieve(usize),
    List { status: Option<ApiKeyStatus>, workspace: Option<usize>, maker: Option<usize>, side: AnySide },
}

pub fn steps() -> impl Strategy<Value = Step> {
    let statuses = || {
        select(vec![
            ApiKeyStatus::Active,
            ApiKeyStatus::Active,
            ApiKeyStatus::Inactive,
            ApiKeyStatus::Archived,
            ApiKeyStatus::Expired,
        ])
    };
    let names = option::weighted(0.3, select(vec!["key", "ci"]).prop_map(str::to_owned));
    let change =
        (names, option::weighted(0.8, statuses())).prop_map(|(name, status)| ApiKeyChange { name, status });
    let filters = (
        option::of(statuses()),
        option::weighted(0.3, any::<usize>()),
        option::weighted(0.3, any::<usize>()),
    );
    prop_oneof![
        5 => (any::<usize>(), change).prop_map(|(key, change)| Step::Update(key, change)),
        1 => any::<usize>().prop_map(Step::Retrieve),
        4 => (filters, sides())
            .prop_map(|((status, workspace, maker), side)| Step::List { status, workspace, maker, side }),
    ]
}

pub fn take(organization: &Organization, model: &mut Model, step: &Step) {
    match step {
        Step::Update(key, change) => {
            let id = model.any_key(*key);
            let updated = organization.update_api_key(&id, change.clone());
            if let Some((shown, place)) = both(updated, model.update_key(&id, change)) {
                model.shows_key(place, &shown);
            }
        }
        Step::Retrieve(key) => {
            let id = model.any_key(*key);
            let (shown, place) = (organization.api_key(&id), model.place_of_key(&id));
            assert_eq!(shown.is_some(), place.is_some());
            place.into_iter().zip(&shown).for_each(|(place, shown)| model.shows_key(place, shown));
        }
        Step::List { status, workspace, maker, side } => {
            let makers: Vec<_> =
                model.api_keys.iter().filter_map(|key| key.created_by.as_ref()).map(Named::id).collect();
            let filter = ApiKeyFilter {
                status: *status,
                workspace_id: workspace.map(|choice| model.any_workspace(choice)),
                created_by: maker.map(|choice| pick(&makers, choice).into()),
            };
            let ids: Vec<_> = model.api_keys.iter().map(|key| &*key.id).collect();
            let side = side.among(&ids);
            let page = organization.list_api_keys(&filter, &side.paging());
            pages(page, model.list_keys(&filter, &side), |place, key| model.shows_key(place, key));
        }
    }
}
