//! The page at `/_mock`, for a tester who looks instead of calling.

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

const PAGE: &str = include_str!("page.html");

/// The policy allows the page's own style and script, by their digests, and calls of the server that it came from; nothing
/// else, and no frame around it.
const POLICY: &str = "default-src 'none'; connect-src 'self'; style-src 'sha256-6OzB9RY/N5xMR3BNzqH1lUTOvstMxMaRikK/675qfhw='; script-src 'sha256-V77Q3RNcQ+UM0o2l3cPik5xMqTQ3abFhZF+kgcsxPEY='; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Whether the request accepts HTML, as a browser's does.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")))
}

pub(super) fn response() -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 6] = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    (HEADERS, PAGE).into_response()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::{PAGE, POLICY};
    use crate::world::{ErrorType, Meanwhile, PATH_IDS};

    /// Base64, RFC 4648, section 4.
    fn base64(bytes: &[u8]) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let group = |group: &[u8]| {
            let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - group.len()));
            let letter = |at: usize| char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
            (0..4).map(|at| if at <= group.len() { letter(at) } else { '=' }).collect::<String>()
        };
        bytes.chunks(3).map(group).collect()
    }

    #[test]
    fn the_policy_allows_the_style_and_the_script_of_the_page_and_no_other() {
        for element in ["style", "script"] {
            let (_, rest) = PAGE.split_once(&format!("<{element}>")).unwrap();
            let (content, after) = rest.split_once(&format!("</{element}>")).unwrap();
            let digest = base64(&Sha256::digest(content.as_bytes()));
            assert!(POLICY.contains(&format!("{element}-src 'sha256-{digest}'")), "{element}: {digest}");
            assert!(!after.contains(&format!("<{element}")), "one {element} alone");
        }
        assert!(PAGE.len() < 40_000, "{}", PAGE.len());
    }

    #[test]
    fn the_form_for_a_fault_knows_every_error_every_race_and_every_id() {
        let errors = ErrorType::ALL.iter().map(|error| error.name());
        let races = Meanwhile::ALL.iter().map(|race| race.name());
        for word in errors.chain(races).chain(PATH_IDS) {
            assert!(PAGE.contains(&format!("\"{word}\"")), "{word}");
        }
    }
}
