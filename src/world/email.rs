//! E-mail addresses: what is one, and when two are the same (docs/fidelity.md, "Invites").

use std::sync::Arc;

use super::text::Rule;

/// The rule of every address, in fixtures as on the wire.
#[derive(Debug)]
pub(crate) struct Email;

impl Rule for Email {
    const EXPECTED: &'static str = "an e-mail address such as \"ada@example.com\"";
    const PATTERN: &'static str = concat!(
        r"^(?=[\s\S]{1,254}$(?!\n))(?=[^@]{1,64}@)",
        r"[^@\s.<>,\x00-\x1f\x7f-\x9f]+(\.[^@\s.<>,\x00-\x1f\x7f-\x9f]+)*",
        r"@[^@\s.<>,\x00-\x1f\x7f-\x9f]+(\.[^@\s.<>,\x00-\x1f\x7f-\x9f]+)+$(?!\n)",
    );

    fn holds(text: &str) -> bool {
        is_email(text)
    }
}

/// Whether a text is an address: one `@`; before it 1 to 64 characters, after it a domain with a dot; 254 characters at
/// the most; no space, control character, angle bracket or comma; on neither side a dot at an end or two in a row.
pub(crate) fn is_email(text: &str) -> bool {
    const FORBIDDEN: [char; 5] = ['@', '<', '>', ',', '\u{feff}'];
    let forbidden = |c: char| FORBIDDEN.contains(&c) || c.is_whitespace() || c.is_control();
    let good = |part: &str| !part.is_empty() && !part.contains(forbidden);
    let Some((local, domain)) = text.split_once('@') else { return false };
    local.split('.').all(good)
        && domain.split('.').all(good)
        && domain.contains('.')
        && local.chars().count() <= 64
        && text.chars().count() <= 254
}

/// An address as the API compares it: in lower case and without a `+tag`.
pub(crate) fn normalized(email: &Arc<str>) -> Arc<str> {
    if !email.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'+' || !byte.is_ascii()) {
        return email.clone();
    }
    let lower = email.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => {
            let mailbox = local.split('+').next().filter(|mailbox| !mailbox.is_empty()).unwrap_or(local);
            format!("{mailbox}@{domain}").into()
        }
        None => lower.into(),
    }
}

/// The domain of an address, in lower case.
pub(crate) fn domain(email: &str) -> String {
    email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase()
}
