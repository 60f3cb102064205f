"""The tests of both cores run without Django, so that they start at once."""

import os
import subprocess
import sys

from tests.conftest import ROOT

CORES = ("tests/costmodel/core", "tests/connectivity/core")
COLLECT = """
import sys, pytest
code = pytest.main(["-q", "-p", "no:django", "--collect-only", "-n", "0", *sys.argv[1:]])
frameworks = {"django", "rest_framework", "celery", "boto3"} & sys.modules.keys()
sys.exit(code or f"imported: {frameworks}" if frameworks else code)
"""


def test_the_tests_of_both_cores_import_no_framework() -> None:
    without = {name: value for name, value in os.environ.items() if "SETTINGS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", COLLECT, *CORES],
        cwd=ROOT,
        env=without,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
