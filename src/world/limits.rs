//! How many requests an organization may make, counted by its own clock.

use std::{
    num::NonZeroU32,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::{SignedDuration, Timestamp};

/// What an organization's requests are limited to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    requests: Option<Rate>,
    creations: Option<Rate>,
}

/// So many at once, and as many again in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    most: NonZeroU32,
    period: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

impl RateLimit {
    /// What the vendor documents (docs/fidelity.md): 100 requests a minute, and 1,200 creations of invites an hour.
    pub const DOCUMENTED: RateLimit = RateLimit {
        requests: Some(Rate { most: NonZeroU32::new(100).unwrap(), period: MINUTE }),
        creations: Some(Rate { most: NonZeroU32::new(1200).unwrap(), period: HOUR }),
    };
}

impl FromStr for RateLimit {
    type Err = String;

    /// `off`, `documented`, or requests a second, minute or hour: `5/s`, `100/m`, `1000/h`.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad =
            || "expected off, documented, or a number a second, minute or hour such as 5/s, 100/m or 1000/h";
        match text {
            "off" => return Ok(RateLimit::default()),
            "documented" => return Ok(RateLimit::DOCUMENTED),
            _ => {}
        }
        let (most, unit) = text.split_once('/').ok_or_else(bad)?;
        let period = match unit {
            "s" => Duration::from_secs(1),
            "m" => MINUTE,
            "h" => HOUR,
            _ => return Err(bad().into()),
        };
        let most: NonZeroU32 = most.parse().map_err(|_| bad())?;
        if (period / most.get()).is_zero() {
            return Err(format!("{text:?} is more than one request in a nanosecond; use off"));
        }
        Ok(RateLimit { requests: Some(Rate { most, period }), creations: None })
    }
}

/// A request over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimited {
    /// How many may come at once.
    pub limit: u32,
    /// Whole seconds until one more may come, at least 1.
    pub retry_after: u64,
    /// When as many as ever may come again.
    pub reset: Timestamp,
    /// How the limit was set up: `requests` or `invite creations`.
    pub counted: &'static str,
}

impl RateLimited {
    /// Over the documented limit, until so many seconds after now.
    pub(crate) fn after(retry_after: u64, now: Timestamp) -> Self {
        let wait = SignedDuration::from_secs(i64::try_from(retry_after).unwrap_or(i64::MAX));
        let reset = now.saturating_add(wait).unwrap_or(now);
        RateLimited { limit: 100, retry_after, reset, counted: "requests" }
    }
}

/// An organization's counters.
#[derive(Debug)]
pub(crate) struct Limits {
    limit: RateLimit,
    since: Timestamp,
    last: Timestamp,
    clock: Counted,
    requests: Option<Limiter>,
    creations: Option<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    rate: Rate,
    limiter: RateLimiter<NotKeyed, InMemoryState, Counted, NoOpMiddleware<Duration>>,
}

/// The organization's clock as the limiter sees it: nanoseconds since the counters began.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<AtomicU64>);

impl Clock for Counted {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Limits {
    pub(crate) fn new(limit: RateLimit, now: Timestamp) -> Self {
        let clock = Counted::default();
        let limiter = |rate: Rate| {
            let quota = Quota::with_period(rate.period / rate.most.get())?.allow_burst(rate.most);
            Some(Limiter { rate, limiter: RateLimiter::direct_with_clock(quota, clock.clone()) })
        };
        let (requests, creations) = (limit.requests.and_then(limiter), limit.creations.and_then(limiter));
        Limits { limit, since: now, last: now, clock, requests, creations }
    }

    pub(crate) fn count(&mut self, creates: bool, now: Timestamp) -> Result<(), RateLimited> {
        // No period is longer than an hour, so by then everything is as in the beginning, and the count of
        // nanoseconds never grows beyond what fits.
        if now.duration_since(self.last) >= SignedDuration::from_hours(1) {
            *self = Limits::new(self.limit, now);
        }
        self.last = now;
        let passed = now.duration_since(self.since).as_nanos();
        self.clock.0.store(u64::try_from(passed).unwrap_or_default(), Ordering::Relaxed);
        if let Some(requests) = &self.requests {
            requests.count(&self.clock, now, "requests")?;
        }
        match &self.creations {
            Some(creations) if creates => creations.count(&self.clock, now, "invite creations"),
            _ => Ok(()),
        }
    }
}

impl Limiter {
    fn count(&self, clock: &Counted, now: Timestamp, counted: &'static str) -> Result<(), RateLimited> {
        let Err(not_until) = self.limiter.check() else { return Ok(()) };
        let wait = not_until.wait_time_from(clock.now());
        let each = self.rate.period / self.rate.most.get();
        let whole = wait + each * (self.rate.most.get() - 1);
        Err(RateLimited {
            limit: self.rate.most.get(),
            retry_after: wait.as_secs_f64().ceil().max(1.0) as u64,
            reset: SignedDuration::try_from(whole)
                .map_or(now, |whole| now.saturating_add(whole).unwrap_or(now)),
            counted,
        })
    }
}
