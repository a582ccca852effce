//! Values that a document writes as strings, each of which keeps a rule.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Reads a value from a string, and from nothing else.
pub(crate) fn parsed<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Visitor<T>(PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Visitor(PhantomData))
}

/// Writes a value as its text, and reads it from nothing but a text.
macro_rules! as_text {
    ($($type:ident)+) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::world::text::parsed(deserializer)
            }
        }
    )+};
}
pub(crate) use as_text;

/// A string that keeps a rule. It is kept as it came, so that rows take it over without a copy.
#[derive(Debug)]
pub(crate) struct Text<R> {
    pub(crate) text: Arc<str>,
    rule: PhantomData<R>,
}

/// What a string of a document must be.
pub(crate) trait Rule {
    /// What was expected, for the message.
    const EXPECTED: &'static str;
    /// The same rule as a regular expression, for the schema.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the schema's maker reads it"))]
    const PATTERN: &'static str;
    /// Whether the text keeps it.
    fn holds(text: &str) -> bool;
    /// The text as a message may show it.
    fn shown(text: &str) -> String {
        format!("{text:?}")
    }
}

/// A value from a Rust program that the API would refuse as well: its field, and what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongValue {
    /// The field, as the API calls it.
    pub field: &'static str,
    /// What the field takes.
    pub expected: &'static str,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.field, self.expected)
    }
}

impl std::error::Error for WrongValue {}

/// Holds a text against its rule.
pub(crate) fn check<R: Rule>(field: &'static str, text: &str) -> Result<(), WrongValue> {
    if R::holds(text) { Ok(()) } else { Err(WrongValue { field, expected: R::EXPECTED }) }
}

impl<R> From<Arc<str>> for Text<R> {
    fn from(text: Arc<str>) -> Self {
        Text { text, rule: PhantomData }
    }
}

impl<R> PartialEq for Text<R> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<R> Eq for Text<R> {}

impl<R> PartialOrd for Text<R> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Text<R> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<R> Clone for Text<R> {
    fn clone(&self) -> Self {
        self.text.clone().into()
    }
}

impl<R: Rule> FromStr for Text<R> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if R::holds(text) {
            Ok(Arc::<str>::from(text).into())
        } else {
            Err(format!("{} is not {}", R::shown(text), R::EXPECTED))
        }
    }
}

impl<'de, R: Rule> Deserialize<'de> for Text<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

impl<R> Serialize for Text<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[derive(Debug)]
pub(crate) struct NonEmpty;
impl Rule for NonEmpty {
    const EXPECTED: &'static str = "a non-empty string";
    const PATTERN: &'static str = r"^[\s\S]";
    fn holds(text: &str) -> bool {
        !text.is_empty()
    }
}
