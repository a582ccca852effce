//! Where data stays and where inference runs: the rules of `data_residency` in create and in update.

use serde_json::{Value, json};

use super::{WORLD, full};
use crate::harness::*;

const NOT_ALLOWED: &str = "data_residency.default_inference_geo: must be one of allowed_inference_geos";

#[tokio::test]
async fn a_new_workspace_merges_what_is_given_with_the_defaults_and_the_result_must_hold() {
    let server = server(WORLD).await;
    let create = |residency: Value| {
        let body = json!({"name": "x", "data_residency": residency});
        Call::post(WORKSPACES, &body, "console").send(server.address())
    };
    for (given, allowed, default) in [
        (json!({}), json!("unrestricted"), "global"),
        (json!({"workspace_geo": "us"}), json!("unrestricted"), "global"),
        (json!({"default_inference_geo": "us"}), json!("unrestricted"), "us"),
        (
            json!({"allowed_inference_geos": "unrestricted", "default_inference_geo": "us"}),
            json!("unrestricted"),
            "us",
        ),
        (json!({"allowed_inference_geos": ["global"]}), json!(["global"]), "global"),
        (json!({"allowed_inference_geos": ["us", "global"]}), json!(["us", "global"]), "global"),
        (json!({"allowed_inference_geos": ["us"], "default_inference_geo": "us"}), json!(["us"]), "us"),
    ] {
        let made = create(given.clone()).good();
        let expected = json!({"workspace_geo": "us", "allowed_inference_geos": allowed, "default_inference_geo": default});
        assert_eq!(made["data_residency"], expected, "{given}");
    }
    // The default counts also where it was left out.
    for given in [
        json!({"allowed_inference_geos": ["us"]}),
        json!({"allowed_inference_geos": []}),
        json!({"allowed_inference_geos": ["global"], "default_inference_geo": "us"}),
    ] {
        create(given).bad_input(NOT_ALLOWED);
    }
}

#[tokio::test]
async fn a_geo_that_there_is_not_is_a_400_that_names_the_choices() {
    let server = server(WORLD).await;
    let choices = "data_residency.allowed_inference_geos: Input should be 'us' or 'global'";
    for (residency, message) in [
        (json!("us"), "data_residency: Input should be a valid dictionary"),
        (json!({"workspace_geo": "eu"}), "data_residency.workspace_geo: Input should be 'us'"),
        (
            json!({"default_inference_geo": "eu"}),
            "data_residency.default_inference_geo: Input should be 'us' or 'global'",
        ),
        (
            json!({"default_inference_geo": "unrestricted"}),
            "data_residency.default_inference_geo: Input should be 'us' or 'global'",
        ),
        (json!({"allowed_inference_geos": ["us", "eu"]}), choices),
        (json!({"allowed_inference_geos": ["unrestricted"]}), choices),
        (
            json!({"allowed_inference_geos": [7]}),
            "data_residency.allowed_inference_geos: Input should be a valid string",
        ),
        (
            json!({"allowed_inference_geos": "us"}),
            "data_residency.allowed_inference_geos: Input should be 'unrestricted' or a valid list",
        ),
        (
            json!({"allowed_inference_geos": 7}),
            "data_residency.allowed_inference_geos: Input should be a valid list",
        ),
        (json!({"region": "us"}), "data_residency.region: Extra inputs are not permitted"),
    ] {
        let body = json!({"name": "x", "data_residency": residency});
        Call::post(WORKSPACES, &body, "console").send(server.address()).bad_input(message);
    }
}

#[tokio::test]
async fn an_update_merges_field_by_field_and_the_result_must_hold() {
    let server = server(WORLD).await;
    let update = |residency: Value| {
        let body = json!({ "data_residency": residency });
        Call::post(&workspace("full"), &body, "console").send(server.address())
    };
    for (given, allowed, default) in [
        (json!({}), json!(["us"]), "us"),
        (json!(null), json!(["us"]), "us"),
        (json!({"allowed_inference_geos": null, "default_inference_geo": null}), json!(["us"]), "us"),
        (json!({"allowed_inference_geos": ["us", "global"]}), json!(["us", "global"]), "us"),
        (json!({"default_inference_geo": "global"}), json!(["us", "global"]), "global"),
        (json!({"allowed_inference_geos": "unrestricted"}), json!("unrestricted"), "global"),
        (json!({"allowed_inference_geos": ["us"], "default_inference_geo": "us"}), json!(["us"]), "us"),
    ] {
        let changed = update(given.clone()).good();
        let expected = json!({"workspace_geo": "us", "allowed_inference_geos": allowed, "default_inference_geo": default});
        assert_eq!(changed["data_residency"], expected, "{given}");
    }
    for given in [
        json!({"default_inference_geo": "global"}),
        json!({"allowed_inference_geos": ["global"]}),
        json!({"allowed_inference_geos": []}),
    ] {
        update(given).bad_input(NOT_ALLOWED);
    }
    // The geo of a workspace itself is chosen when it is made.
    for geo in [json!("us"), json!(null)] {
        update(json!({ "workspace_geo": geo }))
            .bad_input("data_residency.workspace_geo: Extra inputs are not permitted");
    }
    assert_eq!(Call::get(&workspace("full"), "console").send(server.address()).good(), full());
}
