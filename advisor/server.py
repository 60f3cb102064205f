"""Gunicorn's configuration, wherever it runs: `gunicorn --config python:advisor.server`."""

import gc
from typing import Any

worker_class = "gthread"
threads = 4
timeout = 120  # seconds; a comparison of 20,000 flows takes a few

ALLOCATIONS = 20_000  # between two looks for garbage; Python's own is meant for small programs


def post_worker_init(worker: Any) -> None:
    """What is loaded now stays for ever: the garbage collector need not look through it again.

    A comparison makes many objects, so that the collector went through all of Django several times
    for each large one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 100)
