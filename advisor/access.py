"""What each address asks of whoever comes: by its name, reading or writing."""

from advisor.models import Role

SAFE = ("GET", "HEAD", "OPTIONS")

OPEN = frozenset(
    {
        "healthz",
        "shared",
        "invitation",
        "recipient-confirm",
        "unsubscribe",
        "account_login",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_confirm_email",
        "account_email_verification_sent",
        "account_confirm_login_code",
        "mfa_authenticate",
        "mfa_trust",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
    }
)
"""For everybody, signed in or not; some ask for a key that stands in the address."""

PERSONAL = frozenset(
    {
        "revoke",
        "team-new",
        "team-switch",
        "team-leave",
        "invitation-accept",
        "account_logout",
        "account_email",
        "account_change_password",
        "account_set_password",
        "account_reauthenticate",
        "usersessions_list",
        "socialaccount_connections",
    }
)
"""About whoever is signed in, whatever the role, in a team or in none; MFA's pages are too."""

VIEWERS_WRITE = frozenset({"api-comparisons", "tokens", "report-me", "report-test"})
"""Answers to a POST that store nothing of the team's, or only what is the caller's own.

Whose comparison may become a job, which is stored, it looks at itself.
"""

MAKERS = frozenset({("api-job", "DELETE"), ("job-cancel", "POST")})
"""Also for whoever made the thing, whatever the role by now; they look at that themselves."""

EDITORS = frozenset(
    {"new", "paste", "azs", "delete", "share", "latency-upload", "editor", "editor-paste"}
)
"""Of no use to whoever may not store: not even their forms are shown."""

ADMINS = frozenset(
    {
        "audit",
        "audit-csv",
        "api-audit",
        "zone",
        "team-kept",
        "health-account",
        "health-role",
        "api-recipients",
        "api-recipient",
    }
)

ADMINS_WRITE = frozenset(
    {
        "health-cap",
        "health-account-add",
        "health-account-check",
        "health-account-remove",
        "health-source-add",
        "health-source-remove",
        "webhook-add",
        "webhook-end",
        "webhook-again",
        "report-schedule",
        "api-report-schedule",
        "recipient-add",
        "recipient-pause",
        "recipient-remove",
        "mail-again",
        "team-invite",
        "team-invitation-revoke",
        "team-role",
        "team-remove",
        "team-rename",
    }
)


def needed(name: str, method: str | None) -> Role | None:
    """The role that an address asks for; None where being signed in, or less, is enough."""
    if name in OPEN or name in PERSONAL or name.startswith("mfa_"):
        return None
    if name in ADMINS or (name in ADMINS_WRITE and method not in SAFE):
        return Role.ADMIN
    if method in SAFE or name in VIEWERS_WRITE or (name, method) in MAKERS:
        return Role.EDITOR if name in EDITORS else Role.VIEWER
    return Role.EDITOR
