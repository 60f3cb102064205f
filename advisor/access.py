"""Who may do what: every address by its name, the methods that it has, and what each asks."""

from enum import StrEnum

from advisor.models import Role


class Anybody(StrEnum):
    """What is less than a role in a team."""

    EVERYBODY = "everybody"  # some of these ask for a key that stands in the address
    SIGNED_IN = "whoever is signed in"  # in a team or in none


Ask = Role | Anybody
EVERYBODY, SIGNED_IN = Anybody
VIEWER, EDITOR, ADMIN = Role
RANKS: tuple[Ask, ...] = (*Anybody, *Role)
SAFE = ("GET", "HEAD", "OPTIONS")


def read(ask: Ask) -> dict[str, Ask]:
    return {"GET": ask}


def store(ask: Ask) -> dict[str, Ask]:
    return {"POST": ask}


def form(ask: Ask) -> dict[str, Ask]:
    """A page with a form that is of no use to whoever may not send it."""
    return {"GET": ask, "POST": ask}


ASKED: dict[str, dict[str, Ask]] = {
    "healthz": read(EVERYBODY),
    "shared": read(EVERYBODY),
    "invitation": read(EVERYBODY),
    "home": read(VIEWER),
    "new": form(EDITOR),
    "azs": read(EDITOR),
    "paste": form(EDITOR),
    "topology": read(VIEWER),
    "comparison-json": read(VIEWER),
    "comparison-csv": read(VIEWER),
    "comparison-md": read(VIEWER),
    "hand-over": read(VIEWER),
    "keep": store(EDITOR),
    "plan-progress": read(VIEWER),
    "plan-compute": store(EDITOR),
    "curves": read(VIEWER),
    "plan-lifts": read(VIEWER),
    "plan-details": read(VIEWER),
    "plan-details-progress": read(VIEWER),
    "plan-details-compute": store(EDITOR),
    "plan-explanation-csv": read(VIEWER),
    "plan-steps-csv": read(VIEWER),
    "plan-picture": read(VIEWER),
    "outlook": read(VIEWER),
    "print": read(VIEWER),
    "share": form(EDITOR),
    "share-revoke": store(EDITOR),
    "scenarios": read(VIEWER),
    "reviews": read(VIEWER),
    "reviews-new": store(EDITOR),
    "review": read(VIEWER),
    "review-manifests": form(VIEWER),
    "review-file": read(VIEWER),
    "review-zip": read(VIEWER),
    "review-keep": store(EDITOR),
    "topology-reviews": read(VIEWER),
    "topology-review": form(EDITOR),
    "topology-review-file": read(VIEWER),
    "topology-reviews-share": form(EDITOR),
    "topology-reviews-zip": read(VIEWER),
    "topology-reviews-json": read(VIEWER),
    "help": read(VIEWER),
    "latency": read(VIEWER),
    "latency-cell": read(VIEWER),
    "latency-upload": form(EDITOR),
    "latency-zones": store(EDITOR),
    "latency-from-aws": store(EDITOR),
    "latency-csv": read(VIEWER),
    "latency-json": read(VIEWER),
    "latency-file": read(VIEWER),
    "latency-withdraw": store(EDITOR),
    "latency-kit": read(VIEWER),
    "prices": read(VIEWER),
    "price-changes": read(VIEWER),
    "prices-load": store(EDITOR),
    "price-override": store(EDITOR),
    "price-override-end": store(EDITOR),
    "jobs": read(VIEWER),
    "job": read(VIEWER),
    "job-cancel": store(VIEWER),  # its maker's, or an editor's
    "document": {"GET": VIEWER, "POST": EDITOR},
    "document-json": read(VIEWER),
    "document-yaml": read(VIEWER),
    "versions": read(VIEWER),
    "delete": form(EDITOR),
    "version-changes": read(VIEWER),
    "version-restore": store(EDITOR),
    "make-scenario": store(EDITOR),
    "editor": form(EDITOR),
    "editor-check": store(EDITOR),
    "editor-bulk": store(EDITOR),
    "editor-paste": form(EDITOR),
    "editor-csv": read(VIEWER),
    "restore": store(EDITOR),
    "tokens": form(VIEWER),
    "revoke": store(SIGNED_IN),
    "account-delete": form(SIGNED_IN),
    "team": read(VIEWER),
    "zone": form(ADMIN),
    "team-kept": read(ADMIN),
    "team-delete": form(ADMIN),
    "team-keep": store(ADMIN),
    "team-files": read(ADMIN),
    "team-member-sign-out": store(ADMIN),
    "team-rename": store(ADMIN),
    "team-invite": store(ADMIN),
    "team-invitation-revoke": store(ADMIN),
    "team-role": store(ADMIN),
    "team-remove": store(ADMIN),
    "team-leave": store(SIGNED_IN),
    "audit": read(ADMIN),
    "audit-csv": read(ADMIN),
    "team-new": store(SIGNED_IN),
    "team-switch": store(SIGNED_IN),
    "invitation-accept": store(SIGNED_IN),
    "account_login": form(EVERYBODY),
    "account_logout": form(EVERYBODY),
    "account_signup": form(EVERYBODY),
    "account_inactive": read(EVERYBODY),
    "account_reset_password": form(EVERYBODY),
    "account_reset_password_done": read(EVERYBODY),
    "account_reset_password_from_key": form(EVERYBODY),
    "account_reset_password_from_key_done": read(EVERYBODY),
    "account_confirm_email": form(EVERYBODY),
    "account_email_verification_sent": read(EVERYBODY),
    "account_confirm_login_code": form(EVERYBODY),
    "account_email": form(SIGNED_IN),
    "account_change_password": form(SIGNED_IN),
    "account_set_password": form(SIGNED_IN),
    "account_reauthenticate": form(SIGNED_IN),
    "usersessions_list": form(SIGNED_IN),
    "mfa_index": read(SIGNED_IN),
    "mfa_authenticate": form(EVERYBODY),
    "mfa_reauthenticate": form(SIGNED_IN),
    "mfa_activate_totp": form(SIGNED_IN),
    "mfa_deactivate_totp": form(SIGNED_IN),
    "mfa_view_recovery_codes": read(SIGNED_IN),
    "mfa_generate_recovery_codes": form(SIGNED_IN),
    "mfa_download_recovery_codes": read(SIGNED_IN),
    "openid_connect_login": form(EVERYBODY),
    "openid_connect_callback": read(EVERYBODY),
    "socialaccount_login_cancelled": read(EVERYBODY),
    "socialaccount_login_error": read(SIGNED_IN),
    "socialaccount_signup": form(EVERYBODY),
    "socialaccount_connections": form(SIGNED_IN),
    "health": read(VIEWER),
    "health-csv": read(VIEWER),
    "health-resource": read(VIEWER),
    "finding-acknowledge": store(EDITOR),
    "finding-mute": store(EDITOR),
    "finding-unmute": store(EDITOR),
    "health-rules": read(VIEWER),
    "health-rule": store(EDITOR),
    "health-collection": read(VIEWER),
    "health-cap": store(ADMIN),
    "health-owners": store(ADMIN),
    "health-account-add": store(ADMIN),
    "health-account": form(ADMIN),
    "health-account-check": store(ADMIN),
    "health-account-remove": store(ADMIN),
    "health-role": read(ADMIN),
    "health-source-add": store(ADMIN),
    "health-source-remove": store(ADMIN),
    "webhook-add": store(ADMIN),
    "webhook-test": store(ADMIN),
    "webhook-rotate": store(ADMIN),
    "webhook-forget": store(ADMIN),
    "webhook-end": store(ADMIN),
    "webhook-again": store(ADMIN),
    "reports": read(VIEWER),
    "report": read(VIEWER),
    "report-mail": read(VIEWER),
    "report-preview": read(VIEWER),
    "report-preview-mail": read(VIEWER),
    "report-schedule": store(ADMIN),
    "report-test": store(VIEWER),
    "report-me": store(VIEWER),
    "recipient-add": store(ADMIN),
    "recipient-pause": store(ADMIN),
    "recipient-remove": store(ADMIN),
    "mail-again": store(ADMIN),
    "recipient-confirm": form(EVERYBODY),
    "unsubscribe": form(EVERYBODY),
    "api-reports": read(VIEWER),
    "api-report": read(VIEWER),
    "api-report-preview": read(VIEWER),
    "api-report-schedule": {"GET": VIEWER, "PUT": ADMIN},
    "api-recipients": {"GET": ADMIN, "POST": ADMIN},
    "api-recipient": {"DELETE": ADMIN},
    "api-metrics": read(VIEWER),
    "api-health-resources": read(VIEWER),
    "api-health-resource": read(VIEWER),
    "api-health-findings": read(VIEWER),
    "api-health-incidents": read(VIEWER),
    "api-health-incident": read(VIEWER),
    "api-health-finding": {"GET": VIEWER, "PATCH": EDITOR},
    "api-health-rules": read(VIEWER),
    "api-health-rule": {"PUT": EDITOR},
    "api-health-collection": read(VIEWER),
    "own-price": store(EDITOR),
    "load-prices": store(EDITOR),
    "api-topologies": {"GET": VIEWER, "POST": EDITOR},
    "api-topology": {"GET": VIEWER, "PUT": EDITOR, "DELETE": EDITOR},
    "api-hand-over": read(VIEWER),
    "api-versions": read(VIEWER),
    "api-version": read(VIEWER),
    "api-version-restore": store(EDITOR),
    "api-version-changes": read(VIEWER),
    "api-audit": read(ADMIN),
    "api-comparisons": store(VIEWER),
    "api-plans": store(VIEWER),
    "api-reviews": store(VIEWER),
    "api-latency-imports": store(EDITOR),
    "api-measurements": read(VIEWER),
    "api-measurement": {"DELETE": EDITOR},
    "api-latency-cells": read(VIEWER),
    "api-zone-names": store(EDITOR),
    "api-prices": read(VIEWER),
    "api-price-lists": read(VIEWER),
    "api-price-changes": read(VIEWER),
    "api-price-fetches": store(EDITOR),
    "api-price-overrides": {"GET": VIEWER, "POST": EDITOR},
    "api-price-override": {"DELETE": EDITOR},
    "api-jobs": read(VIEWER),
    "api-job": {"GET": VIEWER, "DELETE": VIEWER},  # its maker's, or an editor's
    "api-job-result": read(VIEWER),
    "api-schema": read(VIEWER),
    "api-docs": read(VIEWER),
}


def methods(name: str) -> tuple[str, ...]:
    """What an address takes, as `Allow` says it."""
    own = tuple(ASKED[name])
    return (*own, "HEAD", "OPTIONS") if "GET" in own else (*own, "OPTIONS")


def asked(name: str, method: str | None) -> Ask | None:
    """What a method of an address asks of its caller; None where there is no such method.

    Raises:
        LookupError: the address is missing here, and so it is closed.
    """
    if name not in ASKED:
        raise LookupError(f"the address {name!r} is not in advisor/access.py")
    if method == "OPTIONS":
        return min(ASKED[name].values(), key=RANKS.index)
    return ASKED[name].get("GET" if method == "HEAD" else str(method))
