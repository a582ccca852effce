//! Who may come in: the tester's own programs, but no web page and no host name that public DNS could hold.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{HOST, ORIGIN},
        uri::Authority,
    },
};

use super::error::ControlError;
use crate::world::Settings;

/// Domains that public DNS does not delegate, or that only a private network uses.
const PRIVATE: [&str; 6] = ["localhost", "local", "internal", "test", "svc", "cluster.local"];

/// Refuses a request from a web page of another origin, and one whose host could be a public name: a page whose name was
/// re-bound to this machine sends no `Origin` with a GET.
pub(super) fn check(request: &Request, settings: &Settings) -> Result<(), ControlError> {
    let headers = request.headers();
    let target = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let hosts: Vec<_> = match target {
        Some(authority) => vec![authority],
        None => {
            headers.get_all(HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()).into()).collect()
        }
    };
    for host in &hosts {
        if !is_allowed(host, settings) {
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

fn is_allowed(host: &str, settings: &Settings) -> bool {
    if host.is_empty() {
        return true;
    }
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
    let is_ip = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
    let is_under =
        |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_ip
        || !name.contains('.')
        || PRIVATE.into_iter().any(is_under)
        || settings
            .control_hosts
            .iter()
            .any(|allowed| name == allowed.trim_end_matches('.').to_ascii_lowercase())
}
