//! The rate limit: off unless asked for, counted for each organization, refilled by real time and by jumps of its clock.

use std::time::{Duration, Instant};

use anthropic_admin_mock::{Clock, MockServer, RateLimit, Settings};

use crate::harness::*;

async fn limited(limit: &str) -> MockServer {
    let fixture = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [],
        "organizations": [{"keys": [{"key": "reader", "scopes": ["read:members"]}]}]}"#;
    server_with(fixture, Settings { rate_limit: limit.parse().unwrap(), ..Settings::default() }).await
}

fn list(server: &MockServer, key: &str) -> Answer {
    Call::list_invites("", key).send(server.address())
}

/// Lists until that is refused. Says how often it was good, and how often a second could have refilled it meanwhile.
fn spend(server: &MockServer, key: &str, period: Duration) -> (usize, usize, Answer) {
    let started = Instant::now();
    let mut good = 0;
    loop {
        let answer = list(server, key);
        if answer.status != 200 {
            answer.refused(429, "rate_limit_error", "rate-limited").names_organization(true);
            return (good, (started.elapsed().as_nanos() / period.as_nanos()) as usize + 1, answer);
        }
        good += 1;
    }
}

#[tokio::test]
async fn over_100_requests_a_minute_are_a_429_that_says_when_to_come_back() {
    let server = limited("documented").await;
    let key = new_key();

    let (good, refilled, over) = spend(&server, &key, Duration::from_millis(600));

    assert!((100..=100 + refilled).contains(&good), "{good} {refilled}");
    assert_eq!(over.header("x-should-retry"), Some("true"));
    assert_eq!(over.header("retry-after"), Some("1"));
    assert_eq!(over.header("anthropic-ratelimit-requests-limit"), Some("100"));
    assert_eq!(over.header("anthropic-ratelimit-requests-remaining"), Some("0"));
    let reset = over.header("anthropic-ratelimit-requests-reset").unwrap();
    let reset: jiff::Timestamp = reset.parse().unwrap();
    let in_a_minute: jiff::Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
    assert!(in_a_minute.duration_since(reset).as_millis_f64().abs() < 600.0, "{reset}");
    // Another organization has a count of its own.
    list(&server, &new_key()).good();
}

#[tokio::test]
async fn a_frozen_clock_refills_with_real_time_as_retry_after_says() {
    let server = limited("4/s").await;
    let key = new_key();
    let (_, _, over) = spend(&server, &key, Duration::from_millis(250));
    let wait = over.header("retry-after").unwrap().parse().unwrap();
    tokio::time::sleep(Duration::from_secs(wait)).await;
    for _ in 0..4 {
        list(&server, &key).good();
    }
    assert_eq!(server.world().organization(&key).unwrap().clock(), frozen("2026-01-01T00:00:00Z"));
}

#[tokio::test]
async fn what_fails_before_the_limit_is_not_counted_and_what_fails_after_it_is() {
    let server = limited("2/h").await;
    let to = server.address();
    for _ in 0..5 {
        let no_version = Call::list_invites("", "reader").without("anthropic-version").send(to);
        no_version.refused(400, "invalid_request_error", "version-missing");
    }
    for _ in 0..2 {
        let refused = Call::invite("ada@example.com", "reader").send(to);
        refused.refused(403, "permission_error", "scope-missing");
    }
    let over = Call::invite("ada@example.com", "reader").send(to);
    over.refused(429, "rate_limit_error", "rate-limited");
    assert_eq!(over.header("retry-after"), Some("1800"));
}

#[tokio::test]
async fn invite_creations_have_a_limit_of_their_own() {
    let server = limited("documented").await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    let started = Instant::now();
    // 100 a minute, so that only the creations' own limit of 1,200 an hour can refuse.
    let mut refused = None;
    for n in 0..2000 {
        if n % 100 == 0 {
            organization.set_clock(frozen(&format!("2026-01-01T00:{:02}:00Z", n / 100)));
        }
        let answer = Call::invite(&format!("{n}@example.com"), &key).send(server.address());
        if answer.status != 200 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("2,000 within 20 minutes are too many");
    answer.refused(429, "rate_limit_error", "rate-limited");
    assert!(answer.message().contains("1200 invite creations"), "{answer:?}");
    // 1,200 at once, 20 more with each of the minutes since, and one for each three seconds that this took.
    let passed = started.elapsed().as_secs() as usize / 3;
    assert!((1480..=1520 + passed).contains(&n), "{n}");
    // A refused creation takes nothing from the requests' limit either.
    for n in 0..150 {
        let answer = Call::invite(&format!("more-{n}@example.com"), &key).send(server.address());
        assert!(answer.status == 200 || answer.message().contains("1200 invite creations"), "{answer:?}");
    }
    list(&server, &key).good();
}

#[tokio::test]
async fn a_clock_that_is_set_to_itself_gives_nothing_back_and_one_that_leaps_ages_breaks_nothing() {
    let fixture = r#"{"invites": []}"#;
    let running =
        server_with(fixture, Settings { rate_limit: "1/h".parse().unwrap(), ..Settings::default() }).await;
    let key = new_key();
    let organization = running.world().organization(&key).unwrap();
    list(&running, &key).good();
    for _ in 0..100 {
        organization.set_clock(Clock::System);
        list(&running, &key).refused(429, "rate_limit_error", "rate-limited");
    }

    let server = limited("2/h").await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    for (year, left) in [("0001", 2), ("1970", 2), ("2554", 2), ("9999", 2), ("0000", 0), ("9999", 2)] {
        organization.set_clock(frozen(&format!("{year}-07-21T23:34:33.709551Z")));
        for _ in 0..left {
            list(&server, &key).good();
        }
        let over = list(&server, &key);
        over.refused(429, "rate_limit_error", "rate-limited");
        assert_eq!(over.header("retry-after"), Some("1800"), "{year}");
    }
}

#[tokio::test]
async fn a_clock_that_is_moved_on_gives_back_what_is_due_and_one_that_is_set_back_nothing() {
    let server = limited("2/h").await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    for (time, left) in [
        ("2026-01-01T00:00:00Z", 2),
        ("2026-01-01T00:00:00Z", 0),
        ("2026-01-01T00:30:00Z", 1),
        ("2026-01-01T00:59:00Z", 0),
        ("2026-01-01T00:31:00Z", 0),
        ("2026-01-01T00:33:00Z", 1),
        ("2026-01-01T01:33:00Z", 2),
    ] {
        organization.set_clock(frozen(time));
        for _ in 0..left {
            list(&server, &key).good();
        }
        list(&server, &key).refused(429, "rate_limit_error", "rate-limited");
    }
    // A move counts like a new time.
    organization.advance_clock("30m").unwrap();
    list(&server, &key).good();
    list(&server, &key).refused(429, "rate_limit_error", "rate-limited");
}

#[tokio::test]
async fn there_is_no_limit_unless_asked_for() {
    let server = default_server().await;
    let key = new_key();
    for _ in 0..150 {
        list(&server, &key).good();
    }
}

#[test]
fn a_rate_is_off_documented_or_a_number_a_unit() {
    assert_eq!("off".parse(), Ok(RateLimit::default()));
    assert_eq!("documented".parse(), Ok(RateLimit::DOCUMENTED));
    for good in ["1/s", "100/m", "1200/h"] {
        assert!(good.parse::<RateLimit>().is_ok_and(|rate| rate != RateLimit::default()), "{good}");
    }
    for bad in
        ["", "5", "/s", "0/s", "-1/s", "5/d", "5/sec", "many/s", "4294967296/s", "4294967295/s", "Documented"]
    {
        assert!(bad.parse::<RateLimit>().is_err(), "{bad}");
    }
}
