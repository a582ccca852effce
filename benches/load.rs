//! The command under load: thousands of connections, mostly idle, its limits reached, and then a SIGTERM.
//!
//! `cargo bench --bench load` takes two minutes, `LOAD_SECONDS` another time. It needs Linux, for the
//! server's memory, and some 5,400 file descriptors for each side (`ulimit -n`).

#![expect(clippy::disallowed_methods, reason = "the rules for src/ are not for benches")]

use std::{
    collections::HashMap,
    fmt,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

/// The mock's limits.
const ORGANIZATIONS: u64 = 10_000;
const JOURNAL: u64 = 1000;
const REMEMBERED_DELETED: u64 = 10_000;

/// Keys that come, more than are kept: the organizations unused longest are forgotten.
const KEYS: u64 = 12_000;
/// Keys that nearly all requests come with, so few that their journals fill and their oldest deleted
/// invites are forgotten in the first quarter.
const HOT: u64 = 8;

/// What each thing may take in the server's memory, in bytes: about a third more than was measured. Full
/// journals of all organizations, which no run of minutes brings about, would take 7 GB with these
/// requests; the longest ones leave entries of 7 KB.
const CONNECTION: u64 = 16_000;
const ORGANIZATION: u64 = 4_000;
const ENTRY: u64 = 1_000;
const DELETED: u64 = 500;
/// What nothing of this explains.
const SLACK: u64 = 32_000_000;

/// SIGTERM to exit, at the most.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

struct Plan {
    seconds: u64,
    idle: u64,
    busy: u64,
}

fn main() {
    // `cargo bench` says so; under `cargo test --benches` a glance is enough.
    let plan = if std::env::args().any(|argument| argument == "--bench") {
        let seconds = std::env::var("LOAD_SECONDS").map_or(120, |seconds| seconds.parse().expect("a number"));
        Plan { seconds, idle: 5000, busy: 256 }
    } else {
        Plan { seconds: 2, idle: 200, busy: 16 }
    };
    let needed = plan.idle + plan.busy + 100;
    let allowed = open_files();
    assert!(
        allowed >= needed,
        "this needs {needed} file descriptors and may have {allowed}: ulimit -n {needed}"
    );
    Load::start(plan).run();
}

/// How many files this process, and the server that it starts, may have open.
fn open_files() -> u64 {
    let limits = fs::read_to_string("/proc/self/limits").expect("Linux");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line on open files");
    line.split_whitespace().nth(3).and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX)
}

/// How an exchange ends that brings no answer.
#[derive(Debug)]
enum NoAnswer {
    /// The server closed the connection before the first byte.
    Closed,
    Broken(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::Closed => f.write_str("closed without a byte of an answer"),
            NoAnswer::Broken(how) => f.write_str(how),
        }
    }
}

struct Answer {
    status: u16,
    body: String,
    /// The server closes the connection now.
    last: bool,
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
        Connection { stream, read: Vec::with_capacity(16_384) }
    }

    fn ask(&mut self, request: &str) -> Result<Answer, NoAnswer> {
        self.send(request)?;
        self.answer()
    }

    fn send(&mut self, request: &str) -> Result<(), NoAnswer> {
        self.read.clear();
        self.stream.write_all(request.as_bytes()).map_err(|error| self.lost(&error))
    }

    fn answer(&mut self) -> Result<Answer, NoAnswer> {
        let mut part = [0; 16_384];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) if self.read.is_empty() => return Err(NoAnswer::Closed),
                Ok(0) => return Err(NoAnswer::Broken(format!("cut off: {:?}", text(&self.read)))),
                Ok(length) => self.read.extend(&part[..length]),
                Err(error) => return Err(self.lost(&error)),
            }
            if let Some(answer) = whole(&self.read) {
                return Ok(answer);
            }
        }
    }

    fn lost(&self, error: &io::Error) -> NoAnswer {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe if self.read.is_empty() => {
                NoAnswer::Closed
            }
            _ => NoAnswer::Broken(format!("{error} after {:?}", text(&self.read))),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The answer, once all of it is there.
fn whole(read: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let length: usize = header("content-length")?.parse().ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (body.len() >= length).then(|| Answer {
        status,
        body: body.to_owned(),
        last: header("connection").is_some_and(|value| value == "close"),
    })
}

fn request(method: &str, path: &str, key: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nanthropic-version: 2023-06-01\r\n\
         content-length: {length}\r\n{more}\r\n{body}"
    )
}

const INVITES: &str = "/v1/organizations/invites";
const HEALTH: &str = "GET /_mock/health HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn key(number: u64) -> String {
    format!("sk-ant-admin01-load-{number}")
}

/// What the server has been made to keep.
#[derive(Default)]
struct Kept {
    connections: AtomicU64,
    organizations: AtomicU64,
    /// Requests by hot key, and those that cold keys' journals hold.
    hot_requests: [AtomicU64; HOT as usize],
    cold_requests: AtomicU64,
    deletions: [AtomicU64; HOT as usize],
}

impl Kept {
    /// What that may take in its memory.
    fn bytes(&self) -> u64 {
        let up_to = |counts: &[AtomicU64], most: u64| -> u64 {
            counts.iter().map(|count| count.load(Relaxed).min(most)).sum()
        };
        let entries = up_to(&self.hot_requests, JOURNAL) + self.cold_requests.load(Relaxed) + JOURNAL;
        self.connections.load(Relaxed) * CONNECTION
            + self.organizations.load(Relaxed).min(ORGANIZATIONS) * ORGANIZATION
            + entries * ENTRY
            + up_to(&self.deletions, REMEMBERED_DELETED) * DELETED
    }
}

struct Load {
    plan: Plan,
    child: Child,
    address: String,
    log: std::path::PathBuf,
    kept: Kept,
    requests: AtomicU64,
    stopping: AtomicBool,
    problems: Mutex<HashMap<String, u64>>,
}

impl Load {
    fn start(plan: Plan) -> Self {
        let log = std::env::temp_dir().join(format!("anthropic-admin-mock-{}-load.log", std::process::id()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_anthropic-admin-mock"))
            .args(["--listen", "127.0.0.1:0", "--journal", &JOURNAL.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a file for the log"))
            .spawn()
            .expect("the built command");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("the first line");
        let address =
            line.trim_end().strip_prefix("listening on http://").expect("where it listens").to_owned();
        Load {
            plan,
            child,
            address,
            log,
            kept: Kept::default(),
            requests: AtomicU64::default(),
            stopping: AtomicBool::default(),
            problems: Mutex::default(),
        }
    }

    fn run(self) {
        let at_rest = self.memory();
        println!("memory at rest: {}", mb(at_rest));

        let mut idle: Vec<_> = (0..self.plan.idle).map(|_| self.connect()).collect();
        for connection in &mut idle {
            self.is_well(connection);
        }
        println!("memory with {} idle connections: {}", idle.len(), mb(self.memory()));

        let started = Instant::now();
        let keys = self.fill();
        println!(
            "{} keys, of which {ORGANIZATIONS} organizations are kept: {:.1} s, memory {}",
            keys.len(),
            started.elapsed().as_secs_f64(),
            mb(self.memory())
        );
        if keys.len() as u64 != KEYS {
            self.problem(format!("{} keys got in instead of {KEYS}", keys.len()));
        }

        let pid = self.child.id();
        let load = &self;
        let (under_way, exit) = thread::scope(|scope| {
            for number in 0..load.plan.busy {
                let keys = &keys;
                scope.spawn(move || load.be_busy(number, keys));
            }
            load.watch(at_rest);
            let well = AtomicU64::new(0);
            thread::scope(|scope| {
                for part in idle.chunks_mut(50) {
                    scope.spawn(|| {
                        let answering = part.iter_mut().map(|connection| u64::from(load.is_well(connection)));
                        well.fetch_add(answering.sum(), Relaxed);
                    });
                }
            });
            println!("{} of {} idle connections still answer", well.into_inner(), idle.len());

            // These are under way for certain when the signal comes.
            let slow = request("GET", INVITES, &key(0), "x-mock-fault: delay=500ms\r\n", "");
            let mut under_way: Vec<_> = idle.drain(..16).collect();
            for connection in &mut under_way {
                if let Err(error) = connection.send(&slow) {
                    load.problem(format!("an idle connection: {error}"));
                }
            }
            thread::sleep(Duration::from_millis(200));
            load.stopping.store(true, Relaxed);
            let signalled = Instant::now();
            let kill = Command::new("kill").args(["-s", "TERM", &pid.to_string()]).status();
            assert!(kill.expect("kill").success());
            (under_way, signalled)
        });
        for mut connection in under_way {
            match connection.answer() {
                Ok(Answer { status: 200, .. }) => {}
                Ok(answer) => self.problem(format!("{} at the stop: {}", answer.status, answer.body)),
                Err(error) => self.problem(format!("a request under way at the stop: {error}")),
            }
        }
        self.end(exit);
    }

    fn connect(&self) -> Connection {
        self.kept.connections.fetch_add(1, Relaxed);
        Connection::open(&self.address)
    }

    fn is_well(&self, connection: &mut Connection) -> bool {
        match connection.ask(HEALTH) {
            Ok(Answer { status: 200, .. }) => return true,
            Ok(answer) => self.problem(format!("health: {} {}", answer.status, answer.body)),
            Err(error) => self.problem(format!("an idle connection: {error}")),
        }
        false
    }

    /// Comes with more keys than are kept, all connections at once. The keys that got in.
    fn fill(&self) -> Vec<u64> {
        let (next, admitted) = (AtomicU64::new(HOT), Mutex::new(Vec::new()));
        let ask = |connection: &mut Connection, number: u64| match connection.ask(&request(
            "GET",
            INVITES,
            &key(number),
            "",
            "",
        )) {
            Ok(Answer { status: 200, .. }) => {
                self.kept.organizations.fetch_add(1, Relaxed);
                self.kept.cold_requests.fetch_add(1, Relaxed);
                admitted.lock().expect("no panic").push(number);
            }
            Ok(answer) => self.problem(format!("a new key: {} {}", answer.status, answer.body)),
            Err(error) => self.problem(format!("a new key: {error}")),
        };
        // The hot ones have to get in.
        let mut first = self.connect();
        (0..HOT).for_each(|number| ask(&mut first, number));
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let mut connection = self.connect();
                    loop {
                        let number = next.fetch_add(1, Relaxed);
                        if number >= KEYS {
                            break;
                        }
                        ask(&mut connection, number);
                    }
                });
            }
        });
        let mut admitted = admitted.into_inner().expect("no panic");
        admitted.sort_unstable();
        admitted
    }

    /// Creates, reads and deletes on one connection until the server closes it.
    fn be_busy(&self, number: u64, keys: &[u64]) {
        let (hot, mut connection) = ((number % HOT) as usize, self.connect());
        let hot_key = key(hot as u64);
        // `None` when the connection is gone, which it may be once the server was told to stop.
        let mut ask = |what: &str, request: String, expected: u16| -> Option<String> {
            let answer = connection.ask(&request);
            self.requests.fetch_add(1, Relaxed);
            let stopping = self.stopping.load(Relaxed);
            match answer {
                Ok(answer) => {
                    if answer.status != expected {
                        self.problem(format!("{what}: {} instead of {expected}", answer.status));
                    }
                    if answer.last && !stopping {
                        self.problem(format!("{what}: closed without a reason"));
                    }
                    (!answer.last).then_some(answer.body)
                }
                Err(NoAnswer::Closed) if stopping => None,
                Err(error) => {
                    self.problem(format!("{what}: {error}"));
                    None
                }
            }
        };
        let one = |path: &str| format!("{INVITES}/{path}");
        let mut round = || {
            for count in 0.. {
                let email = format!("e{number}-{count}@example.com");
                let body = format!(r#"{{"email": "{email}", "role": "user"}}"#);
                let made = ask("create", request("POST", INVITES, &hot_key, "", &body), 200)?;
                let id = made.split('"').find(|word| word.starts_with("invite_"))?.to_owned();
                let page =
                    ask("list", request("GET", &format!("{INVITES}?email={email}"), &hot_key, "", ""), 200)?;
                if !page.contains(&id) {
                    self.problem("list: an invite is lost".into());
                }
                ask("retrieve", request("GET", &one(&id), &hot_key, "", ""), 200)?;
                ask("delete", request("DELETE", &one(&id), &hot_key, "", ""), 200)?;
                ask("delete again", request("DELETE", &one(&id), &hot_key, "", ""), 404)?;
                self.kept.deletions[hot].fetch_add(1, Relaxed);
                self.kept.hot_requests[hot].fetch_add(5, Relaxed);
                if count % 8 == 0 {
                    let cold = keys[(number * 7919 + count * 104_729) as usize % keys.len()];
                    ask("a cold key", request("GET", INVITES, &key(cold), "", ""), 200)?;
                    self.kept.cold_requests.fetch_add(1, Relaxed);
                    let late = format!("late-{number}-{count}");
                    ask(
                        "a late key",
                        request("GET", INVITES, &key(KEYS).replace("load", &late), "", ""),
                        200,
                    )?;
                }
            }
            Some(())
        };
        round();
    }

    /// Looks at the server's memory every second until the time is over.
    fn watch(&self, at_rest: u64) {
        let (started, requests) = (Instant::now(), self.requests.load(Relaxed));
        let quarter = Duration::from_secs(self.plan.seconds) / 4;
        let (mut peak, mut since_quarter) = (0, None);
        while started.elapsed() < Duration::from_secs(self.plan.seconds) {
            thread::sleep(Duration::from_secs(1));
            // What is counted is kept by now; what is kept may be counted in a moment.
            let (memory, kept) = (self.memory(), self.kept.bytes());
            peak = peak.max(memory);
            if memory > at_rest + kept + SLACK {
                self.problem(format!(
                    "memory over {}, which is all that the limits allow",
                    mb(at_rest + kept + SLACK)
                ));
            }
            if started.elapsed() >= quarter {
                let (first, kept_then) = *since_quarter.get_or_insert((memory, kept));
                if memory > first + (kept - kept_then) + SLACK {
                    self.problem("memory grows after the first quarter, when the limits are reached".into());
                }
            }
        }
        let requests = self.requests.load(Relaxed) - requests;
        println!("{requests} requests, {:.0} a second", requests as f64 / started.elapsed().as_secs_f64());
        println!(
            "memory after the first quarter: {}, at the end: {}, peak: {}, bound: {}",
            mb(since_quarter.unwrap_or_default().0),
            mb(self.memory()),
            mb(peak),
            mb(at_rest + self.kept.bytes() + SLACK)
        );
    }

    /// The server's resident memory.
    fn memory(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    fn problem(&self, what: String) {
        *self.problems.lock().expect("no panic").entry(what).or_default() += 1;
    }

    fn end(mut self, signalled: Instant) {
        let status = loop {
            match self.child.try_wait().expect("a child") {
                Some(status) => break Some(status),
                None if signalled.elapsed() > 2 * STOP_DEADLINE => break None,
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let took = signalled.elapsed();
        println!("SIGTERM to exit: {} ms, {status:?}", took.as_millis());
        if took > STOP_DEADLINE || status.and_then(|status| status.code()) != Some(0) {
            self.problem(format!("the stop took {took:?} and ended with {status:?}"));
        }
        let log = fs::metadata(&self.log).map_or(0, |log| log.len());
        println!("log: {}", mb(log));
        let _ = fs::remove_file(&self.log);
        let problems = self.problems.lock().expect("no panic");
        for (what, times) in problems.iter() {
            println!("PROBLEM, {times} times: {what}");
        }
        assert!(problems.is_empty(), "{} kinds of problems", problems.len());
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mb(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}
