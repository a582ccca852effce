//! How long a connection may take over a request's head, and how long it may stay without a request.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// How long a head may take from its first byte to its last.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may be idle. Longer than clients keep theirs, or one would now and then send into
/// a connection that is just being closed; the service's edge waits as long (docs/fidelity.md).
const IDLE_TIMEOUT: Duration = Duration::from_secs(400);

/// The most that is gathered for one write; an answer to a DELETE takes about 280 bytes, a refusal about 400.
const SMALL: usize = 1024;

/// How far a connection's requests have come: odd while one of them is being answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<AtomicUsize>);

impl Progress {
    /// A head has arrived whole, or its answer is ready.
    pub(crate) fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stream that fails when a head takes too long or none comes. hyper's own time-out is one for both,
/// and sets a timer for every request; this one sets none while requests come in one piece.
#[derive(Debug)]
pub(crate) struct Patient {
    stream: TcpStream,
    progress: Progress,
    /// The step that was seen last, and whether a head's first byte has come since.
    step: usize,
    in_a_head: bool,
    /// When the waiting for what is missing began, once somebody waits.
    since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Patient {
    pub(crate) fn new(stream: TcpStream, progress: Progress) -> Self {
        let timer = Box::pin(sleep(IDLE_TIMEOUT));
        Patient { stream, progress, step: 0, in_a_head: false, since: None, timer }
    }

    /// Ready when nobody has to wait any longer for the rest of a head, or for a request.
    fn poll_timeout(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let deadline = since + if self.in_a_head { HEAD_TIMEOUT } else { IDLE_TIMEOUT };
        loop {
            // An idle connection's timer is left as it is by requests that come before it ends.
            if self.timer.deadline() > deadline {
                self.timer.as_mut().reset(deadline);
            }
            if self.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(deadline);
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let step = this.progress.0.load(Ordering::Relaxed);
        if this.step != step {
            (this.step, this.in_a_head, this.since) = (step, false, None);
        }
        let answering = !step.is_multiple_of(2);
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Pending if !answering && this.poll_timeout(context).is_ready() => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            // Empty lines before a request are no part of it.
            Poll::Ready(Ok(()))
                if !answering
                    && !this.in_a_head
                    && buffer.filled()[before..].iter().any(|byte| !b"\r\n".contains(byte)) =>
            {
                (this.in_a_head, this.since) = (true, None);
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // Under load it takes less time to gather a small answer here than it takes the kernel.
        let mut gathered = [0; SMALL];
        let mut end = 0;
        for slice in slices {
            match gathered.get_mut(end..end + slice.len()) {
                Some(room) => room.copy_from_slice(slice),
                None => return Pin::new(&mut self.stream).poll_write_vectored(context, slices),
            }
            end += slice.len();
        }
        Pin::new(&mut self.stream).poll_write(context, &gathered[..end])
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
