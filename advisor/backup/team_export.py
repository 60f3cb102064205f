"""All that a team owns as one ZIP of JSON lines, a file for each kind of data."""

import zipfile
from collections.abc import Iterator
from io import RawIOBase
from typing import Any

from django.db import models
from django.utils import timezone

from advisor.backup.table_values import columns, rows
from advisor.deletion.team_deletion import owned
from advisor.models import ApiToken, Team, Webhook
from advisor.text.encoding import as_json
from connectivity.models import AwsAccount

SECRETS: dict[type[models.Model], tuple[str, ...]] = {
    ApiToken: ("digest", "token_key"),
    Webhook: ("secret", "old_secrets", "routing_key"),
    AwsAccount: ("external_id",),
}
PIECE = 2**16  # bytes that are handed out at a time

README = """{name} ({slug}), as of {at}.

A file for each kind of data, a JSON object a line. Names in _id refer to `id` of another file.
Documents of topologies are in connectivity.topologyversion.jsonl; raw files of measurements are
base64. Keys, secrets and points of health are left out.
"""


class _Pipe(RawIOBase):
    """What a ZIP is written to; what was written is taken away."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def __len__(self) -> int:
        return len(self._held)

    def take(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


def export(team: Team) -> Iterator[bytes]:
    """The ZIP in pieces; no more of it than one row is in memory."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        about = README.format(name=team.name, slug=team.slug, at=timezone.now().isoformat())
        archive.writestr("README.txt", about)
        for model, path in sorted(owned(), key=lambda pair: pair[0]._meta.label_lower):
            with archive.open(f"{model._meta.label_lower}.jsonl", "w", force_zip64=True) as file:
                for line in _lines(model, path, team):
                    file.write(line)
                    if len(pipe) >= PIECE:
                        yield pipe.take()
    yield pipe.take()


def _lines(model: type[models.Model], path: str, team: Team) -> Iterator[bytes]:
    secret = SECRETS.get(model, ())
    names = columns(model)
    for values in rows(model, **{path: team.pk}):
        pairs = zip(names, values, strict=True)
        yield as_json({name: value for name, value in pairs if name not in secret}) + b"\n"
