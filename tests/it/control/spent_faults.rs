//! Faults that have struck as often as they should: listed while there is room, and in no other's way.

use anthropic_admin_mock::{Fault, World};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_spent_fault_is_listed_until_a_new_one_needs_its_place() {
    let server = default_server().await;
    let key = new_key();
    let fault = |times: Value| json!({"operation": "invites.list", "delay": "0ms", "times": times});
    plan(&server, &key, json!([fault(json!(1)), fault(json!(2)), fault(json!(3))]));
    for _ in 0..3 {
        Call::list_invites("", &key).send(server.address()).good();
    }
    plan(&server, &key, json!(vec![fault(json!("always")); 997]));
    let listed = || {
        let planned = get(&server, "faults", &key)["faults"].clone();
        let planned = planned.as_array().unwrap().iter();
        planned.map(|fault| (fault["times"].clone(), fault["hits"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(listed().len(), 1000);
    assert_eq!(listed()[..3], [(json!(1), json!(1)), (json!(2), json!(2)), (json!(3), json!(0))]);

    plan(&server, &key, fault(json!(4)));
    assert_eq!(listed().len(), 1000);
    assert_eq!(listed()[..2], [(json!(2), json!(2)), (json!(3), json!(0))], "the oldest spent one is gone");
    assert_eq!(listed()[999], (json!(4), json!(0)));

    // Two are too many, and then the spent one stays as well.
    let over = control(&server, "POST", "faults", &key, json!([fault(json!(5)), fault(json!(6))]));
    assert!(over.control_refused(400, "input-invalid").message().contains("1000"), "{over:?}");
    assert_eq!(listed()[0], (json!(2), json!(2)));
    plan(&server, &key, fault(json!(5)));
    assert_eq!(listed()[0], (json!(3), json!(0)));
}

#[tokio::test]
async fn a_long_run_plans_as_many_faults_as_it_needs_one_after_the_other() {
    let server = default_server().await;
    let key = new_key();
    let world: &World = server.world();
    let organization = world.organization(&key).unwrap();
    let once = Fault::parse(r#"{"operation": "invites.delete", "error": "api_error"}"#).unwrap();
    for _ in 0..1200 {
        organization.plan_faults(&once).unwrap();
        delete(&server, &key).refused(500, "api_error", "fault");
    }
    // Planned for all, the organization's spent ones make room as well.
    world.plan_faults(&once).unwrap();
    delete(&server, &key).refused(500, "api_error", "fault");
    assert_eq!(organization.faults().len(), 1000);
}
