//! `healthcheck`: one request to a server, written by hand, because an HTTP client would be the largest part of the program.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// How long an answer may take in all.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Calls `GET health` of the server at the address, and checks the answer.
pub fn run(listen: SocketAddr) -> Result<(), String> {
    let mut address = listen;
    if listen.port() == 0 {
        return Err(
            "healthcheck needs the server's port; --listen or MOCK_LISTEN says 0, which is any".into()
        );
    }
    match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let answer = ask(address).map_err(|error| format!("no healthy server at {address}: {error}"))?;
    if answer.starts_with("HTTP/1.0 200 ") && answer.ends_with(r#"{"status":"ok"}"#) {
        return Ok(());
    }
    let first_line = answer.lines().next().unwrap_or("nothing");
    Err(format!("no healthy server at {address}: it answered {first_line:?}"))
}

fn ask(address: SocketAddr) -> io::Result<String> {
    const MOST: usize = 4096;
    let deadline = Instant::now() + TIMEOUT;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.write_all(b"GET /_mock/health HTTP/1.0\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut part = [0; 1024];
    while answer.len() < MOST {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&part[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
