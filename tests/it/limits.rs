//! The rate limit: off unless asked for, counted for each organization by its own clock.

use anthropic_admin_mock::{Moment, RateLimit, Settings};
use serde_json::json;

use crate::harness::*;

async fn limited(limit: &str) -> anthropic_admin_mock::MockServer {
    let fixture = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [],
        "organizations": [{"keys": [{"key": "reader", "scopes": ["read:members"]}]}]}"#;
    server_with(fixture, Settings { rate_limit: limit.parse().unwrap(), ..Settings::default() }).await
}

fn create(n: usize, key: &str) -> Call {
    Call::create(&json!({"email": format!("{n}@example.com"), "role": "user"}).to_string(), key)
}

#[tokio::test]
async fn over_100_requests_a_minute_are_a_429_that_says_when_to_come_back() {
    let server = limited("documented").await;
    let (to, key) = (server.address(), new_key());
    for _ in 0..100 {
        Call::list("", &key).send(to).good();
    }

    let over = Call::list("", &key).send(to);

    over.refused(429, "rate_limit_error", "rate-limited").names_organization(true);
    assert_eq!(over.header("x-should-retry"), Some("true"));
    assert_eq!(over.header("retry-after"), Some("1"));
    assert_eq!(over.header("anthropic-ratelimit-requests-limit"), Some("100"));
    assert_eq!(over.header("anthropic-ratelimit-requests-remaining"), Some("0"));
    assert_eq!(over.header("anthropic-ratelimit-requests-reset"), Some("2026-01-01T00:01:00Z"));
    // Another organization has a count of its own.
    Call::list("", &new_key()).send(to).good();

    // Nothing passes while the clock stands; after the time named, one more may come.
    Call::list("", &key).send(to).refused(429, "rate_limit_error", "rate-limited");
    let organization = server.world().organization(&key).unwrap();
    organization.set_clock("2026-01-01T00:00:01Z".parse::<Moment>().unwrap().into());
    Call::list("", &key).send(to).good();
}

#[tokio::test]
async fn what_fails_before_the_limit_is_not_counted_and_what_fails_after_it_is() {
    let server = limited("2/h").await;
    let to = server.address();
    for _ in 0..5 {
        let no_version = Call::list("", "reader").without("anthropic-version").send(to);
        no_version.refused(400, "invalid_request_error", "version-missing");
    }
    for _ in 0..2 {
        create(1, "reader").send(to).refused(403, "permission_error", "scope-missing");
    }
    let over = create(1, "reader").send(to);
    over.refused(429, "rate_limit_error", "rate-limited");
    assert_eq!(over.header("retry-after"), Some("1800"));
    assert_eq!(over.header("anthropic-ratelimit-requests-reset"), Some("2026-01-01T01:00:00Z"));
}

#[tokio::test]
async fn invite_creations_have_a_limit_of_their_own() {
    let server = limited("documented").await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    // 100 a minute, so that only the creations' own limit of 1,200 an hour can refuse.
    let mut refused = None;
    for n in 0..2000 {
        if n % 100 == 0 {
            let minute: Moment = format!("2026-01-01T00:{:02}:00Z", n / 100).parse().unwrap();
            organization.set_clock(minute.into());
        }
        let answer = create(n, &key).send(server.address());
        if answer.status != 200 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("2,000 within 20 minutes are too many");
    answer.refused(429, "rate_limit_error", "rate-limited");
    assert!(answer.message().contains("1200 invite creations"), "{answer:?}");
    // 1,200 at once, and 20 more with each of the minutes since.
    assert!((1480..=1520).contains(&n), "{n}");
    Call::list("", &key).send(server.address()).good();
}

#[tokio::test]
async fn a_clock_that_is_set_to_itself_gives_nothing_back_and_one_that_leaps_ages_breaks_nothing() {
    let fixture = r#"{"invites": []}"#;
    let running =
        server_with(fixture, Settings { rate_limit: "1/h".parse().unwrap(), ..Settings::default() }).await;
    let (to, key) = (running.address(), new_key());
    let organization = running.world().organization(&key).unwrap();
    Call::list("", &key).send(to).good();
    for _ in 0..100 {
        organization.set_clock(anthropic_admin_mock::Clock::System);
        Call::list("", &key).send(to).refused(429, "rate_limit_error", "rate-limited");
    }

    let server = limited("2/h").await;
    let (to, key) = (server.address(), new_key());
    let organization = server.world().organization(&key).unwrap();
    for year in ["0001", "1970", "2554", "9999"] {
        organization.set_clock(format!("{year}-07-21T23:34:33.709551Z").parse::<Moment>().unwrap().into());
        Call::list("", &key).send(to).good();
        Call::list("", &key).send(to).good();
        let over = Call::list("", &key).send(to);
        over.refused(429, "rate_limit_error", "rate-limited");
        assert_eq!(over.header("retry-after"), Some("1800"), "{year}");
    }
}

#[tokio::test]
async fn a_clock_that_is_moved_on_gives_back_what_is_due_and_one_that_is_set_back_begins_anew() {
    let server = limited("2/h").await;
    let (to, key) = (server.address(), new_key());
    let organization = server.world().organization(&key).unwrap();
    for (time, left) in [
        ("2026-01-01T00:00:00Z", 2),
        ("2026-01-01T00:00:00Z", 0),
        ("2026-01-01T00:30:00Z", 1),
        ("2026-01-01T00:59:59Z", 0),
        ("2026-01-01T00:59:58Z", 2),
        ("2026-01-01T01:29:57Z", 0),
        ("2026-01-01T02:29:58Z", 2),
    ] {
        organization.set_clock(time.parse::<Moment>().unwrap().into());
        for _ in 0..left {
            Call::list("", &key).send(to).good();
        }
        Call::list("", &key).send(to).refused(429, "rate_limit_error", "rate-limited");
    }
}

#[tokio::test]
async fn there_is_no_limit_unless_asked_for() {
    let server = default_server().await;
    let key = new_key();
    for _ in 0..150 {
        Call::list("", &key).send(server.address()).good();
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
