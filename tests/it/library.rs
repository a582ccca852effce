//! The mock as a value in a Rust program.

use std::{
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anthropic_admin_mock::{MockServer, World, router, serve};
use tokio::{net::TcpListener, sync::oneshot};
use tower::layer::layer_fn;

use crate::harness::*;

#[tokio::test]
async fn a_mock_server_listens_on_a_port_of_its_own_and_stops_when_dropped() {
    let (first, second) = (default_server().await, default_server().await);
    assert_ne!(first.address(), second.address());
    assert_eq!(first.url(), format!("http://{}", first.address()));
    let key = new_key();
    Call::delete(PENDING, &key).send(first.address()).deleted(PENDING);
    Call::delete(PENDING, &key).send(second.address()).deleted(PENDING);

    let address = first.address();
    drop(first);

    assert!(TcpStream::connect(address).is_err(), "the port is free again");
}

#[tokio::test]
async fn dropping_a_mock_server_waits_for_no_client() {
    let server = default_server().await;
    let mut hanging = connect(server.address());
    std::io::Write::write_all(&mut hanging, b"DELETE /v1/organ").unwrap();
    let started = std::time::Instant::now();

    drop(server);

    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_test_sees_and_changes_the_world_that_the_server_serves() {
    let server = default_server().await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();

    organization.delete_invite(PENDING).unwrap();

    let answer = Call::delete(PENDING, &key).send(server.address());
    answer.refused(404, "not_found_error", "invite-deleted");
    assert_eq!(answer.header("anthropic-organization-id"), Some(organization.id()));
}

#[tokio::test]
async fn serve_takes_a_bound_listener_and_ends_when_told_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, World::default(), async {
        let _ = stopped.await;
    }));
    let answer = tokio::task::spawn_blocking(move || Call::delete(PENDING, &new_key()).send(address));
    answer.await.unwrap().deleted(PENDING);

    drop(stop);

    server.await.unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn the_router_fits_into_an_axum_application() {
    let application = axum::Router::new()
        .route("/own", axum::routing::get(async || "own"))
        .fallback_service(router(World::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async { axum::serve(listener, application).await });

    let answer = tokio::task::spawn_blocking(move || Call::delete(PENDING, &new_key()).send(address));

    answer.await.unwrap().deleted(PENDING);
    server.abort();
}

#[tokio::test]
async fn a_layer_around_the_router_is_made_once_for_all_connections() {
    let made = Arc::new(AtomicUsize::new(0));
    let counted = made.clone();
    let layer = layer_fn(move |service: axum::routing::Route| {
        counted.fetch_add(1, Ordering::Relaxed);
        service
    });
    let application = router(World::default()).layer(layer);
    let once = made.load(Ordering::Relaxed);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async { axum::serve(listener, application).await });

    let answers = tokio::task::spawn_blocking(move || {
        [(); 3].map(|()| Call::delete(PENDING, &new_key()).send(address))
    });

    for answer in answers.await.unwrap() {
        answer.deleted(PENDING);
    }
    assert_eq!(made.load(Ordering::Relaxed), once);
    server.abort();
}

#[tokio::test]
async fn a_mock_server_answers_while_the_test_blocks_its_own_runtime() {
    // This test's runtime has one thread, and the client below blocks it.
    let server = MockServer::start(World::default()).await;
    Call::delete(PENDING, &new_key()).send(server.address()).deleted(PENDING);
}
