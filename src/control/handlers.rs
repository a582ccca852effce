//! The control routes' handlers. Each only spells what a method of the world or of an organization does.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request, rejection::PathRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::value::StrDeserializer};
use serde_json::{Value, json};
use tokio::{task::spawn_blocking, time::timeout};

use super::ControlError;
use crate::{
    credential::{Credential, NoCredential},
    world::{
        Clock, Fault, Invite, JournalFilter, Moment, Organization, PlannedFault, Refusal, World,
        fault_document,
    },
};

/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(60);

/// What a call is about.
pub(super) enum Scope {
    /// It carries a credential: that key's organization, whatever the key's state.
    One(Arc<Organization>),
    /// It carries none: the whole world.
    All(World),
}

impl FromRequestParts<World> for Scope {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, world: &World) -> Result<Self, ControlError> {
        let refused = |message| Err(ControlError::new(StatusCode::UNAUTHORIZED, "key-unknown", message));
        match Credential::of(&parts.headers) {
            Ok(credential) => match world.organization_of(credential.secret()) {
                Some(organization) => Ok(Scope::One(organization)),
                None => refused("the credential belongs to no organization of this world"),
            },
            Err(NoCredential::NotBearer) => refused("Authorization has to be: Bearer <key>"),
            Err(NoCredential::Missing) => Ok(Scope::All(world.clone())),
        }
    }
}

/// A body, which has to arrive within a minute and be UTF-8.
pub(super) struct Text(String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = ControlError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ControlError> {
        let refused = |status, message| ControlError::new(status, "body-unreadable", message);
        match timeout(BODY_TIME, String::from_request(request, state)).await {
            Ok(Ok(body)) => Ok(Text(body)),
            Ok(Err(rejection)) => Err(refused(rejection.status(), rejection.body_text())),
            Err(_) => {
                Err(refused(StatusCode::REQUEST_TIMEOUT, "the body did not arrive within a minute".into()))
            }
        }
    }
}

/// `GET /_mock/health`: the world is seeded and the server listens, or nobody would answer.
pub(super) async fn health() -> Json<Value> {
    ok()
}

/// Does what takes its time in a large world beside the requests of the program under test, which go on.
async fn aside<T: IntoResponse>(work: impl FnOnce() -> T + Send + 'static) -> Response {
    let failed = |_| {
        let message = "the mock has failed; its log says why";
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_response()
    };
    spawn_blocking(|| work().into_response()).await.unwrap_or_else(failed)
}

/// `POST /_mock/reset`
pub(super) async fn reset(scope: Scope) -> Response {
    aside(move || {
        match scope {
            Scope::One(organization) => organization.reset(),
            Scope::All(world) => world.reset(),
        }
        ok()
    })
    .await
}

/// `GET /_mock/state`
pub(super) async fn state(scope: Scope) -> Response {
    aside(move || {
        Json(match scope {
            Scope::One(organization) => organization.state_document(),
            Scope::All(world) => world.state(),
        })
    })
    .await
}

/// `PUT /_mock/state`
pub(super) async fn put_state(scope: Scope, Text(body): Text) -> Response {
    aside(move || {
        let put = match scope {
            Scope::One(organization) => organization.put_state(&body),
            Scope::All(world) => world.put_state(&body),
        };
        put.map(|()| ok()).map_err(ControlError::from)
    })
    .await
}

/// `POST /_mock/invites/{invite_id}/accept`: without a credential, in the one organization that has the invite.
pub(super) async fn accept(
    scope: Scope,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Invite>, ControlError> {
    let not_found = |id: &str| {
        ControlError::new(StatusCode::NOT_FOUND, "invite-unknown", format!("there is no invite `{id}`"))
    };
    let conflict = |reason, message| ControlError::new(StatusCode::CONFLICT, reason, message);
    let Ok(Path(id)) = id else { return Err(not_found("(not UTF-8)")) };
    let organization = match scope {
        Scope::One(organization) => organization,
        Scope::All(world) => {
            let mut having = world.organizations();
            having.retain(|organization| organization.invite(&id).is_some());
            if having.len() > 1 {
                let message = "several organizations have this invite; send the key of one of them";
                return Err(conflict("organization-ambiguous", message));
            }
            having.pop().ok_or_else(|| not_found(&id))?
        }
    };
    organization.accept_invite(&id).map(Json).map_err(|refusal| match refusal {
        Refusal::Unknown | Refusal::Deleted => not_found(&id),
        Refusal::Accepted => conflict("invite-accepted", "the invite has been accepted before"),
        Refusal::Expired => conflict("invite-expired", "the invite has expired"),
    })
}

/// `GET /_mock/clock`
pub(super) async fn clock(scope: Scope) -> Json<Value> {
    clock_of(&scope)
}

fn clock_of(scope: &Scope) -> Json<Value> {
    let clock = match scope {
        Scope::One(organization) => organization.clock(),
        Scope::All(world) => world.clock(),
    };
    Json(json!({"now": clock.now(), "clock": clock.written()}))
}

/// `PUT /_mock/clock`
pub(super) async fn put_clock(scope: Scope, body: Text) -> Result<Json<Value>, ControlError> {
    let Text(body) = body;
    let fields: Value = serde_json::from_str(&body)
        .map_err(|error| ControlError::field("", format!("the body is not JSON: {error}")))?;
    let expected = "expected exactly one of \"advance\": \"22d\", \"now\": \"2026-01-01T00:00:00Z\" and \"system\": true";
    let Some((name, value)) =
        fields.as_object().filter(|fields| fields.len() == 1).and_then(|f| f.iter().next())
    else {
        return Err(ControlError::field("", expected));
    };
    let text = value.as_str().unwrap_or_default();
    match name.as_str() {
        "advance" => {
            let signed = if text.starts_with(['+', '-']) { text.to_owned() } else { format!("+{text}") };
            let Ok(Moment::Offset(by)) = signed.parse() else {
                let message = "expected a duration such as \"22d\" or \"-1h\" (units: w d h m s ms)";
                return Err(ControlError::field("advance", message));
            };
            match &scope {
                Scope::One(organization) => organization.advance_clock(by),
                Scope::All(world) => world.advance_clock(by),
            }
        }
        "now" => {
            let Ok(at @ Moment::At(_)) = text.parse() else {
                let message = "expected an RFC 3339 time such as \"2026-01-01T00:00:00Z\"";
                return Err(ControlError::field("now", message));
            };
            set_clock(&scope, at.into());
        }
        "system" if *value == Value::Bool(true) => set_clock(&scope, Clock::System),
        "system" => return Err(ControlError::field("system", "expected true")),
        other => return Err(ControlError::field(other, expected)),
    }
    Ok(clock_of(&scope))
}

fn set_clock(scope: &Scope, clock: Clock) {
    match scope {
        Scope::One(organization) => organization.set_clock(clock),
        Scope::All(world) => world.set_clock(clock),
    }
}

/// `GET /_mock/faults`
pub(super) async fn faults(scope: Scope) -> Response {
    aside(move || faults_of(&scope)).await
}

fn faults_of(scope: &Scope) -> Json<Value> {
    let planned = match scope {
        Scope::One(organization) => organization.faults(),
        Scope::All(world) => world.faults(),
    };
    let shown = |planned: PlannedFault| {
        let mut document = fault_document(&planned.fault);
        document["hits"] = planned.hits.into();
        document
    };
    Json(json!({"faults": planned.into_iter().map(shown).collect::<Vec<_>>()}))
}

/// `POST /_mock/faults`
pub(super) async fn plan_faults(scope: Scope, Text(body): Text) -> Response {
    aside(move || {
        let plans = Fault::parse(&body)?;
        match &scope {
            Scope::One(organization) => organization.plan_faults(plans)?,
            Scope::All(world) => world.plan_faults(&plans)?,
        }
        Ok::<_, ControlError>(faults_of(&scope))
    })
    .await
}

/// `DELETE /_mock/faults`
pub(super) async fn clear_faults(scope: Scope) -> Response {
    aside(move || {
        match &scope {
            Scope::One(organization) => organization.clear_faults(),
            Scope::All(world) => world.clear_faults(),
        }
        faults_of(&scope)
    })
    .await
}

/// `GET /_mock/requests`
pub(super) async fn requests(scope: Scope, RawQuery(query): RawQuery) -> Result<Response, ControlError> {
    let mut filter = JournalFilter::default();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "operation" => {
                let operation =
                    Deserialize::deserialize(StrDeserializer::<serde::de::value::Error>::new(&value));
                let operation =
                    operation.map_err(|error| ControlError::field("operation", error.to_string()))?;
                filter.operation = Some(operation);
            }
            "status" => {
                let message = "expected a status such as 404";
                let status = value.parse().map_err(|_| ControlError::field("status", message))?;
                filter.status = Some(status);
            }
            "invite_id" => filter.invite_id = Some(value.into_owned()),
            other => {
                let message = "unknown filter; expected operation, status or invite_id";
                return Err(ControlError::field(other, message));
            }
        }
    }
    let shown = aside(move || {
        let entries = match scope {
            Scope::One(organization) => organization.requests(&filter),
            Scope::All(world) => world.requests(&filter),
        };
        Json(json!({ "requests": entries }))
    });
    Ok(shown.await)
}

/// `DELETE /_mock/requests`
pub(super) async fn clear_requests(scope: Scope) -> Response {
    aside(move || {
        match scope {
            Scope::One(organization) => organization.clear_requests(),
            Scope::All(world) => world.clear_requests(),
        }
        Json(json!({"requests": []}))
    })
    .await
}

fn ok() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
