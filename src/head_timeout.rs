//! A connection on which a request's head may take ten seconds, while it may wait for a request much longer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

/// How long a head may take from its first byte to its last.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How far a connection's requests have come: odd while one of them is being answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<AtomicUsize>);

impl Progress {
    /// A head has arrived whole, or its answer is ready.
    pub(crate) fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stream that fails when a head takes too long. hyper's own time-out counts from the end of the
/// last answer, so it would close idle connections as well.
#[derive(Debug)]
pub(crate) struct HeadTimeout {
    stream: TcpStream,
    progress: Progress,
    /// The step that the fields below belong to.
    step: usize,
    first_byte: Option<Instant>,
    /// Made when the head does not come in one piece, which is rare.
    timer: Option<Pin<Box<Sleep>>>,
}

impl HeadTimeout {
    pub(crate) fn new(stream: TcpStream, progress: Progress) -> Self {
        HeadTimeout { stream, progress, step: 0, first_byte: None, timer: None }
    }
}

impl AsyncRead for HeadTimeout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let step = this.progress.0.load(Ordering::Relaxed);
        if this.step != step {
            (this.step, this.first_byte, this.timer) = (step, None, None);
        }
        let in_a_head = step.is_multiple_of(2);
        if let Some(first_byte) = this.first_byte.filter(|_| in_a_head) {
            let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(first_byte + HEAD_TIMEOUT)));
            if timer.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if in_a_head {
            this.first_byte.get_or_insert_with(Instant::now);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for HeadTimeout {
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
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
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
