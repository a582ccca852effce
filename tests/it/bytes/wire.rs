//! Bytes as they were sent and as they came back, read without the code under test.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr},
};

use serde_json::Value;

use crate::{answers, harness::connect, properties};

/// A request among the bytes that were sent, as a plain reading of RFC 9112 finds it.
#[derive(Debug)]
pub struct Sent {
    pub method: String,
    /// The path of the target, still encoded: no scheme, no host, no query, no fragment.
    pub path: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    /// Whether all of its body came.
    pub whole: bool,
}

impl Sent {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_slice())
    }

    pub fn is_a_good_delete(&self, id: &str) -> bool {
        self.whole && properties::is_a_good_delete(&self.method, &self.path, &self.headers, id)
    }

    /// Whether the key that it shows is this one.
    pub fn shows(&self, key: &str) -> bool {
        properties::key_of(&self.headers).is_some_and(|shown| shown == key.as_bytes())
    }
}

/// The requests in the bytes, up to the first that is not whole or makes no sense.
pub fn requests(mut bytes: &[u8]) -> Vec<Sent> {
    let mut found = Vec::new();
    while let Some((sent, rest)) = request(bytes) {
        found.push(sent);
        match rest {
            Some(rest) => bytes = rest,
            None => break,
        }
    }
    found
}

/// The first line, without its end, and what follows.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]), &bytes[end + 1..]))
}

/// The first request, and what follows it where its body is whole.
fn request(bytes: &[u8]) -> Option<(Sent, Option<&[u8]>)> {
    let (mut first, mut rest) = line(bytes)?;
    while first.is_empty() {
        (first, rest) = line(rest)?;
    }
    let words: Vec<&[u8]> = first.split(|byte| *byte == b' ').collect();
    let [method, target, b"HTTP/1.0" | b"HTTP/1.1"] = words[..] else { return None };
    let mut headers = Vec::new();
    loop {
        let (header, after) = line(rest)?;
        rest = after;
        if header.is_empty() {
            break;
        }
        let colon = header.iter().position(|byte| *byte == b':')?;
        let name = std::str::from_utf8(&header[..colon]).ok()?.to_lowercase();
        headers.push((name, header[colon + 1..].trim_ascii().to_vec()));
    }
    let mut sent =
        Sent { method: std::str::from_utf8(method).ok()?.into(), path: path(target), headers, whole: true };
    let rest = match (sent.header("transfer-encoding"), sent.header("content-length")) {
        (Some(_), _) => after_chunks(rest),
        (None, Some(length)) => {
            let length: Option<usize> = std::str::from_utf8(length).ok().and_then(|text| text.parse().ok());
            length.and_then(|length| rest.get(length..))
        }
        (None, None) => Some(rest),
    };
    sent.whole = rest.is_some();
    Some((sent, rest))
}

fn path(target: &[u8]) -> Vec<u8> {
    let end = target.iter().position(|byte| b"?#".contains(byte)).unwrap_or(target.len());
    let target = &target[..end];
    let Some(scheme) = target.windows(3).position(|three| three == b"://").filter(|_| target[0] != b'/')
    else {
        return target.to_vec();
    };
    let host = &target[scheme + 3..];
    host.iter().position(|byte| *byte == b'/').map(|at| host[at..].to_vec()).unwrap_or_default()
}

fn after_chunks(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (size, rest) = line(bytes)?;
        let size = std::str::from_utf8(size.split(|byte| *byte == b';').next()?).ok()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            bytes = rest;
            break;
        }
        bytes = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    loop {
        let (trailer, rest) = line(bytes)?;
        bytes = rest;
        if trailer.is_empty() {
            return Some(bytes);
        }
    }
}

/// The statuses with which hyper refuses bytes that are no request.
pub const REFUSALS: [u16; 3] = [400, 414, 431];

/// What came back for one request.
#[derive(Debug)]
pub enum Reply {
    /// An answer of the API that keeps all its rules.
    Api { status: u16, body: String },
    /// Hyper's own refusal: a status, no body, and the end of the connection.
    Http(u16),
}

impl Reply {
    pub fn status(&self) -> u16 {
        match self {
            Reply::Api { status, .. } | Reply::Http(status) => *status,
        }
    }

    /// The status, and whether it is the API's answer.
    pub fn told(&self) -> (u16, &'static str) {
        match self {
            Reply::Api { status, .. } => (*status, "api"),
            Reply::Http(status) => (*status, "http"),
        }
    }

    /// Whether it says that an invite was deleted.
    pub fn deleted(&self) -> bool {
        let Reply::Api { status: 200, body } = self else { return false };
        serde_json::from_str(body).is_ok_and(|body: Value| body["type"] == "invite_deleted")
    }
}

/// The answers in the bytes that came back, each checked; `method` tells what the request was.
pub fn replies(mut bytes: &[u8], method: impl Fn(usize) -> String) -> Vec<Reply> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        if let Some(rest) = bytes.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n") {
            bytes = rest;
            continue;
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&bytes[..end]).expect("the head is UTF-8");
        bytes = &bytes[end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap();
        assert!(status.starts_with("HTTP/1.1 ") || status.starts_with("HTTP/1.0 "), "{status}");
        let status: u16 = status[9..12].parse().unwrap();
        let mut headers: Vec<(String, Vec<u8>)> = lines
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| (name.to_lowercase(), value.into()))
            .collect();
        let mut take = |name: &str| {
            let at = headers.iter().position(|(given, _)| given == name)?;
            Some(String::from_utf8(headers.remove(at).1).unwrap())
        };
        let (length, date, connection) = (take("content-length"), take("date"), take("connection"));
        assert!(date.is_some());
        if headers.is_empty() {
            let bare = (length.as_deref(), connection.as_deref());
            assert_eq!(bare, (Some("0"), Some("close")), "nothing but hyper's refusal: {head}");
            assert!(REFUSALS.contains(&status), "docs/fidelity.md lists it: {head}");
            assert!(bytes.is_empty(), "nothing comes after a refusal");
            found.push(Reply::Http(status));
            break;
        }
        let method = method(found.len());
        let length: usize = if method == "HEAD" { 0 } else { length.expect("a length").parse().unwrap() };
        assert!(bytes.len() >= length, "a whole body");
        let (body, rest) = bytes.split_at(length);
        bytes = rest;
        answers::keeps_the_rules(&method, status, &headers, body);
        found.push(Reply::Api { status, body: String::from_utf8(body.to_vec()).unwrap() });
    }
    found
}

/// Sends bytes, says that no more will come, and reads all that comes back.
pub fn ask(to: SocketAddr, bytes: &[u8]) -> Vec<Reply> {
    let mut stream = connect(to);
    // A server that has refused already may close before all is written.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut back = Vec::new();
    if let Err(error) = stream.read_to_end(&mut back) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the server hangs");
    }
    let sent = requests(bytes);
    replies(&back, |number| sent.get(number).map(|sent| sent.method.clone()).unwrap_or_default())
}

/// The one answer to bytes that hold one request.
#[track_caller]
pub fn ask_once(to: SocketAddr, bytes: &[u8]) -> Reply {
    let mut replies = ask(to, bytes);
    assert_eq!(replies.len(), 1, "{:?}", String::from_utf8_lossy(bytes));
    replies.remove(0)
}
