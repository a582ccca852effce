//! How many requests an organization may make: buckets that refill with real time and with jumps of its clock.

use std::{
    num::NonZeroU32,
    str::FromStr,
    time::{Duration, Instant},
};

use super::{error::Error, offset::Offset, time::Time};

/// What an organization's requests are limited to; by default nothing.
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

impl RateLimit {
    /// What the vendor documents (docs/fidelity.md): 100 requests a minute, and 1,200 creations of invites an hour.
    pub const DOCUMENTED: RateLimit = RateLimit {
        requests: Some(Rate { most: NonZeroU32::new(100).unwrap(), period: Duration::from_secs(60) }),
        creations: Some(Rate { most: NonZeroU32::new(1200).unwrap(), period: Duration::from_secs(3600) }),
    };
}

impl FromStr for RateLimit {
    type Err = Error;

    /// `off`, `documented`, or requests a second, minute or hour: `5/s`, `100/m`, `1000/h`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                "expected off, documented, or a number a second, minute or hour such as 5/s, 100/m or 1000/h",
            )
        };
        match text {
            "off" => return Ok(RateLimit::default()),
            "documented" => return Ok(RateLimit::DOCUMENTED),
            _ => {}
        }
        let (most, unit) = text.split_once('/').ok_or_else(bad)?;
        let period = Duration::from_secs(match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(bad()),
        });
        let most: NonZeroU32 = most.parse().map_err(|_| bad())?;
        if (period / most.get()).is_zero() {
            return Err(Error::new(format!("{text:?} is more than one request in a nanosecond; use off")));
        }
        Ok(RateLimit { requests: Some(Rate { most, period }), creations: None })
    }
}

/// A request over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimited {
    /// How many may come at once.
    pub(crate) limit: u32,
    /// Whole seconds until one more may come, at least 1.
    pub(crate) retry_after: u64,
    /// When as many as ever may come again.
    pub(crate) reset: Time,
    /// What the limit counts: `requests` or `invite creations`.
    pub(crate) counted: &'static str,
}

impl RateLimited {
    /// Over the documented limit, until so many seconds after now.
    pub(crate) fn after(retry_after: u32, now: Time) -> Self {
        let reset = now.plus(Duration::from_secs(retry_after.into()).into());
        RateLimited { limit: 100, retry_after: retry_after.into(), reset, counted: "requests" }
    }
}

/// An organization's buckets.
#[derive(Debug)]
pub(crate) struct Limits {
    limit: RateLimit,
    started: Instant,
    /// By how much the organization's clock was set forward since the start.
    jumped: Duration,
    requests: Bucket,
    creations: Bucket,
}

/// When a bucket is full again, as a duration after the start.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket(Duration);

impl Limits {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let (requests, creations) = Default::default();
        Limits { limit, started: Instant::now(), jumped: Duration::ZERO, requests, creations }
    }

    /// Refills the buckets by a jump of the clock; one backwards takes nothing away.
    pub(crate) fn jump(&mut self, by: Offset) {
        let by = Duration::from_micros(by.micros().try_into().unwrap_or(0));
        self.jumped = self.jumped.saturating_add(by);
    }

    /// Counts a request, and a creation of an invite where it is one. What one of the limits refuses counts for neither.
    pub(crate) fn count(&mut self, creates: bool, now: Time) -> Result<(), RateLimited> {
        let passed = self.started.elapsed().saturating_add(self.jumped);
        let requests = self.requests.with_one_more(self.limit.requests, passed, now, "requests")?;
        let rate = self.limit.creations.filter(|_| creates);
        self.creations = self.creations.with_one_more(rate, passed, now, "invite creations")?;
        self.requests = requests;
        Ok(())
    }
}

impl Bucket {
    /// The bucket after one more, which without a rate is the same.
    fn with_one_more(
        self,
        rate: Option<Rate>,
        passed: Duration,
        now: Time,
        counted: &'static str,
    ) -> Result<Self, RateLimited> {
        let Some(rate) = rate else { return Ok(self) };
        let full_at = self.0.max(passed) + rate.period / rate.most.get();
        let wait = full_at.saturating_sub(passed + rate.period);
        if wait.is_zero() {
            return Ok(Bucket(full_at));
        }
        Err(RateLimited {
            limit: rate.most.get(),
            retry_after: wait.as_secs_f64().ceil().max(1.0) as u64,
            reset: now.plus((self.0 - passed).into()),
            counted,
        })
    }
}
