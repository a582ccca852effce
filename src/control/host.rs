//! The host that a control call names: public DNS could hold it, or it could not.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::world::Settings;

/// Domains that public DNS does not delegate, or that only a private network uses.
const PRIVATE: [&str; 6] = ["localhost", "local", "internal", "test", "svc", "cluster.local"];

/// Whether `name[:port]` names an address, a name without a dot, a private domain, or what the user allows.
pub(super) fn is_allowed(host: &str, settings: &Settings) -> bool {
    let Some((name, port)) = split(host) else { return false };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if let Some(address) = name.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = without_last_dot(name).to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let is_under =
        |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_chosen = |allowed: &String| without_last_dot(allowed).eq_ignore_ascii_case(&name);
    name.split('.').all(is_label)
        && (!name.contains('.')
            || name.parse::<Ipv4Addr>().is_ok()
            || PRIVATE.into_iter().any(is_under)
            || settings.control_hosts.iter().any(is_chosen))
}

/// The name, an IPv6 address with its brackets, and the port, which may be empty.
fn split(host: &str) -> Option<(&str, &str)> {
    let end = match host.starts_with('[') {
        true => host.find(']')? + 1,
        false => host.find(':').unwrap_or(host.len()),
    };
    let (name, rest) = host.split_at(end);
    if rest.is_empty() { Some((name, "")) } else { Some((name, rest.strip_prefix(':')?)) }
}

fn without_last_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}
