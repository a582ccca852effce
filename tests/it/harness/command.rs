//! The built command: run to its end, or serving until it is dropped.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, ChildStderr, Command, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use super::call::LONGEST_WAIT;

/// The command, without variables that it would look at.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anthropic-admin-mock"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOCK_") || name == "RUST_LOG" || name == "NO_COLOR" {
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
        if started.elapsed() > LONGEST_WAIT {
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
        let first = lines.recv_timeout(15 * LONGEST_WAIT).unwrap_or_default();
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

    /// Stops it, and returns its exit code and all of its log.
    #[cfg(unix)]
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let mut log = String::new();
        self.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

/// The lines of a log between those of the start, of which the last says so, and that of the stop.
pub fn after_the_start(log: &str) -> Vec<&str> {
    let mut lines = log.lines();
    assert!(lines.any(|line| line.contains("started")), "{log}");
    assert!(lines.next_back().is_some_and(|line| line.contains("stopped")), "{log}");
    lines.collect()
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
