//! Every route on one screen, and check 1: the route of a request.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use matchit::{Match, Router};
use percent_encoding::percent_decode_str;

use super::{
    answer::Answer, api_keys, call::Call, error::ApiError, invites, organization, users, workspace_members,
    workspaces,
};
use crate::world::{Operation, Operation::*, PathIds, Reason};

/// A route: what the checks need to know of it, and its handler.
pub(super) struct Route {
    pub(super) operation: Operation,
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) handler: fn(&Call) -> Answer,
}

/// What a route asks of a caller.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    /// A scoped key needs any one of these; without any here, no scope is needed.
    pub(super) scopes: &'static [&'static str],
    /// Whether only Console organizations have the resource.
    pub(super) console: bool,
}

const NOTHING: Needs = Needs { scopes: &[], console: false };
const READ: Needs = Needs { scopes: &["read:members", "read:org_audit"], console: false };
const WRITE: Needs = Needs { scopes: &["write:members"], console: false };
const CONSOLE: Needs = Needs { scopes: &["org:admin"], console: true };

const ME: &str = "/v1/organizations/me";
const INVITES: &str = "/v1/organizations/invites";
const INVITE: &str = "/v1/organizations/invites/{invite_id}";
const USERS: &str = "/v1/organizations/users";
const USER: &str = "/v1/organizations/users/{user_id}";
const WORKSPACES: &str = "/v1/organizations/workspaces";
const WORKSPACE: &str = "/v1/organizations/workspaces/{workspace_id}";
const ARCHIVE: &str = "/v1/organizations/workspaces/{workspace_id}/archive";
const MEMBERS: &str = "/v1/organizations/workspaces/{workspace_id}/members";
const MEMBER: &str = "/v1/organizations/workspaces/{workspace_id}/members/{user_id}";
const API_KEYS: &str = "/v1/organizations/api_keys";
const API_KEY: &str = "/v1/organizations/api_keys/{api_key_id}";

#[rustfmt::skip]
pub(super) static ROUTES: &[Route] = &[
    route(OrganizationRetrieve,     Method::GET,    ME,         NOTHING, organization::retrieve),
    route(InvitesCreate,            Method::POST,   INVITES,    WRITE,   invites::create),
    route(InvitesList,              Method::GET,    INVITES,    READ,    invites::list),
    route(InvitesRetrieve,          Method::GET,    INVITE,     READ,    invites::retrieve),
    route(InvitesDelete,            Method::DELETE, INVITE,     WRITE,   invites::delete),
    route(UsersList,                Method::GET,    USERS,      READ,    users::list),
    route(UsersRetrieve,            Method::GET,    USER,       READ,    users::retrieve),
    route(UsersUpdate,              Method::POST,   USER,       WRITE,   users::update),
    route(UsersRemove,              Method::DELETE, USER,       WRITE,   users::remove),
    route(WorkspacesCreate,         Method::POST,   WORKSPACES, CONSOLE, workspaces::create),
    route(WorkspacesList,           Method::GET,    WORKSPACES, CONSOLE, workspaces::list),
    route(WorkspacesRetrieve,       Method::GET,    WORKSPACE,  CONSOLE, workspaces::retrieve),
    route(WorkspacesUpdate,         Method::POST,   WORKSPACE,  CONSOLE, workspaces::update),
    route(WorkspacesArchive,        Method::POST,   ARCHIVE,    CONSOLE, workspaces::archive),
    route(WorkspaceMembersList,     Method::GET,    MEMBERS,    CONSOLE, workspace_members::list),
    route(WorkspaceMembersAdd,      Method::POST,   MEMBERS,    CONSOLE, workspace_members::add),
    route(WorkspaceMembersRetrieve, Method::GET,    MEMBER,     CONSOLE, workspace_members::retrieve),
    route(WorkspaceMembersUpdate,   Method::POST,   MEMBER,     CONSOLE, workspace_members::update),
    route(WorkspaceMembersRemove,   Method::DELETE, MEMBER,     CONSOLE, workspace_members::remove),
    route(ApiKeysList,              Method::GET,    API_KEYS,   CONSOLE, api_keys::list),
    route(ApiKeysRetrieve,          Method::GET,    API_KEY,    CONSOLE, api_keys::retrieve),
    route(ApiKeysUpdate,            Method::POST,   API_KEY,    CONSOLE, api_keys::update),
];

const fn route(
    operation: Operation,
    method: Method,
    path: &'static str,
    needs: Needs,
    handler: fn(&Call) -> Answer,
) -> Route {
    Route { operation, method, path, needs, handler }
}

/// Paths that the service has and this mock does not serve (docs/fidelity.md), all paths below them included. `{id}` is any
/// id.
const UNSERVED: &[&str] = &[
    "/v1/organizations/workspaces/{id}/rate_limits",
    "/v1/organizations/workspaces/{id}/service_accounts",
    "/v1/organizations/users/{id}/sign_out",
    "/v1/organizations/rbac_groups",
    "/v1/organizations/rbac_roles",
    "/v1/organizations/service_accounts",
    "/v1/organizations/federation_issuers",
    "/v1/organizations/federation_rules",
    "/v1/organizations/external_keys",
    "/v1/organizations/rate_limits",
    "/v1/organizations/spend_limits",
    "/v1/organizations/spend_limit_increase_requests",
    "/v1/organizations/compliance_settings",
    "/v1/organizations/analytics",
    "/v1/organizations/usage_report",
    "/v1/organizations/cost_report",
    "/v1/organizations/plugins",
    "/v1/organizations/plugin_marketplaces",
    "/v1/organizations/webhooks",
    "/v1/organizations/telemetry_destinations",
    "/v1/organizations/claude_code",
    "/v1/organizations/claude_tag",
    "/v1/organizations/external_storage",
    "/v1/organizations/providers",
    "/v1/messages",
    "/v1/complete",
    "/v1/models",
    "/v1/files",
    "/v1/skills",
    "/v1/agents",
    "/v1/sessions",
    "/v1/environments",
    "/v1/vaults",
    "/v1/user_profiles",
    "/v1/memory_stores",
    "/v1/compliance",
    "/v1/dreams",
    "/v1/deployments",
    "/v1/deployment_runs",
    "/v1/tunnels",
];

/// The routes of each path.
static PATHS: LazyLock<Router<Vec<&'static Route>>> = LazyLock::new(|| {
    let mut router = Router::new();
    for (at, route) in ROUTES.iter().enumerate() {
        if !ROUTES[..at].iter().any(|earlier| earlier.path == route.path) {
            let routes = ROUTES.iter().filter(|other| other.path == route.path).collect();
            router.insert(route.path, routes).expect("a test looks for every route");
        }
    }
    router
});

/// The route of a request, and the ids in its path, each decoded once by itself.
pub(super) fn find(method: &Method, path: &str) -> Result<(&'static Route, PathIds), ApiError> {
    let Some(found) = matched(path) else {
        return Err(if is_unserved(path) { unserved(path) } else { unknown() });
    };
    let wanted = if *method == Method::HEAD { &Method::GET } else { method };
    let Some(route) = found.value.iter().find(|route| route.method == *wanted) else {
        return Err(method_not_allowed(&allowed(found.value)));
    };
    let mut ids = PathIds::default();
    for name in route.operation.path_ids() {
        let raw = found.params.get(name).unwrap_or_default();
        ids.add(name, percent_decode_str(raw).collect());
    }
    Ok((route, ids))
}

/// The methods of a path as `Allow` names them; `None` for a path that is not served.
pub(super) fn methods(path: &str) -> Option<String> {
    matched(path).map(|found| allowed(found.value))
}

/// The routes of a path. An empty id matches no route, neither in the middle of a path nor at its end.
fn matched(path: &str) -> Option<Match<'static, '_, &'static Vec<&'static Route>>> {
    let found = PATHS.at(path).ok()?;
    found.params.iter().all(|(_, id)| !id.is_empty()).then_some(found)
}

fn allowed(routes: &[&Route]) -> String {
    let methods = routes.iter().flat_map(|route| match route.method {
        Method::GET => vec!["GET", "HEAD"],
        ref method => vec![method.as_str()],
    });
    let mut methods: Vec<_> = methods.collect();
    methods.sort_by_key(|method| ["GET", "HEAD", "POST", "DELETE"].iter().position(|known| known == method));
    methods.join(",")
}

fn is_unserved(path: &str) -> bool {
    UNSERVED.iter().any(|unserved| {
        let mut segments = path.split('/');
        unserved.split('/').all(|known| match segments.next() {
            Some(segment) => segment == known || known == "{id}" && !segment.is_empty(),
            None => false,
        })
    })
}

fn unserved(path: &str) -> ApiError {
    let message = format!(
        "anthropic-admin-mock does not serve {path}, which the service has; this is no answer of the service"
    );
    let hint = "this route is not part of the mock; its README lists those that are";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "api_error", Reason::RouteUnserved, message, hint)
        .header("x-should-retry", false)
}

fn unknown() -> ApiError {
    let hint = "neither the mock nor, as far as is known, the service has that path; a base URL ends at the port, and a path has /v1 once and no slash at its end";
    ApiError::new(StatusCode::NOT_FOUND, "not_found_error", Reason::RouteUnknown, "Not found", hint)
}

fn method_not_allowed(allowed: &str) -> ApiError {
    let hint = "the path is right, the method is not; the answer's Allow header lists those that are";
    let (status, kind) = (StatusCode::METHOD_NOT_ALLOWED, "invalid_request_error");
    ApiError::new(status, kind, Reason::MethodNotAllowed, "Method Not Allowed", hint).header("allow", allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_one_route_and_a_route_has_the_ids_of_its_operation() {
        let operations: Vec<_> = ROUTES.iter().map(|route| route.operation).collect();
        for operation in Operation::ALL {
            assert_eq!(operations.iter().filter(|found| *found == operation).count(), 1, "{operation}");
        }
        for route in ROUTES {
            let ids: Vec<_> =
                route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(ids, route.operation.path_ids(), "{}", route.operation);
        }
    }

    #[test]
    fn the_readme_shows_the_table_of_routes() {
        let mut paths: Vec<_> = ROUTES.iter().map(|route| route.path).collect();
        paths.dedup();
        let line = |path: &&str| {
            let routes = ROUTES.iter().filter(|route| route.path == *path);
            let operations: Vec<_> =
                routes.map(|route| format!("`{}` {}", route.method, route.operation)).collect();
            format!("| `{path}` | {} |\n", operations.join(" · "))
        };
        let table: String = paths.iter().map(line).collect();
        assert!(include_str!("../../README.md").contains(&format!("|---|---|\n{table}\n")), "{table}");
    }

    #[test]
    fn no_path_is_both_served_and_unserved() {
        for route in ROUTES {
            assert!(!is_unserved(route.path), "{}", route.path);
        }
        for path in UNSERVED {
            assert!(PATHS.at(path).is_err(), "{path}");
        }
    }
}
