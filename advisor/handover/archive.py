"""Files as an archive that is the same whenever it is made."""

import io
import zipfile
from collections.abc import Mapping

EARLIEST = (1980, 1, 1, 0, 0, 0)  # that an archive can say


def as_zip(files: Mapping[str, bytes], folder: str) -> bytes:
    """Files below a folder, by their paths."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{path}", EARLIEST)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
