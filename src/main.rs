//! The command: flags and environment, log, bind, serve, exit code.

mod log;

use std::{
    fmt::Display,
    io::{self, IsTerminal, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anthropic_admin_mock::{Fixture, Moment, RateLimit, Settings, World, serve};
use clap::{
    ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, builder::BoolishValueParser,
    parser::ValueSource,
};
use tokio::net::TcpListener;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// How long `healthcheck` waits for an answer in all.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// A local stand-in for the Invites resource of Anthropic's Admin API.
///
/// Without a subcommand it serves. Every option can also be set by its environment variable; one
/// that is set to nothing counts as not set.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// Where to listen; port 0 takes a free one, which the first line on stdout names.
    #[arg(long, value_name = "ADDR", env = "MOCK_LISTEN", default_value = "127.0.0.1:4010", global = true, value_parser = address)]
    listen: SocketAddr,

    /// A fixture file, or a folder of *.json; may be repeated. The variable separates them like PATH.
    ///
    /// [default: the compiled-in fixtures/default.json]
    #[arg(long = "fixture", value_name = "PATH", env = "MOCK_FIXTURE")]
    fixtures: Vec<PathBuf>,

    /// Take any non-empty credential for an admin key.
    #[arg(long, env = "MOCK_ANY_KEY", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    any_key: bool,

    /// Freeze every clock at an RFC 3339 time, or shift it by an offset such as +22d.
    /// [default: the fixture's clock, or else the system's]
    #[arg(long, value_name = "TIME", env = "MOCK_NOW", global = true, allow_hyphen_values = true)]
    now: Option<Moment>,

    /// Where ids come from: the same seed and fixture give the same ids.
    #[arg(long, value_name = "N", env = "MOCK_SEED", default_value_t = 0)]
    seed: u64,

    /// How many requests an organization's journal keeps.
    #[arg(long, value_name = "N", env = "MOCK_JOURNAL", default_value_t = 1000)]
    journal: usize,

    /// Take the control routes under /_mock away, GET /_mock/health aside.
    #[arg(long, env = "MOCK_NO_CONTROL", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    no_control: bool,

    /// Limit each organization's requests: off, documented (100 a minute, and 1,200 invite creations an
    /// hour), or a number a second, minute or hour such as 5/s, 100/m, 1000/h.
    #[arg(long, value_name = "RATE", env = "MOCK_RATE_LIMIT", default_value = "off")]
    rate_limit: RateLimit,

    /// The log on stderr, one line a request; RUST_LOG sets the level.
    #[arg(long, value_name = "FORMAT", env = "MOCK_LOG", default_value = "text")]
    log: Log,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Log {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Check fixture files and folders as one world, without starting.
    Check {
        /// Files, or folders of *.json.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Print the JSON Schema of a fixture file.
    Schema,
    /// Ask the server at the address of --listen whether it is there: exit 0 or 1.
    Healthcheck,
}

fn main() -> ExitCode {
    let cli = parse();
    let settings = Settings {
        any_key: cli.any_key,
        now: cli.now,
        seed: cli.seed,
        rate_limit: cli.rate_limit,
        journal: Some(cli.journal),
        no_control: cli.no_control,
    };
    let result = match &cli.command {
        None => run(&cli, settings),
        Some(Command::Check { paths }) => check(paths, settings),
        Some(Command::Schema) => print(Fixture::SCHEMA.trim_end()),
        Some(Command::Healthcheck) => healthcheck(cli.listen),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

/// The flags and the environment. Exits with 2 on bad usage, with 0 for `--help` and `--version`.
fn parse() -> Cli {
    #[expect(clippy::disallowed_methods, reason = "main.rs is where the environment is read")]
    let set_to_nothing =
        |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let command = Cli::command().mut_args(|arg| match arg.get_env() {
        Some(name) if set_to_nothing(name) => arg.env(None::<&str>),
        _ => arg,
    });
    let matches = command.get_matches();
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if matches.value_source("fixtures") == Some(ValueSource::EnvVariable) {
        let list = cli.fixtures.iter().flat_map(std::env::split_paths);
        cli.fixtures = list.filter(|path| !path.as_os_str().is_empty()).collect();
    }
    cli
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.replacen("localhost:", "127.0.0.1:", usize::from(text.starts_with("localhost:")));
    numeric.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:4010 or [::1]:0".into())
}

fn run(cli: &Cli, settings: Settings) -> Result<(), String> {
    let log = log(cli.log);
    // One thread answers more requests than any test sends, and leaves the other cores to the program under test.
    let runtime = tokio::runtime::Builder::new_current_thread()
        // A suite that resets a hundred keys at once takes no hundred threads.
        .max_blocking_threads(8)
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let result = runtime.block_on(serve_until_stopped(cli.listen, cli.fixtures.clone(), settings));
    // Nothing that may still run, such as the loading of a fixture, is worth waiting for.
    runtime.shutdown_background();
    drop(log);
    result
}

async fn serve_until_stopped(
    listen: SocketAddr,
    fixtures: Vec<PathBuf>,
    settings: Settings,
) -> Result<(), String> {
    // From the very start a signal means a clean stop, also for a process that the system protects (PID 1).
    let stop = stop_signal().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let mut stop = std::pin::pin!(stop);
    let loading = tokio::task::spawn_blocking(move || Fixture::read(&fixtures, settings).map(World::new));
    let world = tokio::select! {
        world = loading => world.map_err(|error| format!("cannot load the fixture: {error}"))?.map_err(refused)?,
        () = &mut stop => return Ok(()),
    };
    let cannot_listen = |error| {
        format!("cannot listen on {listen}: {error}; choose another address with --listen or MOCK_LISTEN")
    };
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    print(&format!("listening on http://{address}"))?;
    serve(listener, world, stop).await;
    Ok(())
}

/// Where requests are logged.
fn log(format: Log) -> log::Flush {
    #[expect(clippy::disallowed_methods, reason = "main.rs is where the environment is read")]
    let levels = std::env::var("RUST_LOG").unwrap_or_default();
    let levels = if levels.is_empty() { "info" } else { &levels };
    let levels: Targets = levels.parse().unwrap_or_else(|error| {
        let message = format!("RUST_LOG={levels:?} cannot be read: {error}\n");
        clap::Error::raw(clap::error::ErrorKind::InvalidValue, message).exit()
    });
    let (lines, flush) = log::to_stderr();
    let terminal = io::stderr().is_terminal();
    let shown = tracing_subscriber::fmt::layer().with_ansi(terminal).with_target(false).with_timer(log::Time);
    let shown = shown.with_writer(lines.clone());
    let lines = match format {
        Log::Text if terminal => shown.boxed(),
        Log::Text => log::Plain(lines).boxed(),
        Log::Json => shown.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(levels).with(lines).init();
    // A panic is a log line like any other, in the format that was asked for.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic)));
    flush
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn check(paths: &[PathBuf], settings: Settings) -> Result<(), String> {
    let (organizations, invites) = Fixture::read(paths, settings).map_err(refused)?.size();
    print(&format!("ok: {organizations} pinned organizations, {invites} invites"))
}

fn refused(error: impl Display) -> String {
    format!("{error}\nthe fixture was refused, nothing was loaded")
}

fn print(line: &str) -> Result<(), String> {
    let mut stdout = io::stdout();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        // Whoever closed our stdout does not want the line; that is no reason to fail.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        _ => Ok(()),
    }
}

fn healthcheck(listen: SocketAddr) -> Result<(), String> {
    let mut address = listen;
    if listen.port() == 0 {
        return Err(
            "healthcheck needs the server's port; --listen or MOCK_LISTEN says 0, which is any".into()
        );
    }
    match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let answer = ask_health(address).map_err(|error| format!("no healthy server at {address}: {error}"))?;
    if answer.starts_with("HTTP/1.0 200 ") && answer.ends_with(r#"{"status":"ok"}"#) {
        return Ok(());
    }
    let first_line = answer.lines().next().unwrap_or("nothing");
    Err(format!("no healthy server at {address}: it answered {first_line:?}"))
}

/// One request by hand: an HTTP client would be the largest part of the program.
fn ask_health(address: SocketAddr) -> io::Result<String> {
    const MOST: usize = 4096;
    let deadline = Instant::now() + HEALTH_TIMEOUT;
    let mut stream = TcpStream::connect_timeout(&address, HEALTH_TIMEOUT)?;
    stream.write_all(b"GET /_mock/health HTTP/1.0\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut part = [0; 1024];
    while answer.len() < MOST {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&part[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
