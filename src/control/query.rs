//! The query of a control call: the names that its route knows, each once at the most.

use super::error::ControlError;

/// Refuses an unknown name, since the call would otherwise do to everything what was meant for a part, and a name that is
/// given twice, since only one of its values could count.
pub(super) fn check(query: &str, known: &[&str]) -> Result<(), ControlError> {
    let mut given = Vec::new();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if !known.contains(&&*name) {
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            return Err(ControlError::input(&name, format!("unknown in the query; expected {known}")));
        }
        if given.contains(&name) {
            return Err(ControlError::input(&name, "given twice in the query"));
        }
        given.push(name);
    }
    Ok(())
}
