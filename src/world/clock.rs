//! Time as a value: clocks that run, run shifted or stand still, and moments that may hang on them.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Where an organization's "now" comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// The system's clock plus a duration, which may be negative.
    Shifted(SignedDuration),
    /// One instant that never passes.
    Frozen(Timestamp),
}

impl Clock {
    /// What the clock reads, in whole microseconds, the finest unit the API shows.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn now(self) -> Timestamp {
        whole_micros(match self {
            Clock::System => Timestamp::now(),
            Clock::Shifted(by) => plus(Timestamp::now(), by),
            Clock::Frozen(at) => at,
        })
    }
}

impl Clock {
    /// The same clock, moved; a frozen one stays frozen.
    pub fn advanced(self, by: SignedDuration) -> Self {
        match self {
            Clock::System => Clock::Shifted(by),
            Clock::Shifted(already) => Clock::Shifted(already.saturating_add(by).clamp(-LONGEST, LONGEST)),
            Clock::Frozen(at) => Clock::Frozen(plus(at, by)),
        }
    }

    /// The clock as a fixture writes it; `None` for the system's, which it leaves out.
    pub(crate) fn written(self) -> Option<Moment> {
        match self {
            Clock::System => None,
            Clock::Shifted(by) => Some(Moment::Offset(by)),
            Clock::Frozen(at) => Some(Moment::At(at)),
        }
    }
}

impl From<Moment> for Clock {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::At(at) => Clock::Frozen(at),
            Moment::Offset(by) => Clock::Shifted(by),
        }
    }
}

/// A point in time as a fixture writes it: an RFC 3339 time, or a signed offset such as `-3d`.
///
/// An offset is counted from the moment at which the organization came to be, so one seed serves
/// every organization made from it, whenever that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Moment {
    /// An absolute time.
    At(Timestamp),
    /// A duration after (or, negative, before) the organization's beginning.
    Offset(SignedDuration),
}

impl Moment {
    /// The same kind of moment, `by` later. Stays within the years that can be written.
    pub(crate) fn plus(self, by: SignedDuration) -> Self {
        match self {
            Moment::At(at) => Moment::At(plus(at, by)),
            Moment::Offset(offset) => Moment::Offset(offset.saturating_add(by)),
        }
    }
}

/// What a moment is counted from.
#[derive(Clone, Copy)]
pub(crate) enum Frame {
    /// From 1970.
    Absolute,
    /// From the organization's beginning.
    Beginning,
}

impl Frame {
    pub(crate) const BOTH: [Frame; 2] = [Frame::Absolute, Frame::Beginning];
}

/// A [`Moment`] in whole microseconds and in a third of its size. Sorted, all times come before all offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeptMoment(i64);

impl KeptMoment {
    /// Where offsets are counted from: far behind all times, which end before 2^58, and farther than the
    /// longest offset.
    const BEGINNING: i64 = 1 << 61;
    /// Behind all times and before all offsets.
    const BETWEEN: KeptMoment = KeptMoment(Self::BEGINNING / 2);

    pub(crate) fn frame(self) -> Frame {
        if self < Self::BETWEEN { Frame::Absolute } else { Frame::Beginning }
    }

    /// What all of a frame lie between.
    pub(crate) fn bounds(frame: Frame) -> (Self, Self) {
        match frame {
            Frame::Absolute => (KeptMoment(i64::MIN), Self::BETWEEN),
            Frame::Beginning => (Self::BETWEEN, KeptMoment(i64::MAX)),
        }
    }
}

impl From<Moment> for KeptMoment {
    fn from(moment: Moment) -> Self {
        KeptMoment(match moment {
            Moment::At(at) => at.as_microsecond(),
            Moment::Offset(by) => {
                Self::BEGINNING + by.as_secs() * 1_000_000 + i64::from(by.subsec_nanos() / 1000)
            }
        })
    }
}

impl From<KeptMoment> for Moment {
    fn from(KeptMoment(micros): KeptMoment) -> Self {
        match KeptMoment(micros).frame() {
            Frame::Absolute => {
                let (second, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
                Moment::At(Timestamp::new(second, rest as i32 * 1000).unwrap_or(Timestamp::MAX))
            }
            Frame::Beginning => Moment::Offset(SignedDuration::from_micros(micros - KeptMoment::BEGINNING)),
        }
    }
}

/// What an organization's clock reads, and when the organization began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The clock's now.
    pub now: Timestamp,
    /// The clock's now when the organization was made; offsets count from here.
    pub epoch: Timestamp,
}

impl Reading {
    /// The absolute time of a moment.
    pub(crate) fn resolve(self, moment: impl Into<Moment>) -> Timestamp {
        match moment.into() {
            Moment::At(at) => at,
            Moment::Offset(by) => plus(self.epoch, by),
        }
    }
}

/// What a time may look like, for messages and for the schema.
pub(crate) const TIME_FORMS: &str = "an RFC 3339 time such as \"2026-01-31T12:00:00Z\" or a signed \
     offset from the clock such as \"-3d\" or \"+18h\" (units: w d h m s ms)";

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is not a time; expected {TIME_FORMS}");
        if let Some(offset) = parse_offset(text) {
            return Ok(Moment::Offset(offset));
        }
        if !looks_like_rfc3339(text.as_bytes()) {
            return Err(bad());
        }
        let at: Timestamp = text.parse().map_err(|_| match text[..19].parse::<civil::DateTime>() {
            Ok(_) => format!(
                "{text:?} lies outside the years that this mock can hold, which end at {}",
                Timestamp::MAX
            ),
            Err(_) => bad(),
        })?;
        Ok(Moment::At(whole_micros(at)))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::At(at) => at.to_string(),
            Moment::Offset(by) => format!("{:+}ms", by.as_millis()),
        }
    }
}

/// 0000-01-01T00:00:00Z, the first moment that RFC 3339 can write.
pub(crate) const YEAR_0: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// The longest shift of a clock, some 300 years; it can still be written as an offset.
const LONGEST: SignedDuration = SignedDuration::from_millis(9_999_999_999_999);

/// The units of an offset: name, milliseconds, and the most digits of its number, so that no offset is
/// longer than some 300 years.
const UNITS: [(&str, i64, usize); 6] = [
    ("ms", 1, 14),
    ("s", 1_000, 10),
    ("m", 60_000, 8),
    ("h", 3_600_000, 6),
    ("d", 86_400_000, 5),
    ("w", 604_800_000, 4),
];

/// `-3d`, `+18h`, `+250ms`; `None` when the text is not of that shape.
fn parse_offset(text: &str) -> Option<SignedDuration> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let unit_at = 1 + text[1..].find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = (&text[1..unit_at], &text[unit_at..]);
    let (_, milliseconds, most_digits) = UNITS.into_iter().find(|(name, ..)| *name == unit)?;
    let number: i64 = digits.parse().ok().filter(|_| digits.len() <= most_digits)?;
    Some(SignedDuration::from_millis(sign * number * milliseconds))
}

/// The shape alone; whether the day exists is jiff's question, which on its own takes many more spellings.
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

fn whole_micros(at: Timestamp) -> Timestamp {
    // Before 1970 both parts are negative.
    let (second, fraction) = (at.as_second(), at.subsec_nanosecond());
    match fraction - fraction.rem_euclid(1000) {
        -1_000_000_000 => Timestamp::new(second - 1, 0),
        whole => Timestamp::new(second, whole),
    }
    .unwrap_or(at)
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    whole_micros(at.saturating_add(by).unwrap_or(at)).max(YEAR_0)
}
