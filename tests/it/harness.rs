//! What all tests share: a server, a request to the byte, and an answer that is checked before anyone sees it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStderr, Command, Output, Stdio},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use anthropic_admin_mock::{Fixture, Listing, MockServer, Settings, World};
use serde_json::Value;

/// The pending, accepted, expired and deleted invites of the default world.
pub const PENDING: &str = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";
pub const ACCEPTED: &str = "invite_01AcceptedAcceptedAccept";
pub const EXPIRED: &str = "invite_01ExpiredExpiredExpiredX";
pub const DELETED: &str = "invite_01GoneGoneGoneGoneGone12";

pub const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The collection's path.
pub const INVITES: &str = "/v1/organizations/invites";

/// No answer takes this long; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in this process with the default world.
pub async fn default_server() -> MockServer {
    MockServer::start(World::default()).await
}

/// A server in this process with the world of a fixture document.
pub async fn server(fixture: &str) -> MockServer {
    server_with(fixture, Settings::default()).await
}

pub async fn server_with(fixture: &str, settings: Settings) -> MockServer {
    MockServer::start(World::new(Fixture::parse(fixture, settings).unwrap())).await
}

/// The text of a file in `fixtures/`.
pub fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A key that no other test has.
pub fn new_key() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("sk-ant-admin01-test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A listing of all invites on one page.
pub fn everything() -> Listing {
    Listing { email: None, roles: Vec::new(), statuses: Vec::new(), cursor: None, limit: 1000 }
}

/// The path of one invite; the id as it stands in the URL.
pub fn invite(id: &str) -> String {
    format!("/v1/organizations/invites/{id}")
}

/// A request, put together to the byte.
#[derive(Clone)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Call {
    /// A request with no header but `host` and `connection`.
    pub fn bare(method: &str, path: &str) -> Self {
        Call { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A DELETE as the reference documents it.
    pub fn delete(id: &str, key: &str) -> Self {
        Call::bare("DELETE", &invite(id)).header("x-api-key", key).header("anthropic-version", "2023-06-01")
    }

    /// A POST to the collection with a JSON body.
    pub fn create(body: &str, key: &str) -> Self {
        Call::delete("", key).method("POST").at(INVITES).header("content-type", "application/json").body(body)
    }

    /// A GET of the collection; the query as it stands in the URL.
    pub fn list(query: &str, key: &str) -> Self {
        Call::delete("", key).method("GET").at(&format!("{INVITES}?{query}"))
    }

    /// A GET of one invite.
    pub fn retrieve(id: &str, key: &str) -> Self {
        Call::delete(id, key).method("GET")
    }

    /// A call of a control route with a key.
    pub fn control(method: &str, route: &str, key: &str) -> Self {
        Call::bare(method, &format!("/_mock/{route}")).header("x-api-key", key)
    }

    /// What the invitee does, through the control routes.
    pub fn accept(id: &str, key: &str) -> Self {
        Call::bare("POST", &format!("/_mock/invites/{id}/accept")).header("x-api-key", key)
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// The same request without any copy of a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// The same request to another path.
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    /// The same request with another method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// A body with its length announced.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("content-length", length)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"connection: close\r\n\r\n");
        bytes.extend(&self.body);
        bytes
    }

    pub fn send(&self, to: SocketAddr) -> Answer {
        let answer = exchange(to, &self.bytes());
        Answer::parse(&answer, &self.method, &self.path)
    }
}

/// Sends bytes and reads until the server closes.
pub fn exchange(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(to);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

pub fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// An answer that keeps the rules that hold for every answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn parse(bytes: &[u8], method: &str, path: &str) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("answers are UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no whole answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let answer = Answer { status, headers, body: body.to_owned() };
        if !path.starts_with("/_mock") {
            answer.keeps_the_rules_of_all(method);
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(present, _)| present == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} is sent twice: {self:?}");
        value
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }

    /// What docs/fidelity.md says of every answer, as far as it holds whatever was asked.
    fn keeps_the_rules_of_all(&self, method: &str) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let retry = matches!(self.status, 400 | 401 | 403 | 404 | 405).then_some("false");
        let retry = if self.status == 429 { Some("true") } else { retry };
        assert_eq!(self.header("x-should-retry"), retry, "{self:?}");
        assert_eq!(self.header("x-mock-reason").is_some(), self.status >= 400, "{self:?}");
        let id = self.header("request-id");
        match id {
            Some(id) => {
                let drawn = id.strip_prefix("req_011C").expect("the prefix of a request id");
                assert!(drawn.len() == 20 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
            }
            None => assert_eq!(self.status, 401, "only a credential nobody knows goes without: {self:?}"),
        }
        if self.status >= 400 && method != "HEAD" {
            let body = self.json();
            assert_eq!(body["type"], "error", "{self:?}");
            assert_eq!(body["request_id"].as_str(), id, "header and body agree: {self:?}");
            assert!(body.get("request_id").is_some(), "{self:?}");
            assert_eq!(body.as_object().unwrap().len(), 3, "{self:?}");
            assert!(body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
            let details = body["error"].get("details");
            assert_eq!(
                body["error"].as_object().unwrap().len(),
                2 + usize::from(details.is_some()),
                "{self:?}"
            );
            if let Some(details) = details {
                assert!(details["error_code"].is_string(), "no details without a code: {self:?}");
                assert_eq!(details.as_object().unwrap().len(), 1, "{self:?}");
            }
        }
    }

    /// An error counts only if status, type and reason are right.
    #[track_caller]
    pub fn refused(&self, status: u16, kind: &str, reason: &str) -> &Self {
        let json = self.json();
        let got = (self.status, json["error"]["type"].as_str(), self.header("x-mock-reason"));
        assert_eq!(got, (status, Some(kind), Some(reason)), "{self:?}");
        self
    }

    #[track_caller]
    pub fn says(&self, message: &str) -> &Self {
        assert_eq!(self.message(), message);
        self
    }

    /// Whether the answer names an organization, which it does once a credential was recognized.
    #[track_caller]
    pub fn names_organization(&self, named: bool) -> &Self {
        assert_eq!(self.header("anthropic-organization-id").is_some(), named, "{self:?}");
        self
    }

    /// `error.details.error_code`.
    pub fn error_code(&self) -> Option<String> {
        self.json()["error"]["details"]["error_code"].as_str().map(str::to_owned)
    }

    /// A good answer's body.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.names_organization(true).json()
    }

    /// The ids on a page.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        let page = self.good();
        let ids: Vec<_> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|invite| invite["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(page["first_id"].as_str(), ids.first().map(String::as_str), "{page}");
        assert_eq!(page["last_id"].as_str(), ids.last().map(String::as_str), "{page}");
        assert!(page["has_more"].is_boolean(), "{page}");
        assert_eq!(page.as_object().unwrap().len(), 4, "{page}");
        ids
    }

    /// The one good answer to a DELETE.
    #[track_caller]
    pub fn deleted(&self, id: &str) -> &Self {
        assert_eq!(self.status, 200, "{self:?}");
        let id = serde_json::to_string(id).unwrap();
        assert_eq!(self.body, format!(r#"{{"id":{id},"type":"invite_deleted"}}"#));
        self.names_organization(true)
    }
}

/// How many threads `in_parallel` has.
pub const PARALLEL: usize = 32;

/// Runs the same thing on 32 threads that start together and know their number.
pub fn in_parallel<T: Send>(run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let together = Barrier::new(PARALLEL);
    let one = |number| {
        together.wait();
        run(number)
    };
    let one = &one;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..PARALLEL).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The built command, with none of our variables in its environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anthropic-admin-mock"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOCK_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the command to its end.
pub fn run(arguments: &[&str]) -> Output {
    finished(&mut command(arguments))
}

/// Runs a command that has to end by itself, and soon. It may print as much as a pipe holds.
pub fn finished(command: &mut Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it did not end: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The built command, serving on a free port until it is dropped.
pub struct Served {
    pub child: Child,
    pub address: SocketAddr,
    pub stderr: Option<ChildStderr>,
}

impl Served {
    /// With these arguments besides `--listen`.
    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(command(&["--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Starts a command that serves, and reads where from its first line on stdout.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (line, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut first = String::new();
            let _ = stdout.read_line(&mut first);
            let _ = line.send(first);
        });
        // Long enough for a command that builds first.
        let first = lines.recv_timeout(15 * PATIENCE).unwrap_or_default();
        let stderr = child.stderr.take();
        let address = first.trim_end().strip_prefix("listening on http://").map(|address| address.parse());
        let Some(Ok(address)) = address else {
            let _ = child.kill();
            let mut said = String::new();
            let _ = stderr.unwrap().read_to_string(&mut said);
            panic!("no server: {first:?} {said}");
        };
        Served { child, address, stderr }
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Asks it to stop, and returns its exit code and all of its log.
    #[cfg(unix)]
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let mut log = String::new();
        self.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
