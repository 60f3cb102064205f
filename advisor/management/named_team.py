"""Which team a command acts for."""

from advisor.models import Team
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean

DEFAULT = "default"
MAX_NAMED = 10


def team_called(name: str) -> Team:
    """A team by its slug or its name; the default team is there from the first time on.

    Raises:
        DocumentRefused: there is none, or several have this name.
    """
    if name == DEFAULT:
        return Team.objects.default()
    teams = Team.objects.all() if name.isprintable() else Team.objects.none()
    by_slug = teams.filter(slug=name).first()
    by_name = list(teams.filter(name=name)[:2])
    if by_slug or len(by_name) == 1:
        return by_slug or by_name[0]
    slugs = sorted(Team.objects.values_list("slug", flat=True))
    there = did_you_mean(name, slugs) or f"; there are {', '.join(slugs[:MAX_NAMED])}"
    many = "several teams are called" if by_name else "no team is called"
    raise DocumentRefused([Problem("--team", f"{many} {ascii(name)}{there}")])
