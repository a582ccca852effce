//! The end of the standard input, for a server that must not outlive the process that started it.

use std::{
    io::{self, Read},
    thread,
};

use tokio::sync::oneshot;

/// Reads the standard input on a thread of its own, since a read cannot be broken off, and tells when it has ended.
pub fn end() -> io::Result<oneshot::Receiver<()>> {
    let (tell, ended) = oneshot::channel();
    thread::Builder::new().name("stdin".into()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut ignored = [0; 1024];
        loop {
            match input.read(&mut ignored) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An input that cannot be read will not tell that its other end is gone.
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let _ = tell.send(());
    })?;
    Ok(ended)
}

/// Completes when the input has ended; never without one to wait for.
pub async fn ended(input: &mut Option<oneshot::Receiver<()>>) {
    match input {
        Some(ended) => drop(ended.await),
        None => std::future::pending().await,
    }
}
