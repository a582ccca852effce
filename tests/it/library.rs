//! The mock as a value in a Rust program.

use std::{
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use anthropic_admin_mock::{
    Clock, DropPoint, ErrorType, Fault, JournalFilter, MockServer, Moment, Operation, World, router, serve,
};
use tokio::{net::TcpListener, sync::oneshot};
use tower::layer::layer_fn;

use crate::harness::*;

#[tokio::test]
async fn a_mock_server_listens_on_a_port_of_its_own_and_stops_when_dropped() {
    let (first, second) = (default_server().await, default_server().await);
    assert_ne!(first.address(), second.address());
    assert_eq!(first.url(), format!("http://{}", first.address()));
    let key = new_key();
    Call::delete_invite(PENDING, &key).send(first.address()).invite_deleted(PENDING);
    Call::delete_invite(PENDING, &key).send(second.address()).invite_deleted(PENDING);

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

    let answer = Call::delete_invite(PENDING, &key).send(server.address());
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
    let answer = tokio::task::spawn_blocking(move || Call::delete_invite(PENDING, &new_key()).send(address));
    answer.await.unwrap().invite_deleted(PENDING);

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

    let answer = tokio::task::spawn_blocking(move || Call::delete_invite(PENDING, &new_key()).send(address));

    answer.await.unwrap().invite_deleted(PENDING);
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
        [(); 3].map(|()| Call::delete_invite(PENDING, &new_key()).send(address))
    });

    for answer in answers.await.unwrap() {
        answer.invite_deleted(PENDING);
    }
    assert_eq!(made.load(Ordering::Relaxed), once);
    server.abort();
}

#[tokio::test]
async fn a_mock_server_answers_while_the_test_blocks_its_own_runtime() {
    // This test's runtime has one thread, and the client below blocks it.
    let server = MockServer::start(World::default()).await;
    Call::delete_invite(PENDING, &new_key()).send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_rust_test_does_the_same_without_http() {
    let server = default_server().await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    let delete = || Call::delete_invite(PENDING, &key).send(server.address());

    let mut faults = Fault::parse(r#"{"operation": "invites.delete", "error": "overloaded_error"}"#).unwrap();
    faults.push(Fault {
        operation: Some(Operation::InvitesDelete),
        error: Some(ErrorType::ConflictError),
        ..Fault::default()
    });
    organization.plan_faults(&faults).unwrap();
    delete().refused(529, "overloaded_error", "fault");
    delete().refused(409, "conflict_error", "fault");
    assert!(organization.faults().iter().all(|planned| planned.hits == 1));
    organization.advance_clock("22d").unwrap();
    delete().refused(400, "invalid_request_error", "invite-expired");
    let filter = JournalFilter { status: Some(400), ..JournalFilter::default() };
    assert_eq!(organization.requests(&filter).len(), 1);
    let state = organization.state().to_string();
    organization.reset();
    delete().invite_deleted(PENDING);
    organization.put_state(&state).unwrap();
    delete().refused(400, "invalid_request_error", "invite-expired");
    server.world().reset();
    delete().invite_deleted(PENDING);
    server.world().put_state(r#"{"invites": []}"#).unwrap();
    delete().refused(404, "not_found_error", "invite-unknown");
}

#[tokio::test]
async fn a_server_and_what_it_serves_are_shown_in_one_short_line() {
    let server = default_server().await;
    let organization = server.world().organization(&new_key()).unwrap();
    for shown in [format!("{server:?}"), format!("{:?}", server.world()), format!("{organization:?}")] {
        assert!(!shown.contains('\n') && shown.len() < 100, "{shown}");
    }
    assert!(format!("{server:?}").contains(server.url()));
}

#[test]
fn a_clock_is_moved_by_a_text_or_by_a_duration_and_set_to_a_time() {
    let world = World::default();
    let organization = world.organization("sk-ant-admin01-x").unwrap();
    organization.set_clock(Clock::Frozen("2026-01-01T00:00:00Z".parse().unwrap()));
    organization.advance_clock("22d").unwrap();
    organization.advance_clock("-1h").unwrap();
    organization.advance_clock(Duration::from_secs(90)).unwrap();
    let now = organization.clock().now();
    assert_eq!(now.to_string(), "2026-01-22T23:01:30Z");
    let std_time = SystemTime::from(now).duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(std_time, Duration::from_secs(1_769_122_890));
    let refused = organization.advance_clock("soon").unwrap_err().to_string();
    assert!(refused.contains("\"soon\" is not a duration"), "{refused}");
    world.set_clock("-1d".parse::<Moment>().unwrap().into());
    assert_eq!(organization.clock().to_string(), "system -1d");
}

#[test]
fn a_plan_that_contradicts_itself_is_refused_also_without_json() {
    let organization = World::default().organization("sk-ant-admin01-x").unwrap();
    let good = Fault { error: Some(ErrorType::ApiError), ..Fault::default() };
    for (bad, message) in [
        (Fault::default(), "exactly one of"),
        (
            Fault {
                retry_after: Some(1),
                drop: Some(DropPoint::BeforeTheFirstByte(true)),
                ..Fault::default()
            },
            "retry_after: goes with `error` alone",
        ),
        (Fault { status: Some(200), ..good.clone() }, "status: 200 is no status of an error"),
    ] {
        let refused = organization.plan_faults(&[good.clone(), bad]).unwrap_err().to_string();
        assert!(refused.contains(message), "{refused}");
    }
    assert!(organization.faults().is_empty(), "all or nothing");
}
