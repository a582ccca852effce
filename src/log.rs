//! The log on stderr. Lines gather in memory and leave together, so that no request waits for whoever reads them.

use std::{
    fmt,
    io::{self, Write},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anthropic_admin_mock::Clock;
use jiff::fmt::{StdFmtWrite, StdIoWrite, temporal::DateTimePrinter};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    fmt::{MakeWriter, format::Writer, time::FormatTime},
    layer::Context,
};

/// How many bytes may wait for stderr; whole lines beyond are dropped.
const MOST: usize = 4 * 1024 * 1024;
/// How long lines gather after others have left. The first after a pause leaves at once.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the writer may get nothing written at the end before nobody seems to take the lines, and how long
/// the end may take in all.
const STALLED: Duration = Duration::from_millis(100);
const FLUSH_TIME: Duration = Duration::from_millis(500);
/// How much is written at once, and how much room is kept for the next lines.
const ROOM: usize = 64 * 1024;

/// The end that lines are written to.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

/// Writes out what is still waiting when it is dropped, unless nobody takes it.
pub struct Flush {
    lines: Lines,
    finished: mpsc::Receiver<()>,
}

struct Shared {
    pending: Mutex<Pending>,
    changed: Condvar,
    /// How often something was written.
    written: AtomicUsize,
}

#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    dropped: u64,
    /// The writer has nothing to do and has to be woken.
    asleep: bool,
    ended: bool,
}

/// A way to stderr, on a thread of its own.
pub fn to_stderr() -> (Lines, Flush) {
    let lines = Lines(Arc::new(Shared {
        pending: Mutex::default(),
        changed: Condvar::new(),
        written: AtomicUsize::new(0),
    }));
    let (finish, finished) = mpsc::channel();
    let shared = lines.0.clone();
    thread::spawn(move || {
        shared.write_out(io::stderr());
        let _ = finish.send(());
    });
    (lines.clone(), Flush { lines, finished })
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_out(&self, mut to: impl Write) {
        let mut leaving = Vec::new();
        loop {
            let mut pending = self.pending();
            while pending.bytes.is_empty() && pending.dropped == 0 && !pending.ended {
                pending.asleep = true;
                pending = self.changed.wait(pending).unwrap_or_else(PoisonError::into_inner);
            }
            pending.asleep = false;
            std::mem::swap(&mut pending.bytes, &mut leaving);
            let (dropped, ended) = (std::mem::take(&mut pending.dropped), pending.ended);
            drop(pending);
            self.write(&mut to, &leaving);
            leaving.clear();
            leaving.shrink_to(ROOM);
            if dropped > 0 {
                tracing::warn!(
                    target: "anthropic_admin_mock::request",
                    dropped,
                    "log lines were dropped, because nobody read them"
                );
            }
            let pending = self.pending();
            if ended && pending.bytes.is_empty() {
                return;
            }
            let _ = self.changed.wait_timeout_while(pending, PAUSE, |pending| !pending.ended);
        }
    }

    fn write(&self, to: &mut impl Write, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // In parts, so that the end sees whether somebody still takes them.
            match to.write(&bytes[..bytes.len().min(ROOM)]) {
                Ok(0) => return,
                Ok(written) => {
                    bytes = &bytes[written..];
                    self.written.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Another process may have made the pipe that it shares with us one that does not wait.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
                // Whoever closed our stderr does not want the lines.
                Err(_) => return,
            }
        }
    }
}

impl Write for &Lines {
    /// Takes one line whole, or drops it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut pending = self.0.pending();
        if pending.bytes.len() + line.len() > MOST {
            pending.dropped += 1;
        } else {
            pending.bytes.extend_from_slice(line);
        }
        if std::mem::take(&mut pending.asleep) {
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
        let deadline = Instant::now() + FLUSH_TIME;
        let written = || self.lines.0.written.load(Ordering::Relaxed);
        let mut before = written();
        while self.finished.recv_timeout(STALLED) == Err(mpsc::RecvTimeoutError::Timeout) {
            if written() == before || Instant::now() >= deadline {
                return;
            }
            before = written();
        }
    }
}

/// The system's time in UTC, with microseconds.
pub struct Time;

impl Time {
    fn write(to: impl jiff::fmt::Write) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
        PRINTER.print_timestamp(&Clock::System.now(), to).map_err(|_| fmt::Error)
    }
}

impl FormatTime for Time {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        Time::write(StdFmtWrite(writer))
    }
}

/// Lines for readers that want no colours, of the form that `tracing-subscriber` gives to its own. Each is
/// written straight into one buffer, because every request has one.
pub struct Plain(pub Lines);

impl<S: Subscriber> Layer<S> for Plain {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = PlainLine(Vec::with_capacity(512));
        // A vector takes everything, here and below.
        let _ = Time::write(StdIoWrite(&mut line.0));
        line.0.extend_from_slice(match *event.metadata().level() {
            Level::ERROR => b" ERROR",
            Level::WARN => b"  WARN",
            Level::INFO => b"  INFO",
            Level::DEBUG => b" DEBUG",
            Level::TRACE => b" TRACE",
        });
        event.record(&mut line);
        line.0.push(b'\n');
        // It is taken whole or dropped, and never fails.
        let _ = (&self.0).write(&line.0);
    }
}

struct PlainLine(Vec<u8>);

impl PlainLine {
    fn name(&mut self, field: &Field) {
        self.0.push(b' ');
        if field.name() != "message" {
            self.0.extend_from_slice(field.name().as_bytes());
            self.0.push(b'=');
        }
    }
}

impl Visit for PlainLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        let plain = |byte| matches!(byte, b' '..=b'~') & !matches!(byte, b'"' | b'\\');
        if value.bytes().fold(true, |all, byte| all & plain(byte)) {
            self.name(field);
            self.0.push(b'"');
            self.0.extend_from_slice(value.as_bytes());
            self.0.push(b'"');
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field);
        // The shortest digits, as `Debug` has them, in a fraction of its time.
        let _ = serde_json::to_writer(&mut self.0, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field);
        let _ = write!(self.0, "{value:?}");
    }
}
