//! Times as they are written: six digits of a second, or none where all are zero.

use anthropic_admin_mock::{Settings, Time};
use serde_json::{Value, json};

use crate::harness::*;

/// Every text in a document that could be a time of this century.
fn times(json: &Value) -> Vec<String> {
    match json {
        Value::String(text) if text.starts_with("20") && text.contains('T') => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(times).collect(),
        Value::Object(fields) => fields.values().flat_map(times).collect(),
        _ => Vec::new(),
    }
}

/// The fraction of a second, if it has one.
fn fraction(time: &str) -> Option<&str> {
    let (_, fraction) = time.strip_suffix('Z').expect("UTC").split_once('.')?;
    Some(fraction)
}

#[tokio::test]
async fn a_time_has_six_digits_of_a_second_or_none_wherever_it_is_shown() {
    for (second, expected) in [
        ("00.5", Some("500000")),
        ("00.25", Some("250000")),
        ("00.5594", Some("559400")),
        ("00.000001", Some("000001")),
        ("00.123456789", Some("123456")),
        ("00.0000009", None),
        ("00.0", None),
        ("00", None),
    ] {
        let fixture = json!({"clock": format!("2026-11-26T11:03:{second}Z"), "invites": []}).to_string();
        let server =
            server_with(&fixture, Settings { rate_limit: "2/h".parse().unwrap(), ..Settings::default() })
                .await;
        let (to, key) = (server.address(), new_key());
        let made = Call::invite("ada@example.com", &key).send(to);
        let accepted = Call::accept_invite(&made.new_invite(), &key).send(to).json();
        let listed = Call::list_invites("", &key).send(to).good();
        let limited = Call::list_invites("", &key).send(to);
        let reset = limited.refused(429, "rate_limit_error", "rate-limited");
        // Two at 2/h are an hour, less what has passed in real time.
        assert!(matches!(
            fraction(reset.header("anthropic-ratelimit-requests-reset").unwrap()),
            None | Some(_)
        ));
        let control = |route: &str, key: &str| Call::control("GET", route, key).send(to).json();
        for shown in [
            made.json(),
            accepted,
            listed,
            control("requests", &key),
            control("clock", &key),
            control("clock", ""),
            control("state", &key),
            control("state", ""),
        ] {
            let times = times(&shown);
            assert!(!times.is_empty(), "{shown}");
            for time in times {
                assert_eq!(fraction(&time), expected, "{time} in {shown}");
            }
        }
    }
}

#[tokio::test]
async fn the_systems_clock_shows_six_digits_or_none_as_well() {
    let server = default_server().await;
    for n in 0..50 {
        let made =
            Call::invite(&format!("{n}@example.com"), "sk-ant-admin01-times").send(server.address()).good();
        for time in times(&made) {
            assert!(fraction(&time).is_none_or(|fraction| fraction.len() == 6), "{time}");
        }
    }
}

#[test]
fn a_time_is_cut_down_to_whole_microseconds_before_1970_as_after() {
    for (written, read) in [
        ("2026-01-01T00:00:00.1234569Z", "2026-01-01T00:00:00.123456Z"),
        ("1969-12-31T23:59:58.9999999Z", "1969-12-31T23:59:58.999999Z"),
        ("1969-12-31T23:59:59.0000001Z", "1969-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
    ] {
        assert_eq!(written.parse::<Time>().unwrap().to_string(), read);
    }
}

#[test]
fn a_time_is_the_systems_time_and_back() {
    for written in ["2026-01-01T00:00:00.123456Z", "1969-12-31T23:59:59.999999Z", "0000-01-01T00:00:00Z"] {
        let time: Time = written.parse().unwrap();
        assert_eq!(Time::from(std::time::SystemTime::from(time)), time);
        let by_jiff: jiff::Timestamp = written.parse().unwrap();
        assert_eq!(std::time::SystemTime::from(time), std::time::SystemTime::from(by_jiff));
    }
}

#[test]
fn what_is_no_time_is_refused_with_what_was_expected() {
    for bad in
        ["", "now", "-3d", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "20260101T000000Z"]
    {
        let said = bad.parse::<Time>().unwrap_err().to_string();
        assert!(said.contains(&format!("{bad:?} is not a time; expected RFC 3339")), "{said}");
    }
}
