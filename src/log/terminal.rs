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

const COLUMNS: usize = 100;

/// The part of nearly every path that tells nothing.
const COMMON: &str = "/v1/organizations";

/// The format of events for a terminal.
pub struct Terminal {
    pub colours: bool,
}

/// The fields of an event, in their order.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        // What would move the cursor is escaped.
        let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
        self.0.push((field.name(), value.chars().map(shown).collect()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

/// A colour or a weight, as a terminal knows it by its number.
#[derive(Clone, Copy)]
enum Style {
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

impl<S, N> FormatEvent<S, N> for Terminal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
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
        match style {
            Style::Plain => text.to_owned(),
            style if self.colours => format!("\x1b[{}m{text}\x1b[0m", style as u8),
            _ => text.to_owned(),
        }
    }

    fn request(&self, to: &mut Writer<'_>, time: &str, fields: &Fields) -> fmt::Result {
        let get = |name: &str| fields.get(name).unwrap_or_default();
        let status = fields.get("status").unwrap_or("---");
        let style = match status.as_bytes()[0] {
            b'2' | b'3' => Style::Green,
            b'4' => Style::Yellow,
            _ => Style::Red,
        };
        let told = fields.get("reason").or(fields.get("operation")).unwrap_or_default();
        let key = get("key").rsplit('…').next().map(|tail| format!("…{tail}")).unwrap_or_default();
        let took = get("duration_ms").parse::<f64>().unwrap_or_default();
        let end = format!("{told:19}  {took:.1} ms  {key}");
        let start = format!("{time} {:6} ", get("method"));
        let room = COLUMNS.saturating_sub(start.len() + 1 + status.len() + 1 + end.chars().count());
        let target = shortened(&target(fields), room);
        let gap = " ".repeat(room.saturating_sub(target.chars().count()));
        writeln!(to, "{start}{target}{gap} {} {end}", self.styled(style, status))?;
        self.explained(to, fields)
    }

    /// A refusal's message and what to do about it.
    fn explained(&self, to: &mut Writer<'_>, fields: &Fields) -> fmt::Result {
        let said: Vec<_> = ["error_message", "hint"].iter().filter_map(|name| fields.get(name)).collect();
        match said.is_empty() {
            true => Ok(()),
            false => writeln!(to, "         {}", self.styled(Style::Dim, &said.join(" · "))),
        }
    }

    fn control(&self, to: &mut Writer<'_>, time: &str, fields: &Fields) -> fmt::Result {
        let get = |name: &str| fields.get(name).unwrap_or_default();
        let refusal = fields.get("reason").map(|reason| format!(" {reason}")).unwrap_or_default();
        let line = format!("{time} {:6} {} {}{refusal}", get("method"), target(fields), get("status"));
        writeln!(to, "{}", self.styled(Style::Dim, &shortened(&line, COLUMNS)))?;
        self.explained(to, fields)
    }

    fn started(&self, to: &mut Writer<'_>, fields: &Fields) -> fmt::Result {
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

    fn other(&self, to: &mut Writer<'_>, time: &str, level: Level, fields: &Fields) -> fmt::Result {
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

/// The path with its query, without what all paths begin with.
fn target(fields: &Fields) -> String {
    let path = fields.get("path").unwrap_or_default();
    let path = path.strip_prefix(COMMON).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    match fields.get("query") {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// A text that fits, its middle left out if need be.
fn shortened(text: &str, room: usize) -> String {
    let count = text.chars().count();
    if count <= room || room < 3 {
        return text.chars().take(room.max(3)).collect();
    }
    let (start, end) = ((room - 1) / 2, (room - 1).div_ceil(2));
    text.chars().take(start).chain(['…']).chain(text.chars().skip(count - end)).collect()
}
