"""A mail server on loopback that keeps what it gets, and misbehaves when it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.ports import free_port


@dataclass
class Mailbox:
    """Mails by recipient. The answers of the server; an empty one is none: it hangs up."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    keeps: bool = True
    then_hangs_up: bool = False

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        body = envelope.content if isinstance(envelope.content, bytes) else b""
        if self.keeps:
            mail = message_from_bytes(body, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails += [(address, mail) for address in envelope.rcpt_tos]
        if not self.to_data:
            server.transport.abort()
        elif self.then_hangs_up:
            server.loop.call_later(0.02, server.transport.close)
        return self.to_data

    def of(self, address: str) -> list[EmailMessage]:
        return [mail for to, mail in self.mails if to == address]


@contextmanager
def mail_server(settings: Any = None) -> Iterator[Mailbox]:
    """Django's mail goes to it, if settings are given."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    if settings is not None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_TIMEOUT = 5
    try:
        yield box
    finally:
        controller.stop()
