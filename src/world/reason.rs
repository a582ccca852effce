//! The reasons of refusals: one word each, in `x-mock-reason`, in the journal and in the log.

use super::words::words;

words! {
    /// Why a request was refused, or that a fault struck it. `docs/fidelity.md` has a row for each.
    pub enum Reason {
        // Of any request, in the order of the checks.
        RouteUnknown = "route-unknown",
        RouteUnserved = "route-unserved",
        MethodNotAllowed = "method-not-allowed",
        CredentialMissing = "credential-missing",
        KeyMalformed = "key-malformed",
        BearerMalformed = "bearer-malformed",
        CredentialsContradict = "credentials-contradict",
        KeyUnknown = "key-unknown",
        KeyDisabled = "key-disabled",
        KeyExpired = "key-expired",
        BrowserOrigin = "browser-origin",
        Fault = "fault",
        FaultUnknown = "fault-unknown",
        VersionMissing = "version-missing",
        VersionUnknown = "version-unknown",
        KeyInference = "key-inference",
        RateLimited = "rate-limited",
        ScopeMissing = "scope-missing",
        OrganizationTypeNotSupported = "organization-type-not-supported",
        BodyTooLarge = "body-too-large",
        BodyUnreadable = "body-unreadable",
        JsonInvalid = "json-invalid",
        InputInvalid = "input-invalid",
        CursorsConflict = "cursors-conflict",
        CursorUnknown = "cursor-unknown",
        Internal = "internal",
        // Of invites.
        InviteUnknown = "invite-unknown",
        InviteDeleted = "invite-deleted",
        InviteAccepted = "invite-accepted",
        InviteExpired = "invite-expired",
        InviteAlreadyExists = "invite-already-exists",
        AlreadyMember = "already-member",
        OrgMemberLimitExceeded = "org-member-limit-exceeded",
        EmailDomainNotAllowed = "email-domain-not-allowed",
        CannotInviteEmailsWithUnverifiedDomains = "cannot-invite-emails-with-unverified-domains",
        RbacGroupGrantsOwnerAccess = "rbac-group-grants-owner-access",
        RbacGroupOwnerAccessUnconfirmed = "rbac-group-owner-access-unconfirmed",
        // Of users.
        UserUnknown = "user-unknown",
        UserAdmin = "user-admin",
        CannotRemoveLastMember = "cannot-remove-last-member",
        RolesManagedByIdp = "roles-managed-by-idp",
        MembersManagedByScim = "members-managed-by-scim",
        // Of workspaces and their members.
        WorkspaceUnknown = "workspace-unknown",
        WorkspaceArchived = "workspace-archived",
        WorkspaceDefault = "workspace-default",
        WorkspaceLimit = "workspace-limit",
        MemberUnknown = "member-unknown",
        MemberExists = "member-exists",
        MemberImplicit = "member-implicit",
        WorkspaceMemberLimitExceeded = "workspace-member-limit-exceeded",
        // Of API keys.
        ApiKeyUnknown = "api-key-unknown",
        ApiKeyArchived = "api-key-archived",
        ApiKeyExpired = "api-key-expired",
    }
}
