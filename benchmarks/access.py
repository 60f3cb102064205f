"""Every caller at every address by every method: `tests/advisor/test_access.py`, in whole."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEST = "tests/advisor/test_access.py"


def main() -> int:
    """Prints how many calls each caller made; ends with what was not as the table says."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-rP", "--no-header", TEST]
    environment = os.environ | {"ADVISOR_TEST_WHOLE_MATRIX": "1"}
    return subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
