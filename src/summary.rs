//! What `run` says at the end: how often each operation was asked, what was refused and why, and what is not served.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, IsTerminal},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::json;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, registry::LookupSpan};

/// Where the server logs requests.
const REQUESTS: &str = "anthropic_admin_mock::request";
/// How many different routes that are not served are told apart, so that no program can fill the memory.
const MOST_ROUTES: usize = 1000;
/// How many of them the text names.
const SHOWN_ROUTES: usize = 10;
/// The methods that are told apart where a request has no operation; all others are counted as one, for the same reason.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const OTHER_METHODS: &str = "other methods";
/// The reasons of a request for a route that the mock does not serve.
const UNSERVED: [&str; 2] = ["route-unknown", "route-unserved"];

/// A count of requests, kept from the lines that the server logs of them: unlike a journal it has no end, and no test empties it.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    requests: u64,
    /// By the operation's name. A 405 has no operation and is counted by method.
    operations: BTreeMap<String, Operation>,
    /// By method and path, with the reason.
    unserved: BTreeMap<(String, String), u64>,
    /// Requests for routes beyond those that are told apart.
    more_unserved: u64,
}

#[derive(Default)]
struct Operation {
    requests: u64,
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// What counts the lines.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(self) -> impl Layer<S> {
        self.with_filter(Targets::new().with_target(REQUESTS, Level::TRACE))
    }

    /// Whether a request met a route that the mock does not serve.
    pub fn met_unserved_routes(&self) -> bool {
        !self.counts().unserved.is_empty()
    }

    /// For a person: a few lines.
    pub fn text(&self, width: Width, refused_by_strict: bool) -> String {
        let counts = self.counts();
        let mut lines = Vec::new();
        if counts.requests == 0 {
            let text = "the mock was not asked once; is ANTHROPIC_BASE_URL what the command's client takes?";
            lines.push(width.bold(&format!("anthropic-admin-mock: {text}")));
        } else {
            let requests = plural(counts.requests, "request");
            lines.push(width.bold(&format!("anthropic-admin-mock: {requests}")));
        }
        let name_width = counts.operations.keys().map(String::len).max().unwrap_or_default();
        for (name, operation) in &counts.operations {
            let start = format!("  {name:name_width$} {:>6}", operation.requests);
            let reasons = operation.reasons.iter().map(|(reason, times)| format!("{times} × {reason}"));
            lines.extend(width.wrapped(&start, reasons));
        }
        let routes: u64 = counts.unserved.values().sum::<u64>() + counts.more_unserved;
        if routes > 0 {
            let requests = plural(routes, "request");
            lines.push(width.red(&format!("not served by the mock: {requests}")));
            for ((reason, route), times) in counts.unserved.iter().take(SHOWN_ROUTES) {
                lines.push(width.cut(&format!("  {times} × {route} ({reason})")));
            }
            if counts.unserved.len() > SHOWN_ROUTES {
                lines.push(format!("  and {} more routes", counts.unserved.len() - SHOWN_ROUTES));
            }
        }
        if refused_by_strict {
            lines.push(width.red("ends with 1 because of --strict, though the command succeeded"));
        }
        lines.iter().map(|line| width.cut(line) + "\n").collect()
    }

    /// For a program: one line of JSON, like the lines of the log.
    pub fn json(&self, exit_code: i32) -> String {
        let counts = self.counts();
        let operations: BTreeMap<_, _> = counts
            .operations
            .iter()
            .map(|(name, operation)| {
                (name, json!({"requests": operation.requests, "reasons": operation.reasons}))
            })
            .collect();
        let routes = counts.unserved.iter();
        let unserved: Vec<_> = routes
            .map(
                |((reason, route), requests)| json!({"route": route, "reason": reason, "requests": requests}),
            )
            .collect();
        let line = json!({
            "level": "INFO",
            "message": "the command ended",
            "exit_code": exit_code,
            "requests": counts.requests,
            "operations": operations,
            "unserved": unserved,
        });
        format!("{line}\n")
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plural(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

impl<S: Subscriber> Layer<S> for Tally {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let mut counts = self.counts();
        counts.requests += 1;
        let reason = line.reason.unwrap_or_default();
        if UNSERVED.contains(&reason.as_str()) {
            let route = (reason, format!("{} {}", line.method, line.path));
            if counts.unserved.len() < MOST_ROUTES || counts.unserved.contains_key(&route) {
                *counts.unserved.entry(route).or_default() += 1;
            } else {
                counts.more_unserved += 1;
            }
            return;
        }
        let method = Some(line.method).filter(|method| METHODS.contains(&method.as_str()));
        let name = line.operation.or(method).unwrap_or_else(|| OTHER_METHODS.into());
        let operation = counts.operations.entry(name).or_default();
        operation.requests += 1;
        if !reason.is_empty() {
            *operation.reasons.entry(reason).or_default() += 1;
        }
    }
}

/// What is counted of a line.
#[derive(Default)]
struct Line {
    method: String,
    path: String,
    operation: Option<String>,
    reason: Option<String>,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "path" => self.path = value.into(),
            "operation" => self.operation = Some(value.into()),
            "reason" => self.reason = Some(value.into()),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "method" {
            self.method = format!("{value:?}");
        }
    }
}

/// How wide lines may be, and whether they may have colours.
pub struct Width {
    columns: usize,
    /// Whether what is longer is cut; a file keeps it whole.
    cuts: bool,
    colours: bool,
}

impl Width {
    /// That of the terminal behind stderr; without one lines are wrapped as for a usual one, but not cut.
    pub fn of_stderr() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_terminal = io::stderr().is_terminal();
        let columns = terminal_columns().filter(|columns| is_terminal && *columns > 0);
        Width { columns: columns.unwrap_or(80), cuts: is_terminal, colours: is_terminal && !no_colour }
    }

    fn bold(&self, line: &str) -> String {
        self.styled("1", line)
    }

    fn red(&self, line: &str) -> String {
        self.styled("31", line)
    }

    fn styled(&self, code: &str, line: &str) -> String {
        let line = self.cut(line);
        if self.colours { format!("\x1b[{code}m{line}\x1b[0m") } else { line }
    }

    /// A line that fits; one with colours fits already.
    fn cut(&self, line: &str) -> String {
        if !self.cuts || line.starts_with('\x1b') || line.chars().count() <= self.columns {
            return line.into();
        }
        line.chars().take(self.columns.saturating_sub(1)).chain(['…']).collect()
    }

    /// Lines of items after a beginning, under which the further lines are indented.
    fn wrapped(&self, start: &str, items: impl Iterator<Item = String>) -> Vec<String> {
        let mut lines = vec![start.to_owned()];
        let indent = start.chars().count();
        for item in items {
            let last = lines.len() - 1;
            let line = &mut lines[last];
            let is_first = line.chars().count() == indent;
            let separator = if is_first { "   " } else { ", " };
            if is_first || line.chars().count() + separator.len() + item.chars().count() <= self.columns {
                *line += &format!("{separator}{item}");
            } else {
                lines.push(format!("{:indent$}   {item}", ""));
            }
        }
        lines
    }
}

#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    rustix::termios::tcgetwinsize(io::stderr()).ok().map(|size| size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}
