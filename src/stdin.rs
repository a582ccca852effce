//! The end of the standard input, for a server that must not outlive the process that started it.

use std::{
    io::{self, Read},
    thread,
};

use tokio::sync::oneshot;

/// Reads the standard input to its end, on a thread of its own, since a read cannot be broken off. The receiver completes
/// then.
pub fn end() -> io::Result<oneshot::Receiver<()>> {
    let (end, ended) = oneshot::channel();
    thread::Builder::new().name("stdin".into()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut ignored = [0; 1024];
        loop {
            match input.read(&mut ignored) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An input with an error would not show its end any more, so the error counts as the end.
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let _ = end.send(());
    })?;
    Ok(ended)
}

/// Completes when the input has ended; without an input, never.
pub async fn ended(input: &mut Option<oneshot::Receiver<()>>) {
    match input {
        Some(ended) => drop(ended.await),
        None => std::future::pending().await,
    }
}
