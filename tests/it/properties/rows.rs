//! Rows of a document, and the same rows in the state that it makes.

use serde_json::{Map, Value};

/// Every row that a document gives an id is there, and says all that the document says of it.
pub fn come_back(document: &Value, state: &Value) {
    for list in ["users", "invites", "workspaces", "api_keys"] {
        let rows = |of: &Value| of[list].as_array().cloned().unwrap_or_default();
        let kept = rows(state);
        for given in rows(document) {
            let Some(id) = given["id"].as_str() else { continue };
            let found = kept.iter().find(|kept| kept["id"] == id);
            let found = found.unwrap_or_else(|| panic!("{list}: no {id:?} in {state:#}"));
            comes_back(given.as_object().expect("a row with an id is an object"), found);
        }
    }
}

fn comes_back(given: &Map<String, Value>, kept: &Value) {
    for (field, given) in given {
        let kept = &kept[field];
        let same = match (field.as_str(), given) {
            // Null is a value of these alone.
            ("workspace" | "partial_key_hint", Value::Null) => kept.is_null(),
            (_, Value::Null) | ("type", _) => true,
            ("status", status) => match status.as_str() {
                Some("deleted" | "inactive" | "archived") => kept == given,
                // These follow from the times, and from the workspace.
                _ => true,
            },
            // By address, id or name; in the state by id.
            ("workspace" | "created_by" | "principal", _) => !kept.is_null(),
            (name, _) if name.ends_with("_at") => !kept.is_null(),
            ("members", Value::Array(members)) => {
                members.len() == kept.as_array().map(Vec::len).unwrap_or_default()
            }
            ("data_residency", Value::Object(fields)) => {
                fields.iter().all(|(field, value)| value.is_null() || kept[field] == *value)
            }
            (_, Value::Number(number)) => number.as_f64() == kept.as_f64(),
            // What is as if it were left out.
            ("default", Value::Bool(false)) => true,
            ("tags", Value::Object(tags)) if tags.is_empty() => true,
            ("rbac_group_ids", Value::Array(groups)) if groups.is_empty() => true,
            _ => kept == given,
        };
        assert!(same, "{field}: {given} is {kept}");
    }
}
