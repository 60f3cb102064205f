from typing import Any

from django.apps import AppConfig

from costmodel.signals import prices_in_force


class ConnectivityConfig(AppConfig):
    name = "connectivity"

    def ready(self) -> None:
        prices_in_force.connect(_price_again)


def _price_again(team_id: int | None, **_: Any) -> None:
    """What is watched costs what the new list says."""
    from connectivity.health.money.resource_cost import (
        follow_prices,  # at start nothing of it is needed
    )

    follow_prices(team_id)
