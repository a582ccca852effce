//! The floor that the mock is measured against: axum with one route that answers a constant.

use axum::{Router, http::header::CONTENT_TYPE, routing::delete};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let answer = || async { ([(CONTENT_TYPE, "application/json")], include_str!("answer.json").trim_end()) };
    let routes = Router::new().route("/v1/organizations/invites/{invite_id}", delete(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), routes)
        .await
}
