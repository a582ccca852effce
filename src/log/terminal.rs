//! Log lines for a person at a terminal: one for a request, which fits 100 columns, and one more for a refusal.

use std::fmt::{self, Write};

use anthropic_admin_mock::Clock;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::style::{Style, cut_in_the_middle, styled};

const COLUMNS: usize = 100;

/// The common prefix of paths; lines omit it to save room.
const COMMON: &str = "/v1/organizations";

/// The format of events for a terminal.
pub struct Terminal {
    pub colours: bool,
}

/// The fields of an event, in their order.
#[derive(Default)]
struct EventFields(Vec<(&'static str, String)>);

impl EventFields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

impl Visit for EventFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Control characters are escaped, because they could move the cursor.
        let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
        self.0.push((field.name(), value.chars().map(shown).collect()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

impl<S, N> FormatEvent<S, N> for Terminal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = EventFields::default();
        event.record(&mut fields);
        let time = Clock::System.now().to_string()[11..19].to_owned();
        match (event.metadata().target(), fields.get("message")) {
            ("anthropic_admin_mock::request", _) => self.request(&mut to, &time, &fields),
            ("anthropic_admin_mock::control", _) => self.control(&mut to, &time, &fields),
            (_, Some("started")) => self.started(&mut to, &fields),
            _ => self.other(&mut to, &time, *event.metadata().level(), &fields),
        }
    }
}

impl Terminal {
    fn styled(&self, style: Style, text: &str) -> String {
        styled(self.colours, style, text)
    }

    fn request(&self, to: &mut Writer<'_>, time: &str, fields: &EventFields) -> fmt::Result {
        let get = |name: &str| fields.get(name).unwrap_or_default();
        let status = fields.get("status").unwrap_or("---");
        let style = match status.as_bytes()[0] {
            b'2' | b'3' => Style::Green,
            b'4' => Style::Yellow,
            _ => Style::Red,
        };
        let outcome = fields.get("reason").or(fields.get("operation")).unwrap_or_default();
        let key = get("key").rsplit('…').next().map(|tail| format!("…{tail}")).unwrap_or_default();
        let took = get("duration_ms").parse::<f64>().unwrap_or_default();
        let end = format!("{outcome:19}  {took:.1} ms  {key}");
        let start = format!("{time} {:6} ", get("method"));
        let room = COLUMNS.saturating_sub(start.len() + 1 + status.len() + 1 + end.chars().count());
        let target = cut_in_the_middle(&target(fields), room);
        let gap = " ".repeat(room.saturating_sub(target.chars().count()));
        writeln!(to, "{start}{target}{gap} {} {end}", self.styled(style, status))?;
        self.explanation(to, fields)
    }

    /// The message of a refusal, and the hint what to do about it.
    fn explanation(&self, to: &mut Writer<'_>, fields: &EventFields) -> fmt::Result {
        let parts: Vec<_> = ["error_message", "hint"].iter().filter_map(|name| fields.get(name)).collect();
        match parts.is_empty() {
            true => Ok(()),
            false => writeln!(to, "         {}", self.styled(Style::Dim, &parts.join(" · "))),
        }
    }

    fn control(&self, to: &mut Writer<'_>, time: &str, fields: &EventFields) -> fmt::Result {
        let get = |name: &str| fields.get(name).unwrap_or_default();
        let refusal = fields.get("reason").map(|reason| format!(" {reason}")).unwrap_or_default();
        let line = format!("{time} {:6} {} {}{refusal}", get("method"), target(fields), get("status"));
        writeln!(to, "{}", self.styled(Style::Dim, &cut_in_the_middle(&line, COLUMNS)))?;
        self.explanation(to, fields)
    }

    fn started(&self, to: &mut Writer<'_>, fields: &EventFields) -> fmt::Result {
        let get = |name: &str| fields.get(name).unwrap_or_default();
        let name = concat!("anthropic-admin-mock ", env!("CARGO_PKG_VERSION"));
        writeln!(to, "{}", self.styled(Style::Bold, name))?;
        writeln!(to, "  address  http://{}", get("address"))?;
        if let Some(page) = fields.get("page") {
            writeln!(to, "  page     {page}")?;
        }
        writeln!(to, "  fixture  {}", get("fixture"))?;
        writeln!(to, "           {}", get("holds"))?;
        writeln!(to, "  clock    {}, {}", get("clock"), get("now"))?;
        writeln!(to, "  seed     {}", get("seed"))
    }

    fn other(&self, to: &mut Writer<'_>, time: &str, level: Level, fields: &EventFields) -> fmt::Result {
        let style = match level {
            Level::ERROR => Style::Red,
            Level::WARN => Style::Yellow,
            Level::INFO => Style::Plain,
            _ => Style::Dim,
        };
        let mut line = format!("{time} {level:5}");
        for (name, value) in &fields.0 {
            match *name {
                "message" => write!(line, " {value}")?,
                name => write!(line, " {name}={value}")?,
            }
        }
        writeln!(to, "{}", self.styled(style, &line))
    }
}

/// The path with its query, without the common prefix.
fn target(fields: &EventFields) -> String {
    let path = fields.get("path").unwrap_or_default();
    let path = path.strip_prefix(COMMON).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    match fields.get("query") {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}
