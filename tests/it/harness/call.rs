//! A request, put together to the byte.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

use super::Answer;

/// No answer takes this long; a test that waits longer hangs.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Call {
    /// A request with no header but `host` and `connection`.
    pub fn bare(method: &str, path: &str) -> Self {
        Call { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A call of the API with a key and a version.
    pub fn api(method: &str, path: &str, key: &str) -> Self {
        Call::bare(method, path).header("x-api-key", key).header("anthropic-version", "2023-06-01")
    }

    /// A call of a control route with a key, or for the whole world without one.
    pub fn control(method: &str, route: &str, key: &str) -> Self {
        let call = Call::bare(method, format!("/_mock/{route}").trim_end_matches('/'));
        if key.is_empty() { call } else { call.header("x-api-key", key) }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// The same request without any copy of a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// The same request with this value of a header and no other.
    pub fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).header(name, value)
    }

    /// The same request to another path.
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    /// The same request below another path.
    pub fn below(self, path: &str) -> Self {
        let path = format!("{path}{}", self.path);
        self.at(&path)
    }

    /// The same request with more in its query.
    pub fn query(self, more: &str) -> Self {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        let path = format!("{}{joint}{more}", self.path);
        self.at(&path)
    }

    /// The same request with another method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// The same request with a body, whose length is announced.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.with("content-length", length)
    }

    /// The same request with another value in its JSON body.
    pub fn field(self, name: &str, value: Value) -> Self {
        let mut body: Value = serde_json::from_slice(&self.body).unwrap();
        body[name] = value;
        self.body(body.to_string())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        if !self.headers.iter().any(|(name, _)| name == "host") {
            bytes.extend(b"host: localhost\r\n");
        }
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"connection: close\r\n\r\n");
        bytes.extend(&self.body);
        bytes
    }

    /// The bytes of the same request on a connection that stays open.
    pub fn kept_alive(&self) -> Vec<u8> {
        let bytes = self.bytes();
        let line = b"connection: close\r\n";
        let at = bytes.windows(line.len()).position(|window| window == line).unwrap();
        [&bytes[..at], &bytes[at + line.len()..]].concat()
    }

    pub fn send(&self, to: SocketAddr) -> Answer {
        Answer::parse(&exchange(to, &self.bytes()), &self.method, &self.path)
    }
}

/// Sends bytes and reads until the server closes.
pub fn exchange(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(to);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// What arrives on a connection that may break.
pub fn raw(to: SocketAddr, call: &Call) -> Vec<u8> {
    let mut stream = connect(to);
    stream.write_all(&call.bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

pub fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(LONGEST_WAIT)).unwrap();
    stream
}
