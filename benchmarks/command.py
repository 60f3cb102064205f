"""A document of 100,000 flows through the whole command, beside reading and printing alone."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from estates import document

ROOT = Path(__file__).parents[1]
FLOWS, VPCS = 100_000, 1_000


def seconds(*arguments: str) -> float:
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        subprocess.run(
            [sys.executable, "manage.py", "compare", *arguments], cwd=ROOT, stdout=out, check=True
        )
    return time.perf_counter() - begin


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.json", Path(folder) / "small.json"
        large.write_text(json.dumps(document(FLOWS, VPCS)), encoding="utf-8")
        small.write_text(json.dumps(document(1, 2)), encoding="utf-8")
        begin = time.perf_counter()
        json.dumps(json.loads(large.read_text(encoding="utf-8")))
        reading = time.perf_counter() - begin
        start = seconds(str(small))
        megabytes = large.stat().st_size / 1e6
        for form in ("table", "json"):
            taken = seconds(str(large), "--format", form)
            print(
                f"{FLOWS:,} flows, {VPCS:,} VPCs, {megabytes:.1f} MB, as {form}: {taken:.1f} s, "
                f"{taken / start:.1f} times a document of one flow ({start:.2f} s), "
                f"{taken / reading:.0f} times reading and writing the JSON alone ({reading:.2f} s)"
            )
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"at most {memory:.2f} GiB of memory")


if __name__ == "__main__":
    main()
