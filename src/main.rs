//! The command: reads flags, binds, serves, and reports how it ended.

mod cli;
mod healthcheck;
mod log;
mod run;
mod signals;
mod start;
mod stdin;
mod summary;

use std::{
    collections::BTreeSet,
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use anthropic_admin_mock::{Fixture, JournalFilter, Reason, Settings, World, serve};
use cli::{Cli, Command, LogFormat};
use signals::Signals;
use start::report;
use tokio::{net::TcpListener, sync::oneshot};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (format, settings) = (cli.serving.log, cli.settings());
    let result = match cli.command {
        None => return serve_and_report(cli, settings),
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

fn serve_and_report(cli: Cli, settings: Settings) -> ExitCode {
    let format = cli.serving.log;
    let log = start::set_up_log(format, "info", None);
    let ended = serve_until_stopped(cli.listen, cli.serving.fixtures, settings, cli.until_stdin_ends);
    drop(log);
    let Err(message) = ended else { return ExitCode::SUCCESS };
    report(format, &message);
    ExitCode::FAILURE
}

fn serve_until_stopped(
    listen: SocketAddr,
    fixtures: Vec<PathBuf>,
    settings: Settings,
    until_stdin_ends: bool,
) -> Result<(), String> {
    start::block_on(async {
        // Before anything else, so that a signal means a clean stop also for a process that the system protects (PID 1).
        let (first, second) =
            stop_signals(until_stdin_ends).map_err(|error| format!("cannot wait for signals: {error}"))?;
        tokio::select! {
            result = load_and_serve(listen, fixtures, settings, first) => result,
            _ = second => Ok(()),
        }
    })
}

async fn load_and_serve(
    listen: SocketAddr,
    fixtures: Vec<PathBuf>,
    settings: Settings,
    mut stop: oneshot::Receiver<()>,
) -> Result<(), String> {
    let (seed, has_page) = (settings.seed, !settings.no_control);
    let fixture = tokio::select! {
        fixture = start::load(fixtures, settings) => fixture?,
        _ = &mut stop => return Ok(()),
    };
    let (files, holds) = (fixture.files().join(", "), fixture.contents());
    let world = World::new(fixture);
    let cannot_listen = |error| {
        format!("cannot listen on {listen}: {error}; choose another address with --listen or MOCK_LISTEN")
    };
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    print(&format!("listening on http://{address}"))?;
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

/// The first ten routes that were called and that the mock does not serve, as far as the journals keep them.
fn unserved_routes(world: &World) -> Vec<String> {
    let asked = [Reason::RouteUnserved, Reason::RouteUnknown].into_iter().flat_map(|reason| {
        world.requests(&JournalFilter { reason: Some(reason), ..JournalFilter::default() })
    });
    let routes: BTreeSet<_> = asked.map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    routes.into_iter().take(10).collect()
}

/// The first and the second request to stop: a signal or, where that is wanted, the end of the standard input.
fn stop_signals(until_stdin_ends: bool) -> io::Result<(oneshot::Receiver<()>, oneshot::Receiver<()>)> {
    let mut signals = Signals::that_stop()?;
    let ((stop, first), (end, second)) = (oneshot::channel(), oneshot::channel());
    let mut stdin = until_stdin_ends.then(stdin::end).transpose()?;
    tokio::spawn(async move {
        for request in [stop, end] {
            tokio::select! {
                _ = signals.next() => {}
                () = stdin::ended(&mut stdin) => stdin = None,
            }
            let _ = request.send(());
        }
        // Later signals are caught here as well; one without a listener would kill the process.
        std::future::pending::<()>().await;
    });
    Ok((first, second))
}

fn check(paths: &[PathBuf], settings: Settings, format: LogFormat) -> Result<(), String> {
    let fixture = Fixture::read(paths, settings).map_err(start::refused)?;
    for warning in fixture.warnings() {
        match format {
            LogFormat::Json => cli::say_in_json("WARN", &warning.to_string()),
            LogFormat::Text => drop(writeln!(io::stderr(), "warning: {warning}")),
        }
    }
    print(&format!("ok: {}", fixture.contents()))
}

fn print(line: &str) -> Result<(), String> {
    let mut stdout = io::stdout();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        // A closed stdout is no failure: a script may read one line and leave.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        _ => Ok(()),
    }
}
