//! `run`: a command beside a mock of its own, which lives as long as the command does.

use std::{
    ffi::OsString,
    io::{self, Write},
    net::Ipv4Addr,
    process::{ExitCode, ExitStatus},
};

use anthropic_admin_mock::{World, serve};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

use crate::{
    cli::{LogFormat, Run},
    signals::Signals,
    start::{self, report},
    summary::{Tally, Width},
};

/// A shell's exit codes for a command that it does not find, and for one that it cannot execute.
const NOT_FOUND: i32 = 127;
const NOT_EXECUTABLE: i32 = 126;

/// How a run ended.
enum Ended {
    /// With the command: its exit code, as a shell counts it.
    Command(i32),
    /// Before the command started: the exit code, and a message.
    Early(i32, Option<String>),
}

pub fn run(options: Run) -> ExitCode {
    let (format, strict) = (options.serving.log, options.strict);
    let tally = Tally::default();
    // Requests are only counted, so that the command's own output stands out.
    let quiet = "warn,anthropic_admin_mock::request=off,anthropic_admin_mock::control=off";
    let flush = start::set_up_log(format, quiet, Some(tally.clone()));
    let ended = start::block_on(beside_a_mock(options));
    let code = match ended {
        Ok(Ended::Command(code)) => {
            let refused_by_strict = strict && code == 0 && tally.met_unserved_routes();
            let code = if refused_by_strict { 1 } else { code };
            let text = match format {
                LogFormat::Text => tally.text(Width::of_stderr(start::allows_colours()), refused_by_strict),
                LogFormat::Json => tally.json(code),
            };
            let _ = io::stderr().write_all(text.as_bytes());
            code
        }
        Ok(Ended::Early(code, message)) => {
            message.iter().for_each(|message| report(format, message));
            code
        }
        Err(message) => {
            report(format, &message);
            1
        }
    };
    drop(flush);
    // Windows has exit codes that do not fit into an `ExitCode`.
    std::process::exit(code)
}

async fn beside_a_mock(options: Run) -> Result<Ended, String> {
    // Before anything else, so that no signal ends this process and leaves the command running.
    let mut signals =
        Signals::that_are_sent_on().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let (fixtures, settings) = (options.serving.fixtures.clone(), options.serving.settings());
    let fixture = tokio::select! {
        fixture = start::load(fixtures, settings) => fixture?,
        signal = signals.next() => return Ok(Ended::Early(128 + signal, None)),
    };
    let world = World::new(fixture);
    if world.organization(&options.key).is_none() {
        let message = "the run's key opens no organization; --key takes a key that the fixture lists or, where it has a template (\"invites\" at the top level), one that begins with sk-ant-admin; --any-key takes any";
        return Err(message.into());
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.map_err(|error| format!("cannot listen on a free port: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("cannot listen on a free port: {error}"))?;
    let mut command = match spawn(&options, &format!("http://{address}")) {
        Ok(command) => command,
        Err(error) => {
            let code = if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
            let name = options.command[0].display();
            return Ok(Ended::Early(code, Some(format!("cannot run {name}: {error}"))));
        }
    };
    tokio::select! {
        ended = until_it_ends(&mut command, &mut signals) => {
            ended.map(Ended::Command).map_err(|error| format!("cannot wait for the command: {error}"))
        }
        () = serve(listener, world, std::future::pending()) => Err("the server ended".into()),
    }
}

/// Starts the command in an environment in which clients of the API reach the mock and not the service.
#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
fn spawn(options: &Run, url: &str) -> io::Result<Child> {
    let (program, arguments) = options.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        // A real key must not reach the command, and a second credential would contradict the first.
        let upper = name.to_string_lossy().to_ascii_uppercase();
        if upper.starts_with("ANTHROPIC_") && !upper.starts_with("ANTHROPIC_ADMIN_MOCK_") {
            command.env_remove(name);
        }
    }
    command.env("ANTHROPIC_BASE_URL", url).env("ANTHROPIC_API_KEY", &options.key).env("MOCK_URL", url);
    let without_proxy = without_proxy(std::env::var_os("NO_PROXY").or_else(|| std::env::var_os("no_proxy")));
    for name in ["NO_PROXY", "no_proxy"] {
        command.env(name, &without_proxy);
    }
    command.spawn()
}

/// The hosts that are reached without a proxy, with this machine among them.
fn without_proxy(already: Option<OsString>) -> OsString {
    let mut hosts = already.unwrap_or_default();
    if hosts == "*" {
        return hosts;
    }
    if !hosts.is_empty() {
        hosts.push(",");
    }
    hosts.push("127.0.0.1,localhost");
    hosts
}

/// Sends signals on until the command ends, and returns its exit code.
async fn until_it_ends(command: &mut Child, signals: &mut Signals) -> io::Result<i32> {
    loop {
        tokio::select! {
            status = command.wait() => return status.map(exit_code),
            signal = signals.next() => send_on(signal, command),
        }
    }
}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}

#[cfg(unix)]
fn send_on(signal: i32, command: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    // The command is in the same process group, so a terminal's Ctrl-C has reached it already; a second one would break off
    // its orderly end.
    let by_the_terminal = signal == Signal::INT.as_raw() || signal == Signal::QUIT.as_raw();
    if by_the_terminal && is_in_the_foreground() {
        return;
    }
    // Without an id the command has ended, and its number may be another process's.
    let pid = command.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
        let _ = kill_process(pid, signal);
    }
}

/// Whether the process group is the one that a terminal sends its signals to.
#[cfg(unix)]
fn is_in_the_foreground() -> bool {
    use rustix::{process::getpgrp, termios::tcgetpgrp};
    let ours = Ok(getpgrp());
    tcgetpgrp(io::stdin()) == ours || tcgetpgrp(io::stdout()) == ours || tcgetpgrp(io::stderr()) == ours
}

/// A console's Ctrl-C reaches every process of the console by itself.
#[cfg(not(unix))]
fn send_on(_: i32, _: &Child) {}
