"""How often a password or a code may be wrong: by name and address, and slowly for a name at all.

Whoever knows a name must not be able to keep its owner out: one address uses up its own tries, and
the slow limit for all addresses together does not hold for those from which the owner came before.
"""

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.http import HttpRequest

from advisor.audit.signins import has_come_from, network
from advisor.models import User


def password_try(request: HttpRequest, login: str, person: User | None) -> RateLimitUsage | None:
    """One try of a password; None: there were too many."""
    name = f"user {person.pk}" if person else f"name {login.lower()}"
    return _try(request, "login_failed", name, person)


def code_try(request: HttpRequest, person: User) -> RateLimitUsage | None:
    """One try of a second factor's code; None: there were too many."""
    return _try(request, "code_failed", f"user {person.pk}", person)


def forgive(request: HttpRequest, person: User) -> None:
    """Forget the failures of all addresses: somebody proved to be the person by mail."""
    for action in ("login_failed", "code_failed"):
        place = network(get_adapter().get_client_ip(request))
        _clear(request, action, f"user {person.pk} {place}")
        _clear(request, f"{action}_anywhere", f"user {person.pk}")


def _clear(request: HttpRequest, action: str, key: str) -> None:
    rates = [
        rate for rate in settings.ACCOUNT_RATE_LIMITS[action].split(",") if rate.endswith("/key")
    ]
    config = {action: ",".join(rates)}
    ratelimit.clear(request, app="allauth.account", action=action, config=config, key=key)


def _try(
    request: HttpRequest, action: str, name: str, person: User | None
) -> RateLimitUsage | None:
    address = get_adapter().get_client_ip(request)
    usage = _consume(request, action, f"{name} {network(address)}")
    if usage is None or (person and has_come_from(person, address)):
        return usage
    more = _consume(request, f"{action}_anywhere", name)
    return RateLimitUsage([*usage.usage, *more.usage]) if more else None


def _consume(request: HttpRequest, action: str, key: str) -> RateLimitUsage | None:
    config = settings.ACCOUNT_RATE_LIMITS
    return ratelimit.consume(request, app="allauth.account", action=action, config=config, key=key)
