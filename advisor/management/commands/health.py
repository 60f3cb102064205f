from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.models import Team
from connectivity.health.reading.as_json import resource_json
from connectivity.health.reading.listing import Filter, resources
from connectivity.health.reading.lookup import counts, read_until


class Command(command.Command):
    help = "What is watched, the worst first, as the last collection found it."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.default()
        monitored = resources(team.pk, Filter()).prefetch_related("findings__incident")
        rows = [resource_json(resource) for resource in monitored]
        if options["format"] == "json":
            self.write_json({"resources": rows})
            return
        if not rows:
            self.stdout.write("Nothing is monitored yet: manage.py collect_health --accounts FILE")
            return
        until = read_until(counts(team.pk))
        self.stdout.write(f"data until {until:%Y-%m-%d %H:%M} UTC" if until else "no data yet")
        for row in rows:
            head = f"{row['state']:9}{row['kind']:22}{row['name']}"
            self.stdout.write(f"{head} ({row['account']}, {row['region']}): {row['why']}")
