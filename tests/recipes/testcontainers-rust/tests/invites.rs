//! The mock in a container that the test starts itself and that goes when it is dropped.

use testcontainers::{
    GenericImage,
    core::{IntoContainerPort, WaitFor},
    runners::SyncRunner,
};

#[test]
fn an_invite_is_deleted_once() {
    let mock = GenericImage::new("anthropic-admin-mock", "latest")
        .with_exposed_port(4010.tcp())
        .with_wait_for(WaitFor::healthcheck())
        .start()
        .unwrap();
    let (host, port) = (mock.get_host().unwrap(), mock.get_host_port_ipv4(4010).unwrap());
    let url = format!("http://{host}:{port}/v1/organizations/invites/invite_015gWxCN9Hfg2QhZwTK7Mdeu");

    let (status, answer) = delete(&url);
    assert_eq!((status, &answer["type"]), (200, &"invite_deleted".into()));

    let (status, answer) = delete(&url);
    assert_eq!((status, &answer["error"]["type"]), (404, &"not_found_error".into()));
}

fn delete(url: &str) -> (u16, serde_json::Value) {
    let mut answer = ureq::delete(url)
        .header("x-api-key", "sk-ant-admin01-testcontainers")
        .header("anthropic-version", "2023-06-01")
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}
