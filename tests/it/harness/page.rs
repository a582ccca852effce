//! The commands that a page of this repository shows, and what cURL would send for them.

use std::net::SocketAddr;

use super::{Answer, Call, read};

/// A command of a `console` block and the lines that the page shows below it.
#[derive(Debug)]
pub struct Shown {
    pub command: String,
    pub output: String,
}

/// The commands of a page of this repository, in their order.
pub fn shown(page: &str) -> Vec<Shown> {
    let page = read(page);
    let mut shown: Vec<Shown> = Vec::new();
    for block in page.split("\n```console\n").skip(1) {
        let mut continued = false;
        for line in block.split("\n```").next().unwrap().lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                shown.push(Shown { command: command.into(), output: String::new() });
            } else if continued {
                shown.last_mut().unwrap().command += &format!("\n{line}");
            } else {
                shown.last_mut().unwrap().output += &format!("{line}\n");
            }
            continued = line.ends_with('\\');
        }
    }
    shown
}

/// The words of a command, as a shell splits them as far as the page needs it.
pub fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.replace("\\\n", " ").chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(end)) if c == end => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What cURL would send, to where the server really is.
pub fn curl(command: &str, to: SocketAddr) -> Answer {
    let mut words = words(command).into_iter().skip(1);
    let (mut method, mut path, mut headers, mut body) = (None, String::new(), Vec::new(), String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--request" => method = words.next(),
            "--header" => headers.push(words.next().unwrap()),
            "--data" => {
                body = words.next().unwrap();
            }
            url => path = url.strip_prefix("http://127.0.0.1:4010").unwrap_or_else(|| panic!("{url}")).into(),
        }
    }
    let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.into());
    let call = Call::bare(&method, &path);
    let call = headers.iter().fold(call, |call, header| {
        let (name, value) = header.split_once(": ").unwrap();
        call.header(name, value)
    });
    if body.is_empty() { call.send(to) } else { call.body(body).send(to) }
}
