//! `GET /_mock/organizations`: every organization, and what it holds.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::world::World;

pub(super) async fn get(State(world): State<World>) -> Json<Value> {
    let keys = world.shown_keys();
    let shown = world.organizations().into_iter().map(|organization| {
        let clock = organization.clock();
        json!({
            "id": organization.id(),
            "name": organization.name(),
            "type": organization.kind(),
            "keys": keys.get(organization.id()),
            "now": clock.now(),
            "clock": clock.written(),
            "counts": organization.counts(),
        })
    });
    Json(json!({ "organizations": shown.collect::<Vec<_>>() }))
}
