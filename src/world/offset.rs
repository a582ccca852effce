//! Offsets such as `-3d`, and moments, which are a time or an offset.

use std::{fmt, str::FromStr, time::Duration};

use super::{error::Error, text::as_text, time::Time};

/// A signed duration: `22d`, `+18h`, `-3d`, of the units `w d h m s ms`. It converts from [`Duration`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(i64);

impl Offset {
    /// The longest shift of a clock, some 300 years; it can still be written.
    pub(crate) const LONGEST: Offset = Offset(9_999_999_999_999_000);

    pub(crate) const ZERO: Offset = Offset(0);

    pub(crate) const fn from_hours(hours: i64) -> Self {
        Offset(hours * 3_600_000_000)
    }

    pub(crate) fn from_micros(micros: i64) -> Self {
        Offset(micros)
    }

    /// Microseconds.
    pub(crate) fn micros(self) -> i64 {
        self.0
    }

    /// The sum, as far as a clock can be shifted.
    pub(crate) fn plus(self, other: Offset) -> Self {
        Offset((self.0 + other.0).clamp(-Self::LONGEST.0, Self::LONGEST.0))
    }
}

impl std::ops::Neg for Offset {
    type Output = Offset;

    fn neg(self) -> Offset {
        Offset(-self.0)
    }
}

impl fmt::Display for Offset {
    /// In the largest unit, up to days, of which it is a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.div_euclid(1000);
        let fits = |(name, unit, most_digits): &(&str, i64, usize)| {
            let digits = (milliseconds / unit).to_string().trim_start_matches('-').len();
            *name != "w" && milliseconds % unit == 0 && digits <= *most_digits
        };
        let (name, unit, _) = UNITS.into_iter().rfind(fits).unwrap_or(UNITS[0]);
        write!(f, "{:+}{name}", milliseconds / unit)
    }
}

/// The units of an offset: name, milliseconds, and the most digits of its number, so that the sum of two fits.
const UNITS: [(&str, i64, usize); 6] = [
    ("ms", 1, 14),
    ("s", 1_000, 10),
    ("m", 60_000, 8),
    ("h", 3_600_000, 6),
    ("d", 86_400_000, 5),
    ("w", 604_800_000, 4),
];

impl FromStr for Offset {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (sign, rest) = match text.as_bytes().first()? {
                b'-' => (-1, &text[1..]),
                b'+' => (1, &text[1..]),
                _ => (1, text),
            };
            let (digits, unit) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
            let (_, milliseconds, most_digits) = UNITS.into_iter().find(|(name, ..)| *name == unit)?;
            let number: i64 = digits.parse().ok().filter(|_| digits.len() <= most_digits)?;
            Some(Offset(sign * number * milliseconds * 1000))
        };
        parse().ok_or_else(|| {
            Error::new(format!(
                "{text:?} is not a duration; expected one such as \"22d\" or \"-1h\" (units: w d h m s ms)"
            ))
        })
    }
}

impl TryFrom<&str> for Offset {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Duration> for Offset {
    fn from(duration: Duration) -> Self {
        // An offset is written in milliseconds, so it holds no less.
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Offset(millis.saturating_mul(1000).min(Self::LONGEST.0))
    }
}

/// A point in time as a fixture writes it: a [`Time`], or a signed [`Offset`] such as `-3d`.
///
/// An offset counts from the moment at which the organization is made or reset, so a template holds for every
/// organization made from it, whenever that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An absolute time.
    At(Time),
    /// So long after (or, negative, before) the organization was made.
    Offset(Offset),
}

impl Moment {
    /// The default of most times.
    pub(crate) const NOW: Moment = Moment::Offset(Offset::ZERO);

    /// The moment so much later, of the same kind.
    pub(crate) fn plus(self, by: Offset) -> Self {
        match self {
            Moment::At(at) => Moment::At(at.plus(by)),
            Moment::Offset(offset) => Moment::Offset(Offset(offset.0 + by.0)),
        }
    }

    /// The time of the moment in an organization that was made at `start`.
    pub(crate) fn resolve(self, start: Time) -> Time {
        match self {
            Moment::At(at) => at,
            Moment::Offset(offset) => start.plus(offset),
        }
    }
}

/// What a moment may look like, for messages and for the schema.
pub(crate) const MOMENT_FORMS: &str = "an RFC 3339 time such as \"2026-01-31T12:00:00Z\" or a signed \
     offset from the clock such as \"-3d\" or \"+18h\" (units: w d h m s ms)";

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.starts_with(['+', '-']) {
            let bad = |_| Error::new(format!("{text:?} is not a time; expected {MOMENT_FORMS}"));
            return text.parse().map(Moment::Offset).map_err(bad);
        }
        Time::parse(text, MOMENT_FORMS).map(Moment::At)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::At(at) => at.fmt(f),
            Moment::Offset(offset) => offset.fmt(f),
        }
    }
}

as_text!(Offset Moment);
