//! What every control call passes first: the refusal of web pages and of public host names, and the line in the log.

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    error::{ControlError, Refusal},
    health, host,
};
use crate::{
    credential::Credential,
    world::{RedactedKey, Settings, World, scrubbed},
};

/// Refuses web pages and foreign hosts, and writes one line to the log for each call. `GET health` is neither guarded nor
/// logged, because orchestrators call it often and by any host name.
pub(super) async fn guarded(State(world): State<World>, request: Request, next: Next) -> Response {
    if request.uri().path() == health::PATH {
        return next.run(request).await;
    }
    let started = Instant::now();
    let (method, path) = (request.method().clone(), scrubbed(request.uri().path()));
    let query = request.uri().query().map(scrubbed);
    let key = Credential::of(request.headers()).ok().map(|credential| RedactedKey::of(&credential.secret));
    let settings = world.settings();
    // Without the control routes there is nothing to guard: every caller gets the same 404.
    let admitted = if settings.no_control { Ok(()) } else { check(&request, settings) };
    let response = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let refusal = response.extensions().get::<Refusal>();
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "anthropic_admin_mock::control",
                %method,
                path,
                query,
                status = response.status().as_u16(),
                reason = refusal.map(|refusal| refusal.reason),
                error_message = refusal.map(|refusal| &*refusal.message),
                key = key.as_ref().map(tracing::field::display),
                duration_ms = started.elapsed().as_micros() as f64 / 1000.0,
            )
        };
    }
    if refusal.is_some() {
        line!(warn);
    } else if method.is_safe() {
        line!(debug);
    } else {
        line!(info);
    }
    response
}

/// Refuses a request from a web page of another origin, and one whose host could be a public name: a page whose name was
/// re-bound to this machine sends no `Origin` with a GET.
fn check(request: &Request, settings: &Settings) -> Result<(), ControlError> {
    let headers = request.headers();
    let target = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let hosts: Vec<_> = match target {
        Some(authority) => vec![authority],
        None => {
            headers.get_all(HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()).into()).collect()
        }
    };
    for host in &hosts {
        // A client without a host to name may send an empty one.
        if !host.is_empty() && !host::is_allowed(host, settings) {
            let message = format!(
                "the host {host:?} could be a public name that was re-bound to this machine; call the control routes by an IP address or a local name, or allow it by --control-host (MOCK_CONTROL_HOST)"
            );
            return Err(ControlError::new(StatusCode::FORBIDDEN, "host-foreign", message));
        }
    }
    let foreign_site =
        headers.get_all("sec-fetch-site").iter().any(|site| site != "none" && site != "same-origin");
    let foreign_origin = headers.get_all(ORIGIN).iter().any(|origin| !is_one_of(origin, &hosts));
    if foreign_site || foreign_origin {
        let message = "web pages of other origins may not use the control routes; call them without Origin and from the same site";
        return Err(ControlError::new(StatusCode::FORBIDDEN, "browser-origin", message));
    }
    Ok(())
}

/// Whether an origin is that of the host which is called.
fn is_one_of(origin: &HeaderValue, hosts: &[String]) -> bool {
    let origin = String::from_utf8_lossy(origin.as_bytes());
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| hosts.iter().any(|host| host.eq_ignore_ascii_case(authority)))
}
