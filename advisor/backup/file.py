"""The file: lines of JSON in gzip. The manifest, the rows of every table, the digest of all."""

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from advisor.text.encoding import as_json

FORMAT = 1
LONGEST_LINE = 2**30  # bytes: no row is longer, and no memory holds more
COMPRESSION = 6
REMEDY = "nothing was changed; take another backup"


class BackupError(ValueError):
    """The file, or the database, cannot be used; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """What the file has of one table: its columns in their order, and how many rows follow."""

    model: str  # advisor.user
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first line: of which product, schema and moment, and what follows."""

    made_at: str
    product: str
    database: str
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[TableHead, ...]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


class Writer:
    """Writes lines, and at last the digest of all of them."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream, self._digest = stream, hashlib.sha256()

    def head(self, manifest: Manifest) -> None:
        self._line(as_json(asdict(manifest)))

    def row(self, values: list[Any]) -> None:
        self._line(as_json(values))

    def finish(self) -> str:
        sha256 = self._digest.hexdigest()
        self._line(as_json({"sha256": sha256}))
        return sha256

    def _line(self, line: bytes) -> None:
        self._digest.update(line + b"\n")
        self._stream.write(line + b"\n")


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file that only its owner may read; there once it is whole, and not before.

    Raises:
        BackupError: there is a file of this name.
    """
    if path.exists():
        raise BackupError(f"{path} is there already; give each backup a name of its own")
    descriptor, part = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0) as stream:
                yield Writer(stream)
            raw.flush()
            os.fsync(raw.fileno())
        os.link(part, path)  # unlike a renaming, it takes no name that came up meanwhile
    finally:
        Path(part).unlink()


class Reader:
    """Reads lines, and knows at last whether they are those that were written."""

    def __init__(self, path: Path) -> None:
        self.path, self._digest = path, hashlib.sha256()

    @contextmanager
    def open(self) -> Iterator[Manifest]:
        """The manifest; `rows` gives the rest, `finish` judges it.

        Raises:
            BackupError: the file is no backup of ours, is cut or was altered.
            OSError: it cannot be read.
        """
        try:
            with gzip.open(self.path, "rb") as self._stream:
                yield _manifest(self._line())
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BackupError(f"{self.path} is cut, altered or no backup; {REMEDY}") from error

    def rows(self, table: TableHead) -> Iterator[tuple[int, list[Any]]]:
        """Each row with the length of its line."""
        for _ in range(table.rows):
            line = self._line()
            values = _json(line)
            if not isinstance(values, list) or len(values) != len(table.columns):
                raise BackupError(f"{self.path} is altered: a row of {table.model} is none")
            yield len(line), values

    def finish(self) -> str:
        """The digest, which is the one that the file ends with."""
        sha256 = self._digest.hexdigest()
        stated = _json(self._line())
        if stated != {"sha256": sha256} or self._stream.read(1):
            raise BackupError(f"{self.path} is altered: its digest is another one; {REMEDY}")
        return sha256

    def _line(self) -> bytes:
        line: bytes = self._stream.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise BackupError(f"{self.path} is cut: its last line is missing; {REMEDY}")
        self._digest.update(line)
        return line


def verified(path: Path) -> tuple[Manifest, str]:
    """The manifest and the digest of a file that is whole. Raises: as `Reader.open`."""
    reader = Reader(path)
    with reader.open() as manifest:
        for table in manifest.tables:
            for _ in reader.rows(table):
                pass
        return manifest, reader.finish()


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)  # whole numbers of any size, unlike orjson
    except (ValueError, RecursionError) as error:
        raise BackupError(f"the backup is altered: a line is no JSON; {REMEDY}") from error


def _table(model: object, columns: object, rows: object) -> TableHead:
    """Raises: TypeError: these do not describe a table."""
    if not (isinstance(model, str) and isinstance(rows, int) and isinstance(columns, list)):
        raise TypeError("a table has a name, columns and a number of rows")
    return TableHead(model, tuple(map(str, columns)), rows)


def _manifest(line: bytes) -> Manifest:
    head = _json(line)
    if not isinstance(head, dict) or "format" not in head:
        raise BackupError(f"this is no backup of Connectivity Advisor; {REMEDY}")
    if head["format"] != FORMAT:
        raise BackupError(
            f"the backup has format {head['format']}, and this release reads {FORMAT}: restore it "
            "with the release that wrote it, or a newer one"
        )
    try:
        tables = tuple(_table(**table) for table in head.pop("tables"))
        migrations = tuple((app, name) for app, name in head.pop("migrations"))
        return Manifest(**head, tables=tables, migrations=migrations)
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(f"the backup is altered: its manifest is none; {REMEDY}") from error
