//! What serving and `run` begin with: the log, a runtime, and the fixture.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use anthropic_admin_mock::{Fixture, Settings};
use tracing_subscriber::{
    Layer, field::MakeExt, filter::Targets, fmt::format::debug_fn, layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    cli::{self, LogFormat},
    log::{self, terminal::Terminal},
    summary::Tally,
};

/// Sets up the log, and what `run` counts. Warns of variables that look like a mistake.
pub fn set_up_log(format: LogFormat, default_levels: &str, tally: Option<Tally>) -> log::Flush {
    let levels = variable("RUST_LOG").unwrap_or_else(|| default_levels.into());
    let levels: Targets = levels.parse().unwrap_or_else(|error| {
        let message = format!("RUST_LOG={levels:?} cannot be read: {error}\n");
        cli::exit(&clap::Error::raw(clap::error::ErrorKind::InvalidValue, message))
    });
    let (lines, flush) = log::to_stderr();
    let shown = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(lines);
    let plain = debug_fn(|line, field, value| match field.name() {
        "message" => write!(line, "{value:?}"),
        name => write!(line, "{name}={value:?}"),
    });
    let shown = match format {
        LogFormat::Text if io::stderr().is_terminal() => {
            shown.event_format(Terminal { colours: allows_colours() }).boxed()
        }
        LogFormat::Text => shown.fmt_fields(plain.delimited(" ")).boxed(),
        LogFormat::Json => shown.json().flatten_event(true).boxed(),
    };
    // What is counted does not depend on what is shown.
    let counted = tally.map(Tally::layer);
    tracing_subscriber::registry().with(shown.with_filter(levels)).with(counted).init();
    // A panic is a log line like any other, in the format that was asked for.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic)));
    for (name, ours) in cli::misspelt_variables() {
        tracing::warn!("{name} is set, which the mock does not know; did you mean {ours}?");
    }
    flush
}

/// Whether the environment allows colours at a terminal.
pub fn allows_colours() -> bool {
    variable("NO_COLOR").is_none()
}

#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs a future to its end, on a runtime of one thread: that answers more requests than any test sends, and leaves the other
/// cores to the program under test.
pub fn block_on<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let result = runtime.block_on(future);
    // A fixture may still be loading; its end is not waited for.
    runtime.shutdown_background();
    result
}

/// Reads the fixture on a thread of its own, so that signals are heard meanwhile, and logs its warnings.
pub async fn load(fixtures: Vec<PathBuf>, settings: Settings) -> Result<Fixture, String> {
    let loading = tokio::task::spawn_blocking(move || Fixture::read(&fixtures, settings));
    let fixture =
        loading.await.map_err(|error| format!("cannot load the fixture: {error}"))?.map_err(refused)?;
    for warning in fixture.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(fixture)
}

/// The message of a fixture that was refused.
pub fn refused(error: impl Display) -> String {
    format!("{error}\nthe fixture was refused, nothing was loaded")
}

/// Writes to stderr what went wrong, in the format of the log, and not by the log, which RUST_LOG may have turned off.
pub fn report(format: LogFormat, message: &str) {
    match format {
        LogFormat::Json => message.lines().for_each(|line| cli::say_in_json("ERROR", line)),
        LogFormat::Text => drop(writeln!(io::stderr(), "{message}")),
    }
}
