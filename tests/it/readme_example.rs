//! The README's Rust test, as it stands there.

use anthropic_admin_mock::{InviteStatus, MockServer, World};

use crate::harness::Call;

/// "Your program."
fn revoke(url: &str, key: &str, id: &str) {
    let address = url.strip_prefix("http://").unwrap().parse().unwrap();
    Call::delete_invite(id, key).send(address).invite_deleted(id);
}

#[tokio::test]
async fn revoking_deletes_the_invite() {
    let server = MockServer::start(World::default()).await; // a free port; stops when dropped
    let (key, id) = ("sk-ant-admin01-test", "invite_015gWxCN9Hfg2QhZwTK7Mdeu");

    revoke(server.url(), key, id); // your program

    let organization = server.world().organization(key).unwrap();
    assert_eq!(organization.invite(id).unwrap().status, InviteStatus::Deleted);
}
