"""How long every reader takes for files that are made to cost, at two sizes, and how that grows.

Every pattern first, then for each reader the slowest of all files that attack it: nothing may grow
faster than its size. `--bytes 400000` is the larger size.
"""

import argparse
import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))

import django  # noqa: E402

django.setup()

from tests import hostile_patterns  # noqa: E402
from tests.hostile_readers import Reader, cases, readers, seconds, slow  # noqa: E402

TIMES = 4  # the larger size is so much larger


def main(size: int) -> int:
    patterns = list(hostile_patterns.used_patterns())
    slow_patterns = [taken for pattern in patterns if (taken := hostile_patterns.slow(pattern))]
    print(
        f"{len(patterns)} patterns, {len(slow_patterns)} slower than their text is long",
        *slow_patterns,
        sep="\n",
    )
    sizes = size // TIMES, size
    print(f"{'reader':28} {'files':>5} {sizes[0]:>10,} B {sizes[1]:>10,} B  the slowest file")
    with tempfile.TemporaryDirectory() as folder:
        wrong = sum([_row(reader, sizes) for reader in readers(Path(folder))])
    return len(slow_patterns) + wrong


def _row(reader: Reader, sizes: tuple[int, ...]) -> int:
    """Prints the slowest file of a reader; how many grow faster than their size."""
    wrong = count = 0
    slowest = (0.0, 0.0, "")
    for name, make in cases(reader):
        count += 1
        if taken := slow(reader, name, make, sizes):
            wrong += 1
            print(f"  {taken}", flush=True)
        else:
            first, last = (seconds(reader, make(size).encode(), 1) for size in sizes)
            slowest = max(slowest, (last, first, name))
    last, first, name = slowest
    print(f"{reader.name:28} {count:5} {first:10.3f} s {last:10.3f} s  {name}", flush=True)
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=400_000)
    sys.exit(bool(main(parser.parse_args().bytes)))
