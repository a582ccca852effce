//! The fields of a JSON body, taken one after the other; an error names its field.

use std::fmt::Display;

use serde_json::{Map, Value};

use super::error::{ApiError, one_of};

/// The fields of an object. An optional field that is null counts as left out.
pub(super) struct Fields {
    fields: Map<String, Value>,
    /// The path of the object in the body, such as `data_residency.`.
    path: String,
}

impl Fields {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Fields { fields, path: String::new() }
    }

    fn wrong(&self, field: &str, what: impl Display) -> ApiError {
        ApiError::input(&format!("{}{field}", self.path), what)
    }

    /// A value that may be left out.
    fn optional(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    /// A string that must be there.
    pub(super) fn string(&mut self, field: &str) -> Result<String, ApiError> {
        match self.fields.remove(field) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.wrong(field, "Input should be a valid string")),
            None => Err(self.wrong(field, "Field required")),
        }
    }

    pub(super) fn optional_string(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        match self.optional(field) {
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(field, "Input should be a valid string")),
            None => Ok(None),
        }
    }

    /// A string of 1 to `most` characters.
    pub(super) fn text(&mut self, field: &str, most: usize) -> Result<Option<String>, ApiError> {
        let text = self.optional_string(field)?;
        match text.as_ref().map(|text| text.chars().count()) {
            Some(0) => Err(self.wrong(field, "String should have at least 1 character")),
            Some(count) if count > most => {
                Err(self.wrong(field, format_args!("String should have at most {most} characters")))
            }
            _ => Ok(text),
        }
    }

    /// One of several words.
    pub(super) fn word<W>(&mut self, field: &str, words: &[W]) -> Result<Option<W>, ApiError>
    where
        W: Copy + Display + PartialEq + std::str::FromStr,
    {
        let Some(text) = self.optional_string(field)? else { return Ok(None) };
        let word = text.parse().ok().filter(|word| words.contains(word));
        word.map(Some).ok_or_else(|| self.wrong(field, one_of(words)))
    }

    /// A list of strings.
    pub(super) fn strings(&mut self, field: &str) -> Result<Option<Vec<String>>, ApiError> {
        match self.strings_or_string(field)? {
            None => Ok(None),
            Some(Ok(list)) => Ok(Some(list)),
            Some(Err(_)) => Err(self.wrong(field, "Input should be a valid list")),
        }
    }

    /// A list of strings, or (the error) a string in its place.
    pub(super) fn strings_or_string(
        &mut self,
        field: &str,
    ) -> Result<Option<Result<Vec<String>, String>>, ApiError> {
        let items = match self.optional(field) {
            Some(Value::Array(items)) => items,
            Some(Value::String(text)) => return Ok(Some(Err(text))),
            None => return Ok(None),
            Some(_) => return Err(self.wrong(field, "Input should be a valid list")),
        };
        let string = |item| match item {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong(field, "Input should be a valid string")),
        };
        items.into_iter().map(string).collect::<Result<_, _>>().map(|list| Some(Ok(list)))
    }

    /// The fields of an object.
    pub(super) fn object(&mut self, field: &str) -> Result<Option<Fields>, ApiError> {
        match self.optional(field) {
            Some(Value::Object(fields)) => {
                Ok(Some(Fields { fields, path: format!("{}{field}.", self.path) }))
            }
            Some(_) => Err(self.wrong(field, "Input should be a valid dictionary")),
            None => Ok(None),
        }
    }

    /// All fields, each of which is a string or null.
    pub(super) fn nullable_strings(mut self) -> Result<Vec<(String, Option<String>)>, ApiError> {
        let fields = std::mem::take(&mut self.fields).into_iter();
        let string = |(name, value): (String, Value)| match value {
            Value::String(text) => Ok((name, Some(text))),
            Value::Null => Ok((name, None)),
            _ => Err(self.wrong(&name, "Input should be a valid string")),
        };
        fields.map(string).collect()
    }

    /// Refuses fields that were not taken.
    pub(super) fn no_more(self) -> Result<(), ApiError> {
        match self.fields.keys().next() {
            Some(field) => Err(self.wrong(field, "Extra inputs are not permitted")),
            None => Ok(()),
        }
    }
}
