//! Clocks as values: the system's, a shifted or a frozen one. The only place that reads the wall clock.

use std::{fmt, time::SystemTime};

use super::{
    offset::{Moment, Offset},
    time::Time,
};

/// Where an organization's "now" comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// The system's clock plus an offset, which may be negative.
    Shifted(Offset),
    /// One time that never passes.
    Frozen(Time),
}

impl Clock {
    /// What the clock reads.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn now(self) -> Time {
        match self {
            Clock::System => SystemTime::now().into(),
            Clock::Shifted(by) => Time::from(SystemTime::now()).plus(by),
            Clock::Frozen(at) => at,
        }
    }

    /// The system's clock, shifted by what can be written.
    fn shifted(by: Offset) -> Self {
        if by == Offset::ZERO { Clock::System } else { Clock::Shifted(Offset::ZERO.plus(by)) }
    }

    /// The same clock, moved; a frozen one stays frozen.
    pub fn advanced(self, by: Offset) -> Self {
        match self {
            Clock::System => Clock::shifted(by),
            Clock::Shifted(already) => Clock::shifted(already.plus(by)),
            Clock::Frozen(at) => Clock::Frozen(at.plus(by)),
        }
    }

    /// The clock as a fixture writes it; `None` for the system's, which a fixture leaves out.
    pub(crate) fn written(self) -> Option<Moment> {
        match self {
            Clock::System => None,
            Clock::Shifted(by) => Some(Moment::Offset(by)),
            Clock::Frozen(at) => Some(Moment::At(at)),
        }
    }
}

/// For logs: `system`, `system +22d`, `frozen`.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clock::System => f.write_str("system"),
            Clock::Shifted(by) => write!(f, "system {by}"),
            Clock::Frozen(_) => f.write_str("frozen"),
        }
    }
}

impl From<Moment> for Clock {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::At(at) => Clock::Frozen(at),
            Moment::Offset(by) => Clock::shifted(by),
        }
    }
}

/// What an organization's clock reads, and the origin from which the times of its rows count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) now: Time,
    pub(crate) origin: Time,
}

/// A time of a row: microseconds after its organization's origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(i64);

impl Tick {
    /// The origin itself.
    pub(crate) const ZERO: Tick = Tick(0);

    /// The tick after this one.
    pub(crate) fn next(self) -> Self {
        Tick(self.0.saturating_add(1))
    }

    /// Ticks as a document writes them: offsets where a copy's times count from its own start, times otherwise.
    pub(crate) fn written(self, origin: Option<Time>) -> Moment {
        match origin {
            Some(origin) => Moment::At(origin.plus(Offset::from_micros(self.0))),
            None => Moment::Offset(Offset::from_micros(self.0)),
        }
    }
}

impl Reading {
    /// The time of a tick.
    pub(crate) fn time(self, tick: Tick) -> Time {
        self.origin.plus(Offset::from_micros(tick.0))
    }

    /// The tick of a time.
    pub(crate) fn tick(self, time: Time) -> Tick {
        Tick(time.since(self.origin).micros())
    }

    /// The tick of now.
    pub(crate) fn tick_of_now(self) -> Tick {
        self.tick(self.now)
    }
}
