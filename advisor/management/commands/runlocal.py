import fcntl
import os
import secrets
import sys
import time
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from advisor.local import address, broker
from advisor.local.supervisor import KeptProcess, NotReady, Supervisor
from advisor.models import Team, User
from connectivity.actions import create_topology
from connectivity.core.document.parser import read
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.models import Topology
from connectivity.reference import REFERENCE

WAIT_S = 60


class Command(BaseCommand):
    help = "Runs the whole product on this machine: broker, worker, clock and web."

    def handle(self, *args: Any, **options: Any) -> None:
        url = urlsplit(settings.ADVISOR_URL)
        host, port = url.hostname or "127.0.0.1", url.port or 8000
        if settings.IS_HTTPS:
            raise CommandError(
                f"ADVISOR_URL is {settings.ADVISOR_URL}, but runlocal serves http on this machine; "
                "unset it, or see docs/settings.md for production",
                returncode=2,
            )
        with _lock():
            _check_port(host, port)
            password = _first_user()
            _reference_topology()
            add_demo(Team.objects.default().pk)
            try:
                programs = _programs(f"{host}:{port}")
            except broker.NoBroker as error:
                raise CommandError(str(error), returncode=2) from error
            self.say(f"starting; logs are in {settings.VAR_DIR}")
            supervisor = Supervisor(programs, settings.VAR_DIR, self.say)
            try:
                supervisor.run(lambda: self._ready(password, supervisor))
            except NotReady as error:
                raise CommandError(str(error), returncode=2) from error
            self.say("stopped")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _ready(self, password: str | None, supervisor: Supervisor) -> None:
        until = time.monotonic() + WAIT_S
        while not address.answers(settings.ADVISOR_URL) and not supervisor.is_stopping:
            if time.monotonic() > until:
                raise CommandError(f"no answer in {WAIT_S} s: see {settings.VAR_DIR}/web.log")
            time.sleep(0.2)
        self.say(f"Connectivity Advisor answers on {settings.ADVISOR_URL}")
        if password:
            self.say(f"Sign in as admin with the password {password} (shown only now)")
        else:
            self.say("Password lost? .venv/bin/python manage.py changepassword admin")
        self.say("Stop it with Ctrl-C.")


def _lock() -> IO[str]:
    """Held as long as we run, so that a second start in this folder refuses."""
    file = (settings.VAR_DIR / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        raise CommandError(
            f"it runs already from this folder ({file.read().strip()}); stop that one first",
            returncode=2,
        ) from error
    file.truncate(0)
    file.write(f"process {os.getpid()}, on {settings.ADVISOR_URL}")
    file.flush()
    return file


def _check_port(host: str, port: int) -> None:
    try:
        address.check_free(host, port)
    except address.AddressInUse as error:
        raise CommandError(
            f"port {port} of {host} cannot be used ({error}); free it, or choose "
            f"another one: ADVISOR_URL=http://{host}:{port + 1} scripts/run",
            returncode=2,
        ) from error


def _first_user() -> str | None:
    """The password of the first user, if this start made it."""
    if User.objects.exists():
        return None
    letters = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike
    password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
    User.objects.create_superuser("admin", password=password)
    return password


def _reference_topology() -> None:
    team = Team.objects.default()
    if not Topology.objects.filter(team_id=team.pk).exists():
        create_topology(team.pk, read(REFERENCE.read_bytes()))


def _programs(bind: str) -> list[KeptProcess]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "advisor.celery", "--quiet"]
    worker = [python, "-m", "advisor.workers"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""]
    web = [python, "-m", "gunicorn", "--config", "python:advisor.server", "--bind", bind]
    others = [KeptProcess("beat", beat), KeptProcess("web", web)]
    if settings.REDIS_URL:
        return [KeptProcess("worker", worker), *others]
    return [
        KeptProcess("broker", broker.command(), after=broker.wait),
        KeptProcess("worker", worker, before=broker.restore_unacknowledged),
        *others,
    ]
