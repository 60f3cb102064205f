"""A request while it arrives: its body is cut where the table of limits says."""

from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from waitress.parser import HTTPRequestParser

from advisor.limits.body_sizes import most_bytes
from advisor.serving.deadlines import Phase

HEALTH, READY = "/healthz", "/readyz"
MAX_BEGINNING = 2_048  # bytes of a request that are kept to say what was asked for


class Asked(NamedTuple):
    method: str
    path: str


class Request(HTTPRequestParser):  # type: ignore[misc]
    """Beyond what anybody may send it waits until it is known who sends it."""

    completed: bool = False
    expect_continue: bool = False
    is_known = False
    was_asked = False
    is_asking = False
    waits_for_continue = False
    refused_above: int | None = None
    beginning = b""

    @property
    def is_probe(self) -> bool:
        """Whether the loop answers it."""
        return self.path in (HEALTH, READY) and self.command in ("GET", "HEAD")

    @property
    def asked(self) -> Asked:
        """The words of the first line, also of what is no HTTP; `-` where none has come."""
        method, path, *_ = [*self.beginning.split(maxsplit=2), b"-", b"-"]
        address = unquote_to_bytes(path.partition(b"?")[0])
        return Asked(method.decode("latin-1"), address.decode("latin-1"))

    @property
    def phase(self) -> Phase:
        if not self.headers_finished:
            return Phase.HEADER
        return Phase.ASKING if self.is_asking else Phase.BODY

    def received(self, data: bytes) -> int:
        """How many bytes were taken. Sets `completed` with the last one, or when it is refused."""
        if not self.headers_finished and len(self.beginning) < MAX_BEGINNING:
            self.beginning = (self.beginning + data)[:MAX_BEGINNING]
        consumed = int(super().received(data))
        if self.headers_finished and not self.error:
            self.weigh()
        return consumed

    def weigh(self) -> None:
        """Refuse what is too large, or ask who sends it where that decides."""
        size = max(self.content_length, self.body_bytes_received)
        most = most_bytes(self.path, is_known=self.is_known)
        if size <= most:
            return
        if self.was_asked or size > most_bytes(self.path, is_known=True):
            self._refuse(most_bytes(self.path, is_known=self.is_known or not self.was_asked))
        elif not self.completed:  # else it is here already; the middleware looks at it
            self.is_asking = True
            self.waits_for_continue, self.expect_continue = self.expect_continue, False

    def answered(self, *, is_known: bool) -> None:
        """It is known now who sends this."""
        self.is_asking, self.was_asked, self.is_known = False, True, is_known
        self.weigh()
        if not self.completed and self.waits_for_continue:
            self.expect_continue = True

    def _refuse(self, most: int) -> None:
        self.close()
        self.refused_above = most
        self.body_rcv: Any = None
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"
        self.headers["CONTENT_LENGTH"] = "0"
        self.completed = True
