//! The server as a value: `router` ⊂ `serve` ⊂ `MockServer`.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::ready,
    io,
    net::{Ipv4Addr, SocketAddr},
    thread,
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::{ServiceExt, service_fn};

use crate::{
    World,
    api::{self, Sent},
    control,
};

/// How long requests under way may take once the server stops.
const STOP_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection may be idle, or a head take. It is longer than clients keep idle connections, so that none sends into
/// one that is just being closed; the service's edge waits as long (docs/fidelity.md).
const HEAD_TIMEOUT: Duration = Duration::from_secs(400);

/// Everything that the mock answers, as an axum router: the API, and the control routes under `/_mock`.
///
/// It waits for bodies with a time-out, so the tokio runtime that calls it needs its timers enabled.
pub fn router(world: World) -> Router {
    let answers = answers(world);
    // As a service, so that a layer around it is made once; around a handler each connection would make its own.
    Router::new().fallback_service(service_fn(move |request| {
        let answer = answers(request);
        async { Ok::<_, Infallible>(answer.await) }
    }))
}

/// The control routes, and the API on all other paths.
fn answers(world: World) -> impl Fn(Request) -> BoxedAnswer + Clone + Send + Sync {
    let control = control::router(world.clone());
    move |request| {
        if let Some(answer) = control::answer_to_browser(&request, &world) {
            return Box::pin(ready(answer));
        }
        if !control::is_path(request.uri().path()) {
            return Box::pin(api::answer(world.clone(), request));
        }
        let answered = control.clone().oneshot(request);
        Box::pin(async {
            let Ok(answer) = answered.await;
            answer
        })
    }
}

/// A future answer. Boxed, because it is large and moved several times.
type BoxedAnswer = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// Serves HTTP/1.1 on a bound listener until `stop` completes. Then idle connections are closed at
/// once, requests under way are answered, and what is left after five seconds is cut off.
///
/// The listener accepts connections from the moment it was bound, so there is no moment to wait for.
/// The tokio runtime that calls it needs its timers enabled.
pub async fn serve(listener: TcpListener, world: World, stop: impl Future<Output = ()>) {
    let answers = answers(world);
    let mut http = http1::Builder::new();
    // Answers are small, and a copy into one buffer takes less time than a list of pieces takes the kernel.
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).writev(false);
    let graceful = GracefulShutdown::new();
    // Owned here, so that dropping this future drops every connection with it.
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        let answers = answers.clone();
        let service = service::service_fn(move |request: hyper::Request<Incoming>| {
            let answer = answers(request.map(Body::new));
            async move {
                let answer = answer.await;
                // An error closes the connection without a byte of an answer.
                if answer.extensions().get() == Some(&Sent::Nothing) { Err(Dropped) } else { Ok(answer) }
            }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            match connection.await {
                Err(error) if error.is_parse() => {
                    tracing::warn!(%error, "what arrived is not HTTP/1.1; the mock speaks http:// without TLS and no HTTP/2");
                }
                Err(error) => tracing::debug!(%error, "a connection ended early"),
                Ok(()) => {}
            }
        });
    }
    drop(listener);
    if timeout(STOP_DEADLINE, graceful.shutdown()).await.is_err() {
        let cut_off = connections.len();
        tracing::warn!(cut_off, "stopping with connections still open after {STOP_DEADLINE:?}");
    }
}

/// Why hyper closes a connection without an answer.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a planned fault dropped the connection")
    }
}

impl Error for Dropped {}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and whole; to wait until a packet is full only delays them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) => {
                // Out of file descriptors, or the client left the queue; a later connection may be accepted.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// A mock on a free port of the loopback address, for Rust tests. It stops when dropped.
///
/// It runs on a thread of its own, so a test may block on whatever talks to it.
pub struct MockServer {
    address: SocketAddr,
    url: String,
    world: World,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("url", &self.url).finish_non_exhaustive()
    }
}

impl MockServer {
    /// Starts a server for the world. When this returns, it listens.
    ///
    /// # Panics
    /// When the loopback address has no free port or the system no thread to give.
    pub async fn start(world: World) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = oneshot::channel();
        let served = world.clone();
        let thread = thread::Builder::new()
            .name("anthropic-admin-mock".into())
            .spawn(move || run(served, ready, stopped))
            .expect("a thread for the mock server");
        let address = address
            .await
            .expect("the mock server's thread answers")
            .expect("the loopback address has a free port");
        let url = format!("http://{address}");
        MockServer { address, url, world, stop: Some(stop), thread: Some(thread) }
    }

    /// The base URL for a client: `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The world that the server serves, to arrange and to inspect.
    pub fn world(&self) -> &World {
        &self.world
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread's own panic was printed when it came.
            let _ = thread.join();
        }
    }
}

fn run(world: World, ready: oneshot::Sender<io::Result<SocketAddr>>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error))),
    };
    runtime.block_on(async {
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await {
            Ok(listener) => listener,
            Err(error) => return drop(ready.send(Err(error))),
        };
        let _ = ready.send(listener.local_addr());
        // A drop closes all connections at once.
        tokio::select! {
            () = serve(listener, world, std::future::pending()) => {}
            _ = stopped => {}
        }
    });
}
