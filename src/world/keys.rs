//! Credentials: their kind, their digest, and the form in which they may be shown.

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// What a credential's prefix says of it (docs/fidelity.md, "Keys").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// `sk-ant-admin…`, `sk-ant-api01-…` and `sk-ant-oat…`: may manage an organization.
    Admin,
    /// `sk-ant-api03-…`: an ordinary key for inference.
    Inference,
    /// Shaped like a key, but of no kind that the Admin API takes.
    Other,
    /// Not shaped `sk-ant-…` at all.
    Malformed,
}

impl KeyKind {
    pub(crate) fn of(secret: &[u8]) -> Self {
        let Some(rest) = secret.strip_prefix(b"sk-ant-").filter(|rest| !rest.is_empty()) else {
            return KeyKind::Malformed;
        };
        // Copies of a header are joined with a comma, which no key has.
        if rest.contains(&b',') {
            return KeyKind::Other;
        }
        let starts = |prefix: &str| rest.starts_with(prefix.as_bytes());
        if starts("admin") || starts("api01-") || starts("oat") {
            KeyKind::Admin
        } else if starts("api03-") {
            KeyKind::Inference
        } else {
            KeyKind::Other
        }
    }
}

/// The SHA-256 digest of a credential. The world keeps these and never the credential itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyDigest([u8; 32]);

impl KeyDigest {
    pub(crate) fn of(secret: &[u8]) -> Self {
        KeyDigest(Sha256::digest(secret).into())
    }

    /// The digest as a fixture may write it in place of the key: 64 hexadecimal digits after `sha256:`.
    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(0..) {
            *byte = u8::from_str_radix(&hex[2 * pair..2 * pair + 2], 16).ok()?;
        }
        Some(KeyDigest(digest))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A credential as logs and journals may show it: its prefix and its last four characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedactedKey(String);

impl RedactedKey {
    /// How many characters of a key's end are shown.
    const SHOWN: usize = 4;

    /// Whether a text is what redacting makes of a key.
    fn is_one(text: &str) -> bool {
        text.split_once('…').is_some_and(|(prefix, tail)| {
            prefix.ends_with('-')
                && prefix.len() <= "sk-ant-12345678-".len()
                && tail.chars().count() <= Self::SHOWN
        })
    }

    /// Keeps the kind's prefix (`sk-ant-admin01-`) and the last four characters, these only where
    /// at least eight more stay hidden.
    pub(crate) fn of(secret: &[u8]) -> Self {
        const HIDDEN: usize = 8;
        let mut text = lossy(secret);
        if !is_plain(&text) {
            text = text.replace(char::is_control, "\u{fffd}").into();
        }
        let prefix_end = match text.strip_prefix("sk-ant-").and_then(|rest| rest.find('-')) {
            // A kind is a short word; what runs on without a dash may be the secret.
            Some(kind) if kind <= 8 => "sk-ant-".len() + kind + 1,
            _ if text.starts_with("sk-ant-") => "sk-ant-".len(),
            _ => 0,
        };
        let (prefix, secret) = text.split_at(prefix_end);
        let mut from_the_end = secret.char_indices();
        let tail = match (from_the_end.nth_back(Self::SHOWN - 1), from_the_end.nth_back(HIDDEN - 1)) {
            (Some((at, _)), Some(_)) => &secret[at..],
            _ => "",
        };
        RedactedKey([prefix, "…", tail].concat())
    }
}

impl From<RedactedKey> for String {
    fn from(key: RedactedKey) -> Self {
        key.0
    }
}

impl fmt::Display for RedactedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is printable ASCII alone, as nearly all are.
fn is_plain(text: &str) -> bool {
    // Without an early exit the compiler has the processor look at many bytes at once.
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// The text of bytes, what is no UTF-8 replaced. The standard library's is slow where nothing is.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// A redacted text without characters that could move a terminal's cursor, for lines of a log.
pub(crate) fn scrubbed(text: &str) -> String {
    let shown = redacted(text);
    if is_plain(&shown) {
        return shown;
    }
    let escaped = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    if shown.contains(char::is_control) { shown.chars().map(escaped).collect() } else { shown }
}

/// A text with every key in it redacted. One in which a key is percent-encoded is shown decoded, since its parts would give
/// the key away.
pub(crate) fn redacted(text: &str) -> String {
    const BEGINNING: &str = "sk-ant-";
    let mut decoded = Cow::Borrowed(text);
    // Text that was encoded more often is no slip any more, and each round costs as much as the first.
    for _ in 0..3 {
        if !decoded.contains('%') {
            break;
        }
        decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned().into();
    }
    let text = if decoded.contains(BEGINNING) { &*decoded } else { text };
    if !text.contains(BEGINNING) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGINNING) {
        let (before, key) = rest.split_at(at);
        let ends = |c: char| {
            c.is_whitespace() || matches!(c, '"' | '`' | '\'' | '\\' | '/' | '%' | '?' | '&' | ',' | ';')
        };
        let end = key.find(ends).unwrap_or(key.len());
        shown.push_str(before);
        match &key[..end] {
            redacted if RedactedKey::is_one(redacted) => shown.push_str(redacted),
            key => shown.push_str(&RedactedKey::of(key.as_bytes()).0),
        }
        rest = &key[end..];
    }
    shown.push_str(rest);
    shown
}
