//! The command: reads flags, sets up the log, binds, serves, and says how it ended.

mod cli;
mod healthcheck;
mod log;
mod run;
mod signals;
mod stdin;
mod summary;

use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use anthropic_admin_mock::{Fixture, JournalFilter, Settings, World, serve};
use cli::{Cli, Command, LogFormat};
use log::terminal::Terminal;
use signals::Signals;
use tokio::{net::TcpListener, sync::oneshot};
use tracing_subscriber::{
    Layer, field::MakeExt, filter::Targets, fmt::format::debug_fn, layer::SubscriberExt,
    util::SubscriberInitExt,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (format, settings) = (cli.serving.log, cli.settings());
    let result = match cli.command {
        None => return start(cli, settings),
        Some(Command::Run(options)) => return run::run(options),
        Some(Command::Check { ref paths, now }) => {
            check(paths, Settings { now: now.or(settings.now), ..settings }, format)
        }
        Some(Command::Schema) => print(Fixture::SCHEMA.trim_end()),
        Some(Command::Healthcheck { listen }) => healthcheck::run(listen.unwrap_or(cli.listen)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            report(format, &message);
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli, settings: Settings) -> ExitCode {
    let (format, log) = (cli.serving.log, log(cli.serving.log, "info", None));
    let ended = serve_until_stopped(cli.listen, cli.serving.fixtures, settings, cli.until_stdin_ends);
    drop(log);
    let Err(message) = ended else { return ExitCode::SUCCESS };
    report(format, &message);
    ExitCode::FAILURE
}

/// Says on stderr what went wrong, in the format of the log, and not by the log, which RUST_LOG may have turned off.
fn report(format: LogFormat, message: &str) {
    match format {
        LogFormat::Json => message.lines().for_each(|line| cli::say_in_json("ERROR", line)),
        LogFormat::Text => drop(writeln!(io::stderr(), "{message}")),
    }
}

fn serve_until_stopped(
    listen: SocketAddr,
    fixtures: Vec<PathBuf>,
    settings: Settings,
    until_stdin_ends: bool,
) -> Result<(), String> {
    // One thread answers more requests than any test sends, and leaves the other cores to the program under test.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let result = runtime.block_on(async {
        // From the very start a signal means a clean stop, also for a process that the system protects (PID 1).
        let (first, second) =
            stop_signals(until_stdin_ends).map_err(|error| format!("cannot wait for signals: {error}"))?;
        tokio::select! {
            result = load_and_serve(listen, fixtures, settings, first) => result,
            _ = second => Ok(()),
        }
    });
    // Nothing that may still run, such as the loading of a fixture, is worth waiting for.
    runtime.shutdown_background();
    result
}

async fn load_and_serve(
    listen: SocketAddr,
    fixtures: Vec<PathBuf>,
    settings: Settings,
    mut stop: oneshot::Receiver<()>,
) -> Result<(), String> {
    let (seed, has_page) = (settings.seed, !settings.no_control);
    let loading = tokio::task::spawn_blocking(move || Fixture::read(&fixtures, settings));
    let fixture = tokio::select! {
        fixture = loading => fixture.map_err(|error| format!("cannot load the fixture: {error}"))?.map_err(refused)?,
        _ = &mut stop => return Ok(()),
    };
    let (files, holds, warnings) =
        (fixture.files().join(", "), fixture.contents(), fixture.warnings().to_vec());
    let world = World::new(fixture);
    let cannot_listen = |error| {
        format!("cannot listen on {listen}: {error}; choose another address with --listen or MOCK_LISTEN")
    };
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    print(&format!("listening on http://{address}"))?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let clock = world.clock();
    let page = has_page.then(|| format!("http://{address}/_mock"));
    tracing::info!(%address, page, fixture = files, holds, clock = %clock, now = %clock.now(), seed, "started");
    serve(listener, world.clone(), async {
        let _ = stop.await;
    })
    .await;
    let unserved = unserved_routes(&world).join(", ");
    tracing::info!(
        answered = world.answered(),
        unserved = Some(unserved).filter(|routes| !routes.is_empty()),
        "stopped"
    );
    Ok(())
}

/// The routes that were asked for and that the mock does not serve, as far as the journals remember.
fn unserved_routes(world: &World) -> Vec<String> {
    let asked = ["route-unserved", "route-unknown"].into_iter().flat_map(|reason| {
        world.requests(&JournalFilter { reason: Some(reason.into()), ..JournalFilter::default() })
    });
    let routes: BTreeSet<_> = asked.map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    routes.into_iter().take(10).collect()
}

/// Where requests are logged, and by `run` counted. Warns of variables that look like a mistake.
fn log(format: LogFormat, default_levels: &str, tally: Option<summary::Tally>) -> log::Flush {
    #[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let levels = variable("RUST_LOG").unwrap_or_else(|| default_levels.into());
    let levels: Targets = levels.parse().unwrap_or_else(|error| {
        let message = format!("RUST_LOG={levels:?} cannot be read: {error}\n");
        cli::exit(&clap::Error::raw(clap::error::ErrorKind::InvalidValue, message))
    });
    let (lines, flush) = log::to_stderr();
    let colours = variable("NO_COLOR").is_none();
    let shown = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(lines);
    let plain = debug_fn(|line, field, value| match field.name() {
        "message" => write!(line, "{value:?}"),
        name => write!(line, "{name}={value:?}"),
    });
    let shown = match format {
        LogFormat::Text if io::stderr().is_terminal() => shown.event_format(Terminal { colours }).boxed(),
        LogFormat::Text => shown.fmt_fields(plain.delimited(" ")).boxed(),
        LogFormat::Json => shown.json().flatten_event(true).boxed(),
    };
    // What is counted does not depend on what is shown.
    let counted = tally.map(summary::Tally::layer);
    tracing_subscriber::registry().with(shown.with_filter(levels)).with(counted).init();
    // A panic is a log line like any other, in the format that was asked for.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic)));
    for (name, ours) in cli::misspelt_variables() {
        tracing::warn!("{name} is set, which the mock does not know; did you mean {ours}?");
    }
    flush
}

/// The first and the second thing that asks for a stop: a signal, or where that is wanted the end of the standard input.
fn stop_signals(until_stdin_ends: bool) -> io::Result<(oneshot::Receiver<()>, oneshot::Receiver<()>)> {
    let mut signals = Signals::that_stop()?;
    let ((stop, first), (end, second)) = (oneshot::channel(), oneshot::channel());
    let mut stdin = until_stdin_ends.then(stdin::end).transpose()?;
    tokio::spawn(async move {
        for told in [stop, end] {
            tokio::select! {
                _ = signals.next() => {}
                () = stdin::ended(&mut stdin) => stdin = None,
            }
            let _ = told.send(());
        }
        // A signal that is not waited for would kill the process.
        std::future::pending::<()>().await;
    });
    Ok((first, second))
}

fn check(paths: &[PathBuf], settings: Settings, format: LogFormat) -> Result<(), String> {
    let fixture = Fixture::read(paths, settings).map_err(refused)?;
    for warning in fixture.warnings() {
        match format {
            LogFormat::Json => cli::say_in_json("WARN", &warning.to_string()),
            LogFormat::Text => drop(writeln!(io::stderr(), "warning: {warning}")),
        }
    }
    print(&format!("ok: {}", fixture.contents()))
}

fn refused(error: impl Display) -> String {
    format!("{error}\nthe fixture was refused, nothing was loaded")
}

fn print(line: &str) -> Result<(), String> {
    let mut stdout = io::stdout();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        // A stdout that was closed is no reason to fail: its reader does not want the line.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        _ => Ok(()),
    }
}
