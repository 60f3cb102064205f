"""Files written to a folder that is not there yet, or empty."""

from collections.abc import Mapping
from pathlib import Path

from connectivity.core.problems import DocumentRefused, Problem


def require_empty(folder: Path) -> None:
    """Raises DocumentRefused where something is in the folder: nothing is ever overwritten."""
    if folder.exists() and any(folder.iterdir()):
        raise DocumentRefused([Problem(str(folder), "is not empty; name another folder")])


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files by their paths below the folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
