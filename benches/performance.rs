//! Measures the built server side by side with its floors, and writes docs/performance.md.
//!
//! Takes Linux, and wrk (Debian: `apt-get install wrk`). Every ratio is the median of rounds in which both sides ran.
//! `MOCK_BEFORE` names another build of the mock, such as one of an earlier commit, to be measured beside this one.

#![expect(clippy::disallowed_methods, reason = "the rules for src/ are not for benches")]

use std::{
    error::Error,
    fmt::Write as _,
    fs::{self, File},
    hint::black_box,
    io::{self, BufRead, BufReader, Read, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anthropic_admin_mock::{
    Cursor, Fixture, InviteFilter, Organization, Paging, Settings, UserFilter, World,
};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const INVITE: &str = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";
const INVITES: &str = "/v1/organizations/invites";
const CONNECTIONS: [usize; 3] = [1, 32, 256];
const ROUNDS: usize = 11;
/// How long one side of one round is under load.
const SECONDS: u64 = 2;
const STARTS: usize = 31;
const SIZES: [usize; 3] = [100, 10_000, 100_000];
/// How many invites a key of the load has; the next key comes when they are gone.
const INVITES_PER_KEY: usize = 20_000;

fn main() -> Result<()> {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    if Command::new("wrk").arg("--version").output().is_err() {
        return Err("wrk is missing; it makes the load (Debian: apt-get install wrk)".into());
    }
    let work = Work::new()?;
    let sides = Sides::build(repository, &work)?;

    let mut report = String::from(
        "# Performance\n\nWritten by `cargo bench --bench performance`; edits are lost. A ratio compares two servers that took turns in one\nrun, and is the median of the rounds; single figures depend on the machine and on what else it did.\n\n",
    );
    let cores = thread::available_parallelism()?;
    writeln!(report, "{} · commit {} · {cores} cores\n", said("date", &["-u", "+%F"])?, commit()?)?;
    under_load(&sides, &mut report)?;
    start_and_size(&sides, &mut report)?;
    fixtures(&sides, &work, &mut report)?;
    requests(&sides, &work, &mut report)?;
    directory(&mut report)?;
    peers(repository, &sides, &mut report)?;
    fs::write(repository.join("docs/performance.md"), &report)?;
    println!("\n{report}");
    Ok(())
}

/// A folder that is gone afterwards.
struct Work(PathBuf);

impl Work {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("anthropic-admin-mock-bench-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Work(path))
    }

    fn fixture(&self, size: usize) -> Result<PathBuf> {
        let path = self.0.join(format!("{size}.json"));
        fs::write(&path, document(size))?;
        Ok(path)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn said(command: &str, arguments: &[&str]) -> Result<String> {
    Ok(String::from_utf8(Command::new(command).args(arguments).output()?.stdout)?.trim().to_owned())
}

fn commit() -> Result<String> {
    let changed = said(
        "git",
        &["status", "--porcelain", "--untracked-files=no", "--", "src", "Cargo.toml", "Cargo.lock"],
    )?;
    let commit = said("git", &["rev-parse", "--short", "HEAD"])?;
    Ok(if changed.is_empty() { commit } else { format!("{commit}, with changes") })
}

/// So many pending invites, one every ten milliseconds up to now.
fn document(size: usize) -> String {
    let mut document = String::from(r#"{"invites": ["#);
    for n in 0..size {
        let comma = if n == 0 { "" } else { ",\n" };
        let ago = (size - n) * 10;
        write!(document, r#"{comma}{{"id": "invite_{n}", "email": "e{n}@example.com", "role": "user", "invited_at": "-{ago}ms"}}"#)
            .expect("a string takes everything");
    }
    document + "]}"
}

/// The programs that are compared.
struct Sides {
    mock: PathBuf,
    axum: PathBuf,
    hyper: PathBuf,
    /// Another build of the mock.
    before: Option<PathBuf>,
    load: PathBuf,
    log: PathBuf,
}

impl Sides {
    fn build(repository: &Path, work: &Work) -> Result<Self> {
        let floors = ["--example", "floor-axum", "--example", "floor-hyper"];
        let built = Command::new(env!("CARGO"))
            .current_dir(repository)
            .args(["build", "--release", "--locked"])
            .args(floors)
            .status()?;
        if !built.success() {
            return Err("the floors do not build".into());
        }
        let mock = PathBuf::from(env!("CARGO_BIN_EXE_anthropic-admin-mock"));
        let examples = mock.with_file_name("examples");
        Ok(Sides {
            axum: examples.join("floor-axum"),
            hyper: examples.join("floor-hyper"),
            before: std::env::var_os("MOCK_BEFORE").map(PathBuf::from),
            load: work.fixture(INVITES_PER_KEY)?,
            log: work.0.join("log"),
            mock,
        })
    }

    /// The mock at its defaults, its log in a file.
    fn mock(&self, fixture: Option<&Path>) -> Result<Command> {
        self.build_of(&self.mock, fixture)
    }

    /// A build of the mock in the same way.
    fn build_of(&self, mock: &Path, fixture: Option<&Path>) -> Result<Command> {
        let mut command = Command::new(mock);
        command.args(["--listen", "127.0.0.1:0"]).stderr(File::create(&self.log)?);
        if let Some(fixture) = fixture {
            command.arg("--fixture").arg(fixture);
        }
        Ok(command)
    }
}

/// A server under measurement.
struct Server {
    child: Child,
    address: SocketAddr,
    started: Instant,
}

impl Server {
    fn start(mut command: Command) -> Result<Self> {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MOCK_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        let started = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().ok_or("no stdout")?).read_line(&mut line)?;
        let mut server = Server { child, address: ([0; 4], 0).into(), started };
        server.address = line.trim().strip_prefix("listening on http://").ok_or(line.clone())?.parse()?;
        Ok(server)
    }

    /// Milliseconds from the start to the first answered DELETE, whatever its status.
    fn answered(&self) -> Result<f64> {
        delete(self.address)?;
        Ok(self.started.elapsed().as_secs_f64() * 1e3)
    }

    /// Resident memory in bytes.
    fn memory(&self) -> Result<u64> {
        memory(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse::<u64>()? * 1024)
}

/// One DELETE of the default world's pending invite on a connection of its own; true for a 200.
fn delete(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(
        stream,
        "DELETE /v1/organizations/invites/{INVITE} HTTP/1.1\r\nhost: localhost\r\nanthropic-version: 2023-06-01\r\nx-api-key: sk-ant-admin01-bench\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

/// Whose invites the load deletes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// The next key's when one's are gone, so that every DELETE succeeds.
    Many,
    /// One key's, again and again.
    One,
}

/// What wrk measured: requests a second, and latencies in microseconds.
#[derive(Clone, Copy, Debug)]
struct Load {
    throughput: f64,
    p50: f64,
    p99: f64,
}

fn load(address: SocketAddr, connections: usize, keys: Keys) -> Result<Load> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/delete.lua");
    let duration = format!("{SECONDS}s");
    let connections = connections.to_string();
    let url = format!("http://{address}");
    let invites = INVITES_PER_KEY.to_string();
    let output = said(
        "wrk",
        &[
            "--threads",
            "1",
            "--connections",
            &connections,
            "--duration",
            &duration,
            "--script",
            script,
            &url,
            "--",
            &invites,
            if keys == Keys::One { "1" } else { "1000000" },
        ],
    )?;
    let line = output.lines().find_map(|line| line.strip_prefix("figures ")).ok_or(output.clone())?;
    let figures: Vec<f64> = line.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?;
    let [requests, microseconds, p50, p99, broken, refused] = figures[..] else { return Err(line.into()) };
    if broken > 0.0 || (refused > 0.0 && keys == Keys::Many) {
        return Err(format!("{broken} requests broken and {refused} refused of {requests}").into());
    }
    Ok(Load { throughput: requests / microseconds * 1e6, p50, p99 })
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quartiles(values)[1]
}

/// The values that a quarter, half and three quarters of all lie below.
fn quartiles(values: impl IntoIterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
}

/// DELETEs that all succeed, each of another invite.
fn under_load(sides: &Sides, report: &mut String) -> Result<()> {
    writeln!(
        report,
        "## DELETE under load\n\nEvery request deletes an invite that is there. Journal and log (to a file) are on, as they are by default. One wrk thread\non the same machine, {ROUNDS} rounds of {SECONDS} s for each side. `axum` is one route that answers a constant, `hyper` has not even a route.\nIn brackets what half of the rounds lie between: so far two rounds differ in which nothing has changed.\n"
    )?;
    writeln!(
        report,
        "| Connections | Throughput : axum | : hyper | p50 : axum | p99 : axum | Requests a second | p50 | p99 |"
    )?;
    writeln!(report, "|---|---|---|---|---|---|---|---|")?;
    let mut beside = Vec::new();
    for connections in CONNECTIONS {
        let (mut rounds, mut before) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut sides_of_round = vec![
                ("mock", sides.mock(Some(&sides.load))?),
                ("axum", Command::new(&sides.axum)),
                ("hyper", Command::new(&sides.hyper)),
            ];
            if let Some(before) = &sides.before {
                sides_of_round.push(("before", sides.build_of(before, Some(&sides.load))?));
            }
            let mut sides_of_round: Vec<_> =
                sides_of_round.into_iter().map(|(name, command)| (name, Some(command), None)).collect();
            // The side that goes first has the quieter machine, or the noisier one.
            let first = round % sides_of_round.len();
            sides_of_round.rotate_left(first);
            for (_, command, measured) in &mut sides_of_round {
                let server = Server::start(command.take().ok_or("started twice")?)?;
                *measured = Some(load(server.address, connections, Keys::Many)?);
            }
            let of = |wanted: &str| {
                sides_of_round
                    .iter()
                    .find(|(name, ..)| *name == wanted)
                    .and_then(|(.., load)| *load)
                    .ok_or("unmeasured")
            };
            if sides.before.is_some() {
                before.push(of("mock")?.throughput / of("before")?.throughput);
            }
            rounds.push((of("mock")?, of("axum")?, of("hyper")?));
            eprintln!("{connections} connections: {:?}", rounds.last());
        }
        let over = |ratio: fn(&(Load, Load, Load)) -> f64| median(rounds.iter().map(ratio));
        let [low, median, high] =
            quartiles(rounds.iter().map(|(mock, axum, _)| mock.throughput / axum.throughput));
        writeln!(
            report,
            "| {connections} | **{median:.2}** ({low:.2}–{high:.2}) | {:.2} | {:.2} | {:.2} | {:.0} | {:.0} µs | {:.0} µs |",
            over(|(mock, _, hyper)| mock.throughput / hyper.throughput),
            over(|(mock, axum, _)| mock.p50 / axum.p50),
            over(|(mock, axum, _)| mock.p99 / axum.p99),
            over(|(mock, ..)| mock.throughput),
            over(|(mock, ..)| mock.p50),
            over(|(mock, ..)| mock.p99),
        )?;
        if !before.is_empty() {
            let [low, median, high] = quartiles(before);
            beside.push(format!("{connections} connections **{median:.2}** ({low:.2}–{high:.2})"));
        }
    }
    if !beside.is_empty() {
        writeln!(report, "\nThroughput beside the build named by `MOCK_BEFORE`: {}.", beside.join(", "))?;
    }
    Ok(())
}

fn start_and_size(sides: &Sides, report: &mut String) -> Result<()> {
    let first_answer = |command: Command| -> Result<(f64, f64)> {
        let server = Server::start(command)?;
        if !delete(server.address)? {
            return Err("the first DELETE was refused".into());
        }
        let took = server.started.elapsed();
        Ok((took.as_secs_f64() * 1e3, server.memory()? as f64))
    };
    let (mut rounds, mut before) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        if let Some(other) = &sides.before {
            let (ours, theirs) =
                (first_answer(sides.mock(None)?)?, first_answer(sides.build_of(other, None)?)?);
            before.push((ours.0 / theirs.0, ours.1 / theirs.1));
        }
        rounds.push((first_answer(sides.mock(None)?)?, first_answer(Command::new(&sides.axum))?));
    }
    let loaded = |command: Command| -> Result<f64> {
        let server = Server::start(command)?;
        load(server.address, 256, Keys::One)?;
        Ok(server.memory()? as f64)
    };
    // One key, whose journal is full: what a long run of one suite leaves.
    let loaded = (loaded(sides.mock(None)?)?, loaded(Command::new(&sides.axum))?);
    let size = |path: &Path| -> Result<f64> { Ok(fs::metadata(path)?.len() as f64) };
    let rows = [
        (
            "Start to the first answered DELETE",
            median(rounds.iter().map(|(mock, axum)| mock.0 / axum.0)),
            format!("{:.1} ms", median(rounds.iter().map(|(mock, _)| mock.0))),
            format!("{:.1} ms", median(rounds.iter().map(|(_, axum)| axum.0))),
        ),
        (
            "Memory after it",
            median(rounds.iter().map(|(mock, axum)| mock.1 / axum.1)),
            megabytes(median(rounds.iter().map(|(mock, _)| mock.1))),
            megabytes(median(rounds.iter().map(|(_, axum)| axum.1))),
        ),
        (
            "Memory after load on 256 connections",
            loaded.0 / loaded.1,
            megabytes(loaded.0),
            megabytes(loaded.1),
        ),
        (
            "Stripped binary",
            size(&sides.mock)? / size(&sides.axum)?,
            megabytes(size(&sides.mock)?),
            megabytes(size(&sides.axum)?),
        ),
    ];
    writeln!(report, "\n## Start, memory, size\n\nMedians of {STARTS} starts in turns.\n")?;
    writeln!(report, "| | Ratio to axum | Mock | axum |\n|---|---|---|---|")?;
    for (what, ratio, mock, axum) in rows {
        writeln!(report, "| {what} | **{ratio:.2}** | {mock} | {axum} |")?;
    }
    if !before.is_empty() {
        let (start, memory) =
            (median(before.iter().map(|ratio| ratio.0)), median(before.iter().map(|ratio| ratio.1)));
        writeln!(
            report,
            "\nBeside the build named by `MOCK_BEFORE`: start **{start:.2}**, memory after it **{memory:.2}**."
        )?;
    }
    Ok(())
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// The fixture of [`document`], as the plainest typed reader would have it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Plain {
    invites: Vec<PlainInvite>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct PlainInvite {
    id: String,
    email: String,
    role: String,
    invited_at: String,
}

/// What a size costs: to load, to hold, and in each operation.
fn fixtures(sides: &Sides, work: &Work, report: &mut String) -> Result<()> {
    writeln!(
        report,
        "\n## Large fixtures\n\nLoading is compared with `serde_json` parsing the same bytes into plain structs. The operations are those of the library,\nwithout HTTP, each the median of batches; their ratio is to the smallest size.\n"
    )?;
    writeln!(
        report,
        "| Invites | Load : serde_json | Load | Memory an invite | delete | retrieve | page in the middle | a new key's first page |"
    )?;
    writeln!(report, "|---|---|---|---|---|---|---|---|")?;
    let empty = Server::start(sides.mock(Some(&work.fixture(0)?))?)?.memory()?;
    let mut smallest = None;
    for size in SIZES {
        let text = document(size);
        let times = (2_000_000 / size).clamp(5, 101);
        let mut rounds = Vec::new();
        for _ in 0..times {
            let started = Instant::now();
            let world = World::new(Fixture::parse(&text, Settings::default())?);
            let ours = started.elapsed().as_secs_f64();
            drop(world);
            let started = Instant::now();
            let plain: Plain = serde_json::from_str(&text)?;
            let theirs = started.elapsed().as_secs_f64();
            drop(black_box(plain));
            rounds.push((ours, theirs));
        }
        let server = Server::start(sides.mock(Some(&work.fixture(size)?))?)?;
        let memory = (server.memory()? as f64 - empty as f64) / size as f64;
        drop(server);
        let operations = operations(&World::new(Fixture::parse(&text, Settings::default())?), size)?;
        let first = *smallest.get_or_insert(operations);
        let cell = |at: usize| format!("{:.2} µs ({:.1}×)", operations[at], operations[at] / first[at]);
        let memory = if memory * size as f64 > 1e6 { format!("{memory:.0} B") } else { "–".into() };
        writeln!(
            report,
            "| {size} | **{:.2}** | {:.1} ms | {memory} | {} | {} | {} | {} |",
            median(rounds.iter().map(|(ours, theirs)| ours / theirs)),
            median(rounds.iter().map(|(ours, _)| ours * 1e3)),
            cell(0),
            cell(1),
            cell(2),
            cell(3),
        )?;
        eprintln!("{}", report.lines().last().unwrap_or_default());
    }
    Ok(())
}

/// delete, retrieve, a page in the middle, a new key's first page: microseconds each.
fn operations(world: &World, size: usize) -> Result<[f64; 4]> {
    const BATCH: usize = 50;
    const BATCHES: usize = 41;
    let organization = world.organization("sk-ant-admin01-bench").ok_or("no organization")?;
    let batches = |run: &mut dyn FnMut(usize) -> Result<()>| -> Result<f64> {
        let mut times = Vec::new();
        for batch in 0..BATCHES {
            let started = Instant::now();
            for n in 0..BATCH {
                run(batch * BATCH + n)?;
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / BATCH as f64);
        }
        Ok(median(times))
    };
    let page = |organization: &Organization, cursor| {
        let paging = Paging { cursor, ..Paging::default() };
        organization.list_invites(&InviteFilter::default(), &paging).map_err(|_| "no page")
    };
    let retrieve = batches(&mut |n| {
        black_box(organization.invite(&format!("invite_{}", n * 7919 % size)).ok_or("not there")?);
        Ok(())
    })?;
    let middle = batches(&mut |n| {
        let cursor = Cursor::After(format!("invite_{}", size / 2 + n % 30));
        black_box(page(&organization, Some(cursor))?);
        Ok(())
    })?;
    let first = batches(&mut |n| {
        let organization = world.organization(&format!("sk-ant-admin01-{n}")).ok_or("no organization")?;
        black_box(page(&organization, None)?);
        Ok(())
    })?;
    // A key of its own for each fifty, so that the smallest world has enough to delete.
    let delete = batches(&mut |n| {
        let organization =
            world.organization(&format!("sk-ant-admin01-{}", n / BATCH)).ok_or("no organization")?;
        let id = format!("invite_{}", n % BATCH * (size / BATCH) + size / BATCH / 2);
        organization.delete_invite(&id).map_err(|_| "not deleted")?;
        Ok(())
    })?;
    Ok([delete, retrieve, middle, first])
}

/// The same operations as a client sees them, on the three sizes in turns.
fn requests(sides: &Sides, work: &Work, report: &mut String) -> Result<()> {
    const BATCH: usize = 50;
    const BATCHES: usize = 100;
    let mut servers = Vec::new();
    for size in SIZES {
        let server = Server::start(sides.mock(Some(&work.fixture(size)?))?)?;
        let stream = TcpStream::connect(server.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        servers.push((size, stream, server));
    }
    writeln!(
        report,
        "\n### As requests\n\nThe same over HTTP, on one connection to each of three servers, which get 50 requests at once in turns: the\nmicroseconds that each takes, and the median of the turns' ratios to the smallest size. The client\nreads without going to sleep; what waking one costs is left out.\n\n| Invites | delete | retrieve | page in the middle | a new key's first page |\n|---|---|---|---|---|"
    )?;
    /// The line and the key of a request, by its number and the size; whether its key has to be known before.
    type Operation = (fn(usize, usize) -> (String, String), bool);
    let operations: [Operation; 4] = [
        // A key of its own for each batch, so that the smallest world has enough to delete.
        (
            |n, size| {
                let invite = n % BATCH * (size / BATCH) + size / BATCH / 2;
                (format!("DELETE {INVITES}/invite_{invite}"), format!("d{}", n / BATCH))
            },
            true,
        ),
        (|n, size| (format!("GET {INVITES}/invite_{}", n * 7919 % size), "r".into()), true),
        (|n, size| (format!("GET {INVITES}?after_id=invite_{}", size / 2 + n % 30), "r".into()), true),
        (|n, _| (format!("GET {INVITES}"), format!("n{n}")), false),
    ];
    let mut medians = vec![Vec::new(); SIZES.len()];
    for (request, known) in operations {
        let mut rounds = Vec::new();
        for round in 0..BATCHES {
            let mut took = [0.0; SIZES.len()];
            for turn in 0..SIZES.len() {
                let at = (round + turn) % SIZES.len();
                let (size, stream, _) = &mut servers[at];
                let batch: Vec<_> = (round * BATCH..(round + 1) * BATCH).map(|n| request(n, *size)).collect();
                if known {
                    answered(stream, &[(format!("GET {INVITES}?limit=1"), batch[0].1.clone())])?;
                }
                let started = Instant::now();
                answered(stream, &batch)?;
                took[at] = started.elapsed().as_secs_f64() * 1e6 / BATCH as f64;
            }
            rounds.push(took);
        }
        for (at, column) in medians.iter_mut().enumerate() {
            let ratio = median(rounds.iter().map(|took| took[at] / took[0]));
            column.push(format!("{:.0} µs (**{ratio:.2}**)", median(rounds.iter().map(|took| took[at]))));
        }
    }
    for (size, cells) in SIZES.iter().zip(medians) {
        writeln!(report, "| {size} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Reads without ever going to sleep: whether a reader has to be woken decides how long an answer takes
/// to be sent, and changes from run to run.
struct Awake<'s> {
    stream: &'s mut TcpStream,
    until: Instant,
}

impl Read for Awake<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let read = loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < self.until => {}
                read => break read,
            }
        };
        self.stream.set_nonblocking(false)?;
        read
    }
}

/// Requests, each a line and a key, written at once on a connection that stays; all have to be answered with 200.
fn answered(stream: &mut TcpStream, requests: &[(String, String)]) -> Result<()> {
    let written: String = requests
        .iter()
        .map(|(line, key)| {
            format!("{line} HTTP/1.1\r\nhost: localhost\r\nanthropic-version: 2023-06-01\r\nx-api-key: sk-ant-admin01-{key}\r\n\r\n")
        })
        .collect();
    stream.write_all(written.as_bytes())?;
    let mut answers = BufReader::new(Awake { stream, until: Instant::now() + Duration::from_secs(20) });
    for _ in requests {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if answers.read_line(&mut head)? == 0 {
                return Err("the connection was closed".into());
            }
        }
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no length")?;
        let mut body = vec![0; length.parse()?];
        answers.read_exact(&mut body)?;
        if !head.starts_with("HTTP/1.1 200 ") {
            return Err(head.into());
        }
    }
    Ok(())
}

/// What a large directory costs: a page of many users, and a removal that takes much along.
fn directory(report: &mut String) -> Result<()> {
    const USERS: usize = 100_000;
    const TAKEN_ALONG: usize = 1000;
    const TIMES: usize = 21;
    let mut document = String::from(r#"{"invites": [], "users": ["#);
    for n in 0..USERS {
        write!(document, r#"{{"id": "u{n}", "email": "u{n}@example.com", "added_at": "-{n}s"}}, "#)?;
    }
    document += r#"{"id": "leaver", "email": "leaver@example.com"}], "workspaces": ["#;
    for n in 0..TAKEN_ALONG {
        let (comma, archived) =
            (if n == 0 { "" } else { ", " }, if n < 100 { "" } else { r#", "archived_at": "-1d""# });
        write!(
            document,
            r#"{comma}{{"id": "w{n}", "name": "W{n}", "created_at": "-2d", "members": ["leaver"]{archived}}}"#
        )?;
    }
    document += r#"], "api_keys": ["#;
    for n in 0..TAKEN_ALONG {
        let comma = if n == 0 { "" } else { ", " };
        write!(document, r#"{comma}{{"id": "k{n}", "principal": "leaver", "created_by": "leaver"}}"#)?;
    }
    document += "]}";
    let started = Instant::now();
    let world = World::new(Fixture::parse(&document, Settings::default())?);
    let loaded = started.elapsed().as_secs_f64() * 1e3;
    let (mut pages, mut removals) = (Vec::new(), Vec::new());
    for time in 0..TIMES {
        let organization = world.organization(&format!("sk-ant-admin01-{time}")).ok_or("no organization")?;
        let cursor = Some(Cursor::After(format!("u{}", USERS / 2 + time)));
        let paging = Paging { cursor, limit: 1000 };
        let started = Instant::now();
        black_box(organization.list_users(&UserFilter::default(), &paging)?);
        pages.push(started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        organization.remove_user("leaver")?;
        removals.push(started.elapsed().as_secs_f64() * 1e3);
    }
    writeln!(
        report,
        "\n## A large directory\n\n{USERS} users, one of them with {TAKEN_ALONG} memberships and {TAKEN_ALONG} personal API keys: loaded in {loaded:.0} ms; a page of\n1000 users in the middle {:.2} ms; the removal of that user, which takes the memberships and keys along, {:.2} ms (the\nlibrary's calls, medians of {TIMES}).",
        median(pages),
        median(removals),
    )?;
    Ok(())
}

/// Other mocks that can answer this DELETE, where `benches/peers/run` has installed them.
fn peers(repository: &Path, sides: &Sides, report: &mut String) -> Result<()> {
    writeln!(
        report,
        "\n## Other mocks\n\nEach with the smallest set-up that answers this DELETE with a constant (`benches/peers`), warm, on 32 connections. The mock\nis the one that checks the credential, looks for the invite and writes down what it did.\n"
    )?;
    if !repository.join("benches/peers/node_modules").exists() {
        writeln!(report, "Not installed; `benches/peers/run` installs and measures them.")?;
        return Ok(());
    }
    writeln!(
        report,
        "| | Requests a second | Start to the first answer | Memory after load |\n|---|---|---|---|"
    )?;
    let mut row = |name: &str, first: f64, address: SocketAddr, process: u32| -> Result<()> {
        load(address, 32, Keys::One)?;
        let throughput = load(address, 32, Keys::One)?.throughput;
        let memory = megabytes(memory(process)? as f64);
        writeln!(report, "| {name} | {throughput:.0} | {first:.0} ms | {memory} |")?;
        Ok(())
    };
    let server = Server::start(sides.mock(None)?)?;
    row("anthropic-admin-mock", server.answered()?, server.address, server.child.id())?;
    drop(server);
    for name in ["prism", "mockoon", "wiremock"] {
        let address: SocketAddr = ([127, 0, 0, 1], free_port()?).into();
        let mut command = Command::new(repository.join("benches/peers/peer"));
        command.args([name, &address.port().to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
        let started = Instant::now();
        let mut peer = Server { child: command.spawn()?, address, started };
        let first = loop {
            if delete(address).unwrap_or(false) {
                break Some(started.elapsed().as_secs_f64() * 1e3);
            }
            if let Some(status) = peer.child.try_wait()? {
                eprintln!("{name} ended with {status}");
                break None;
            }
            if started.elapsed() > Duration::from_secs(60) {
                return Err(format!("{name} does not answer").into());
            }
            thread::sleep(Duration::from_millis(1));
        };
        match first {
            Some(first) => row(name, first, address, peer.child.id())?,
            None => eprintln!("{name} is left out"),
        }
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
