//! Web pages: who may call from one, and what the browser is told.

use crate::harness::*;

const DIRECT: &str = "anthropic-dangerous-direct-browser-access";

#[tokio::test]
async fn a_page_without_the_direct_access_header_is_a_401() {
    let server = default_server().await;
    let key = new_key();
    for call in [
        Call::delete_invite(PENDING, &key),
        Call::delete_invite(PENDING, &key).header(DIRECT, "false"),
        Call::delete_invite(PENDING, &key).header(DIRECT, ""),
    ] {
        let answer = call.header("origin", "https://example.com").send(server.address());
        answer.refused(401, "authentication_error", "browser-origin").names_organization(true);
        answer.says("CORS requests must set 'anthropic-dangerous-direct-browser-access' header");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    Call::delete_invite(PENDING, &key).send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_page_with_the_direct_access_header_may_read_every_answer() {
    let server = default_server().await;
    let page = |call: Call| {
        call.header("origin", "https://example.com").header(DIRECT, "true").send(server.address())
    };
    let answers = [
        page(Call::delete_invite(PENDING, &new_key())),
        page(Call::delete_invite("unknown", &new_key())),
        page(Call::delete_invite(PENDING, "nonsense")),
        page(Call::bare("DELETE", "/v1/unknown")),
    ];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 404, 401, 404]);
    for answer in answers {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
    }
    let no_page = Call::delete_invite(PENDING, &new_key()).send(server.address());
    assert_eq!(no_page.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_preflight_that_asks_for_direct_access_is_answered_with_the_paths_methods() {
    let server = default_server().await;
    let asked = "authorization,Anthropic-Dangerous-Direct-Browser-Access, anthropic-version";
    let preflight = Call::bare("OPTIONS", &invite(PENDING))
        .header("origin", "https://example.com")
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", asked);

    let answer = preflight.send(server.address());

    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,HEAD,DELETE"));
    assert_eq!(answer.header("access-control-allow-headers"), Some(asked));

    let two_lines =
        preflight.clone().header("access-control-request-headers", "x-api-key").send(server.address());
    assert_eq!(two_lines.header("access-control-allow-headers"), Some(&*format!("{asked}, x-api-key")));

    for header in ["origin", "access-control-request-method", "access-control-request-headers"] {
        let answer = preflight.clone().without(header).send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
    }
    let elsewhere = preflight.at("/v1/unknown").send(server.address());
    elsewhere.refused(404, "not_found_error", "route-unknown");
}
