//! What every control call passes first: checks of its caller and its query, the receiving of its body, a line in the log.

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONNECTION, HOST, ORIGIN},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    body,
    error::{ControlError, Refusal},
    health, host, query,
};
use crate::{
    credential::Credential,
    world::{RedactedKey, Settings, World, scrubbed},
};

/// What the guard needs to know of a call.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) world: World,
    /// The most that the body may hold.
    pub(super) limit: usize,
    /// The names that the query may have; `None` where no route was found.
    pub(super) query: Option<&'static [&'static str]>,
}

/// Refuses web pages, foreign hosts and unknown names in the query, receives the body, and writes one line to the log for
/// each call. Of `GET health` only the body is looked at, because orchestrators call it often and by any host name.
pub(super) async fn guarded(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let line = Line::of(&request);
    let (parts, body) = request.into_parts();
    let settings = guard.world.settings();
    let is_health = parts.uri.path() == health::PATH;
    // Without the control routes there is nothing to guard: every caller gets the same 404.
    let admitted = if is_health || settings.no_control { Ok(()) } else { check(&parts, &guard) };
    let limit = if admitted.is_ok() { guard.limit } else { body::LIMIT };
    // Received before a refusal too, so that the connection can be used again.
    let received = body::receive(&parts.headers, body, limit).await;
    let is_received = received.is_ok();
    let mut response = match admitted.and(received) {
        Ok(body) => next.run(Request::from_parts(parts, body.into())).await,
        Err(refusal) => refusal.into_response(),
    };
    if !is_received {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if !is_health {
        line.write(&response);
    }
    response
}

/// The line of a call in the log.
struct Line {
    started: Instant,
    method: Method,
    path: String,
    query: Option<String>,
    key: Option<RedactedKey>,
}

impl Line {
    fn of(request: &Request) -> Self {
        let credential = Credential::of(request.headers()).ok();
        Line {
            started: Instant::now(),
            method: request.method().clone(),
            path: scrubbed(request.uri().path()),
            query: request.uri().query().map(scrubbed),
            key: credential.map(|credential| RedactedKey::of(&credential.secret)),
        }
    }

    fn write(self, response: &Response) {
        let Line { started, method, path, query, key } = self;
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
                    error_message = refusal.map(|refusal| scrubbed(&refusal.message)),
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
    }
}

fn check(request: &Parts, guard: &Guard) -> Result<(), ControlError> {
    check_caller(request, guard.world.settings())?;
    let Some(known) = guard.query else { return Ok(()) };
    query::check(request.uri.query().unwrap_or_default(), known)
}

/// Refuses a request from a web page of another origin, and one whose host could be a public name: a page whose name was
/// re-bound to this machine sends no `Origin` with a GET.
fn check_caller(request: &Parts, settings: &Settings) -> Result<(), ControlError> {
    let headers = &request.headers;
    let target = request.uri.authority().map(|authority| authority.as_str().to_owned());
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
