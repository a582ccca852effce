//! What a request says, read without the code under test.

/// The key that a request shows, read without the code under test: copies of a header are joined, and two headers agree.
pub fn key_of(headers: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let joined = |name: &str| {
        let copies: Vec<&[u8]> =
            headers.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_slice()).collect();
        (!copies.is_empty()).then(|| copies.join(&b", "[..]))
    };
    let bearer = joined("authorization")
        .filter(|value| value.len() > 7 && value[..7].eq_ignore_ascii_case(b"bearer "));
    let token = bearer.map(|value| value[7..].trim_ascii_start().to_vec());
    match (joined("x-api-key"), token) {
        (Some(key), Some(token)) => (key == token).then_some(key),
        (key, token) => key.or(token),
    }
}

/// Whether a request says all that the deletion of the invite asks for, read without the code under test.
pub fn is_a_good_delete(method: &str, path: &[u8], headers: &[(String, Vec<u8>)], id: &str) -> bool {
    let all =
        |name: &'static str| headers.iter().filter(move |(given, _)| given == name).map(|(_, value)| value);
    let kinds = ["sk-ant-admin", "sk-ant-api01-", "sk-ant-oat"];
    let good_key = key_of(headers)
        .is_some_and(|key| kinds.iter().any(|kind| key.starts_with(kind.as_bytes())) && !key.contains(&b','));
    let versions: Vec<&[u8]> = all("anthropic-version").map(Vec::as_slice).collect();
    let good_version = match versions[..] {
        [version] => [&b"2023-01-01"[..], b"2023-06-01", b"2026-10-21"].contains(&version),
        _ => false,
    };
    let page = all("origin").next().is_some();
    let direct =
        all("anthropic-dangerous-direct-browser-access").next().is_some_and(|value| value == b"true");
    method == "DELETE"
        && path.strip_prefix(b"/v1/organizations/invites/").is_some_and(|raw| decoded(raw) == id.as_bytes())
        && good_key
        && good_version
        && (!page || direct)
}

/// Percent-decoded once.
fn decoded(raw: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut whole, mut at) = (Vec::new(), 0);
    while at < raw.len() {
        match (raw[at], digit(raw.get(at + 1)), digit(raw.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                whole.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                whole.push(byte);
                at += 1;
            }
        }
    }
    whole
}
