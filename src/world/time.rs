//! Times: whole microseconds, written as RFC 3339.

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{error::Error, offset::Offset, text::as_text};
use jiff::{Timestamp, civil, fmt::StdFmtWrite, fmt::temporal::DateTimePrinter};

/// A point in time, in whole microseconds, the finest unit that the API shows.
///
/// It is written as RFC 3339 in UTC, with six digits of a second or, where they are all zero, none. It converts from and
/// to [`SystemTime`], and parses from any RFC 3339 text of the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// 0000-01-01T00:00:00Z, the first moment that RFC 3339 can write.
    pub(crate) const FIRST: Time = Time(-62_167_219_200_000_000);
    /// The last moment that jiff can hold: 9999-12-30T22:00:00.999999Z.
    pub(crate) const LAST: Time = Time(253_402_207_200_999_999);

    /// The time so many microseconds after 1970; one beyond the years that can be written becomes the first or the last.
    pub(crate) fn from_micros(micros: i64) -> Self {
        Time(micros.clamp(Self::FIRST.0, Self::LAST.0))
    }

    /// Reads RFC 3339; `expected` says in the error what may stand in its place.
    pub(crate) fn parse(text: &str, expected: &str) -> Result<Self, Error> {
        let bad = || Error::new(format!("{text:?} is not a time; expected {expected}"));
        if !looks_like_rfc3339(text.as_bytes()) {
            return Err(bad());
        }
        let at: Timestamp = text.parse().map_err(|_| match text[..19].parse::<civil::DateTime>() {
            Ok(_) => Error::new(format!(
                "{text:?} lies outside the years that this mock can hold, which end at {}",
                Self::LAST
            )),
            Err(_) => bad(),
        })?;
        let micros = at.as_nanosecond().div_euclid(1000);
        Ok(Time::from_micros(micros.try_into().unwrap_or(i64::MAX)))
    }

    /// The time so much later, or earlier for a negative offset; the first or the last time where that leads too far.
    pub fn plus(self, by: Offset) -> Self {
        Time::from_micros(self.0.saturating_add(by.micros()))
    }

    /// The same; `None` where that leads out of the years that can be written.
    pub(crate) fn checked_plus(self, by: Offset) -> Option<Self> {
        let micros = self.0.checked_add(by.micros())?;
        (Self::FIRST.0..=Self::LAST.0).contains(&micros).then_some(Time(micros))
    }

    /// How much later this time is than another one.
    pub fn since(self, other: Time) -> Offset {
        Offset::from_micros(self.0 - other.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = if self.0 % 1_000_000 == 0 { 0 } else { 6 };
        // Of microseconds jiff takes none within its last second.
        let at = Timestamp::from_nanosecond(i128::from(self.0) * 1000).map_err(|_| fmt::Error)?;
        DateTimePrinter::new()
            .precision(Some(precision))
            .print_timestamp(&at, StdFmtWrite(f))
            .map_err(|_| fmt::Error)
    }
}

impl FromStr for Time {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Time::parse(text, "RFC 3339, such as \"2026-01-31T12:00:00Z\"")
    }
}

impl From<SystemTime> for Time {
    fn from(at: SystemTime) -> Self {
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Time::from_micros(match at.duration_since(UNIX_EPOCH) {
            Ok(after) => micros(after),
            Err(before) => -micros(before.duration()),
        })
    }
}

impl From<Time> for SystemTime {
    fn from(time: Time) -> Self {
        let distance = Duration::from_micros(time.0.unsigned_abs());
        if time.0 < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
    }
}

impl TryFrom<&str> for Time {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

as_text!(Time);

/// The shape of RFC 3339 alone, because jiff takes many more spellings; whether the day exists is left to jiff.
fn looks_like_rfc3339(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let shape = |form: &[u8], text: &[u8]| {
        form.len() == text.len()
            && form.iter().zip(text).all(|(form, byte)| match form {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let zone = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            &fraction[digits..]
        }
        other => other,
    };
    // jiff folds a leap second into the one before it; RFC 3339 allows it only where one was inserted.
    shape(b"0000-00-00T00:00:00", head)
        && &head[17..] != b"60"
        && (zone == b"Z" || (shape(b"+00:00", zone) || shape(b"-00:00", zone)) && zone[1..3] < b"24"[..])
}
