//! Signals to this process. They are listened for, so they do not end it.

use std::io;

/// Signals of some kinds, each with its number.
#[cfg(unix)]
pub struct Signals(Vec<(i32, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    /// The signals that stop a server.
    pub fn that_stop() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;
        Signals::of(&[SignalKind::terminate(), SignalKind::interrupt()])
    }

    /// The signals that `run` sends on to its command.
    pub fn that_are_sent_on() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;
        Signals::of(&[
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
            SignalKind::user_defined1(),
            SignalKind::user_defined2(),
        ])
    }

    fn of(kinds: &[tokio::signal::unix::SignalKind]) -> io::Result<Self> {
        let signals = kinds.iter().map(|kind| Ok((kind.as_raw_value(), tokio::signal::unix::signal(*kind)?)));
        signals.collect::<io::Result<_>>().map(Signals)
    }

    /// Waits for the next signal, and returns its number.
    pub async fn next(&mut self) -> i32 {
        std::future::poll_fn(|context| {
            for (number, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(*number);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}

/// A console's Ctrl-C, the only signal on other systems than Unix.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn that_stop() -> io::Result<Self> {
        Ok(Signals)
    }

    pub fn that_are_sent_on() -> io::Result<Self> {
        Ok(Signals)
    }

    pub async fn next(&mut self) -> i32 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        // The number of SIGINT, as shells count it.
        2
    }
}
