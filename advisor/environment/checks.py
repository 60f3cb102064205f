"""What `manage.py check --deploy` says of this installation beside Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from advisor.environment.judges import too_wide


@register(Tags.security, deploy=True)
def outbound_hosts(**_: Any) -> list[CheckMessage]:
    """A list of hosts that lists everybody guards nothing."""
    return [
        Warning(
            f"OUTBOUND_HOSTS has {entry!r}: editors and admins of any team can let this machine "
            "ask nearly every address that it reaches, those of your own network among them.",
            hint="Name the hosts of your Prometheus servers and webhooks, or their networks.",
            id="advisor.W001",
        )
        for entry in too_wide(settings.OUTBOUND_HOSTS)
    ]
