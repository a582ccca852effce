//! The summary at the end of `run`: how often each operation was called, what was refused and why, and what is not served.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, IsTerminal},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anthropic_admin_mock::Reason;
use serde_json::json;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, registry::LookupSpan};

use crate::log::style::{Style, cut, styled};

/// The target of the lines that the server logs of requests.
const REQUESTS: &str = "anthropic_admin_mock::request";
/// How many routes that are not served are counted separately. The limit keeps a program from filling the memory.
const MOST_ROUTES: usize = 1000;
/// How many of them the summary names.
const SHOWN_ROUTES: usize = 10;
/// The methods that are counted separately where a request has no operation; all others count as one, for the same reason.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const OTHER_METHODS: &str = "other methods";
/// The reasons of a request for a route that the mock does not serve.
const UNSERVED: [Reason; 2] = [Reason::RouteUnknown, Reason::RouteUnserved];

/// Counts of requests, taken from the lines that the server logs of them: unlike a journal they have no limit, and no test
/// empties them.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<Tallies>>);

#[derive(Default)]
struct Tallies {
    requests: u64,
    /// By the operation's name. A 405 has no operation and is counted by method.
    operations: BTreeMap<String, OperationTally>,
    /// By method and path, with the reason.
    unserved: BTreeMap<(String, String), u64>,
    /// Requests for routes beyond those that are counted separately.
    more_unserved: u64,
}

#[derive(Default)]
struct OperationTally {
    requests: u64,
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// The layer that counts the log's lines.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(self) -> impl Layer<S> {
        self.with_filter(Targets::new().with_target(REQUESTS, Level::TRACE))
    }

    /// Whether a request met a route that the mock does not serve.
    pub fn met_unserved_routes(&self) -> bool {
        !self.tallies().unserved.is_empty()
    }

    /// For a person: a few lines.
    pub fn text(&self, width: Width, refused_by_strict: bool) -> String {
        let tallies = self.tallies();
        let mut lines = Vec::new();
        if tallies.requests == 0 {
            let text = "the mock was not asked once; is ANTHROPIC_BASE_URL what the command's client takes?";
            lines.push(width.bold(&format!("anthropic-admin-mock: {text}")));
        } else {
            let requests = plural(tallies.requests, "request");
            lines.push(width.bold(&format!("anthropic-admin-mock: {requests}")));
        }
        let name_width = tallies.operations.keys().map(String::len).max().unwrap_or_default();
        for (name, operation) in &tallies.operations {
            let start = format!("  {name:name_width$} {:>6}", operation.requests);
            let reasons = operation.reasons.iter().map(|(reason, times)| format!("{times} × {reason}"));
            lines.extend(width.wrapped(&start, reasons));
        }
        let routes: u64 = tallies.unserved.values().sum::<u64>() + tallies.more_unserved;
        if routes > 0 {
            let requests = plural(routes, "request");
            lines.push(width.red(&format!("not served by the mock: {requests}")));
            for ((reason, route), times) in tallies.unserved.iter().take(SHOWN_ROUTES) {
                lines.push(width.cut(&format!("  {times} × {route} ({reason})")));
            }
            if tallies.unserved.len() > SHOWN_ROUTES {
                lines.push(format!("  and {} more routes", tallies.unserved.len() - SHOWN_ROUTES));
            }
        }
        if refused_by_strict {
            lines.push(width.red("ends with 1 because of --strict, though the command succeeded"));
        }
        lines.iter().map(|line| width.cut(line) + "\n").collect()
    }

    /// For a program: one line of JSON, like the lines of the log.
    pub fn json(&self, exit_code: i32) -> String {
        let tallies = self.tallies();
        let operations: BTreeMap<_, _> = tallies
            .operations
            .iter()
            .map(|(name, operation)| {
                (name, json!({"requests": operation.requests, "reasons": operation.reasons}))
            })
            .collect();
        let routes = tallies.unserved.iter();
        let unserved: Vec<_> = routes
            .map(
                |((reason, route), requests)| json!({"route": route, "reason": reason, "requests": requests}),
            )
            .collect();
        let line = json!({
            "level": "INFO",
            "message": "the command ended",
            "exit_code": exit_code,
            "requests": tallies.requests,
            "operations": operations,
            "unserved": unserved,
        });
        format!("{line}\n")
    }

    fn tallies(&self) -> MutexGuard<'_, Tallies> {
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
        let mut tallies = self.tallies();
        tallies.requests += 1;
        let reason = line.reason.unwrap_or_default();
        if UNSERVED.iter().any(|unserved| unserved.name() == reason) {
            let route = (reason, format!("{} {}", line.method, line.path));
            if tallies.unserved.len() < MOST_ROUTES || tallies.unserved.contains_key(&route) {
                *tallies.unserved.entry(route).or_default() += 1;
            } else {
                tallies.more_unserved += 1;
            }
            return;
        }
        let method = Some(line.method).filter(|method| METHODS.contains(&method.as_str()));
        let name = line.operation.or(method).unwrap_or_else(|| OTHER_METHODS.into());
        let operation = tallies.operations.entry(name).or_default();
        operation.requests += 1;
        if !reason.is_empty() {
            *operation.reasons.entry(reason).or_default() += 1;
        }
    }
}

/// The fields of a line that are counted.
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
    /// Whether longer lines are cut; a file gets them whole.
    cuts: bool,
    colours: bool,
}

impl Width {
    /// The width of stderr's terminal. Without a terminal lines are wrapped at 80 columns and not cut.
    pub fn of_stderr(allows_colours: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let columns = terminal_columns().filter(|columns| is_terminal && *columns > 0);
        Width { columns: columns.unwrap_or(80), cuts: is_terminal, colours: is_terminal && allows_colours }
    }

    fn bold(&self, line: &str) -> String {
        styled(self.colours, Style::Bold, &self.cut(line))
    }

    fn red(&self, line: &str) -> String {
        styled(self.colours, Style::Red, &self.cut(line))
    }

    /// A line that fits the terminal. A line with colours was cut before they were added.
    fn cut(&self, line: &str) -> String {
        if !self.cuts || line.starts_with('\x1b') { line.into() } else { cut(line, self.columns) }
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
