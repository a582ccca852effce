//! How long the server waits: 400 seconds for a head, the first or the next.

use std::{net::SocketAddr, time::Duration};

use anthropic_admin_mock::{World, serve};

use super::*;

/// A server whose time, like the test's, jumps to the next moment at which something happens.
async fn server_in_paused_time() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, World::default(), std::future::pending()));
    address
}

/// What arrives next; nothing when the server has closed the connection.
async fn arriving(stream: &tokio::net::TcpStream) -> String {
    let mut bytes = [0; 4096];
    loop {
        stream.readable().await.unwrap();
        match stream.try_read(&mut bytes) {
            Ok(length) => return text(&bytes[..length]),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_outlives_every_client_that_keeps_one_idle() {
    let stream = tokio::net::TcpStream::connect(server_in_paused_time().await).await.unwrap();
    let kept = text(&Call::retrieve_invite(PENDING, &new_key()).kept_alive());
    // Six minutes; of the usual clients one keeps an idle connection for five, the others for less.
    for idle in [0, 11, 91, 360] {
        tokio::time::sleep(Duration::from_secs(idle)).await;
        assert_eq!(stream.try_write(kept.as_bytes()).unwrap(), kept.len());
        assert!(arriving(&stream).await.starts_with("HTTP/1.1 200"), "after {idle} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_be_idle_or_in_the_middle_of_a_head_for_400_seconds() {
    let address = server_in_paused_time().await;
    let kept = text(&Call::retrieve_invite(PENDING, &new_key()).kept_alive());
    // Nothing; a beginning; a whole request; one and the beginning of the next.
    for (request, beginning) in [("", ""), ("", "\r\n"), ("", "DELETE /v1/organi"), (&kept, ""), (&kept, "D")]
    {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        if !request.is_empty() {
            tokio::time::sleep(Duration::from_secs(100)).await;
            stream.try_write(request.as_bytes()).unwrap();
            assert!(arriving(&stream).await.starts_with("HTTP/1.1 200"));
        }
        let started = tokio::time::Instant::now();
        if !beginning.is_empty() {
            tokio::time::sleep(Duration::from_secs(100)).await;
            stream.try_write(beginning.as_bytes()).unwrap();
        }
        assert_eq!(arriving(&stream).await, "");
        assert_eq!(started.elapsed().as_secs(), 400, "{request}{beginning}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_is_given_up_after_400_seconds_too() {
    let stream = tokio::net::TcpStream::connect(server_in_paused_time().await).await.unwrap();
    let started = tokio::time::Instant::now();
    let long = Call::retrieve_invite(&"x".repeat(1000), &new_key()).bytes();
    let mut request = long.into_iter();
    let closed = loop {
        if stream.try_write(&[request.next().unwrap()]).is_err() {
            break started.elapsed();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    assert!((400..403).contains(&closed.as_secs()), "{closed:?}");
}
