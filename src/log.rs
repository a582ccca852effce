//! The log on stderr. Lines gather in memory, and a thread of their own writes them, so that no request waits for a reader.

pub mod style;
pub mod terminal;

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How many bytes may wait for stderr; whole lines beyond are dropped.
const MOST: usize = 4 * 1024 * 1024;
/// How long lines gather after others were written. The first line after a pause is written at once.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the end of the program waits for a reader of the last lines.
const END: Duration = Duration::from_millis(500);

/// The writer of lines.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    dropped: u64,
    ended: bool,
}

/// Writes out the pending lines when it is dropped, within the time that the end waits.
pub struct Flush {
    lines: Lines,
    finished: mpsc::Receiver<()>,
}

/// A writer to stderr, with a thread of its own.
pub fn to_stderr() -> (Lines, Flush) {
    let lines = Lines(Arc::default());
    let (finish, finished) = mpsc::channel();
    let shared = lines.0.clone();
    thread::spawn(move || {
        while shared.write_out() {
            thread::sleep(PAUSE);
        }
        let _ = finish.send(());
    });
    (lines.clone(), Flush { lines, finished })
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for lines and writes them. Returns whether more may come.
    fn write_out(&self) -> bool {
        let empty =
            |pending: &mut Pending| pending.bytes.is_empty() && pending.dropped == 0 && !pending.ended;
        let waited = self.changed.wait_while(self.pending(), empty);
        let mut pending = waited.unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::take(&mut pending.bytes);
        let (dropped, ended) = (std::mem::take(&mut pending.dropped), pending.ended);
        drop(pending);
        write_all(&bytes);
        if dropped > 0 {
            tracing::warn!(dropped, "log lines were dropped, because nothing read them");
        }
        !ended
    }
}

fn write_all(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match io::stderr().write(bytes) {
            Ok(written) if written > 0 => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another process that shares the pipe may have set it to non-blocking.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
            // A closed stderr: the lines are lost.
            Ok(_) | Err(_) => return,
        }
    }
}

impl Write for &Lines {
    /// Takes one line whole, or drops it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut pending = self.0.pending();
        let was_empty = pending.bytes.is_empty();
        if pending.bytes.len() + line.len() > MOST {
            pending.dropped += 1;
        } else {
            pending.bytes.extend_from_slice(line);
        }
        drop(pending);
        if was_empty {
            self.0.changed.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Lines;

    fn make_writer(&'a self) -> &'a Lines {
        self
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        self.lines.0.pending().ended = true;
        self.lines.0.changed.notify_one();
        let _ = self.finished.recv_timeout(END);
    }
}
