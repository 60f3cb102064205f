"""The archive of a plan as the answer to a request."""

from uuid import UUID

from django.http import HttpResponse

from advisor.handover.bundle import packed
from connectivity.core.comparison.compare import Comparison

ZIP = "application/zip"


def file_name(uid: UUID, number: int, *, is_what_if: bool = False) -> str:
    """Of an archive, without its ending, and of the folder in it."""
    return f"hand-over-{str(uid)[:8]}-v{number}{'-what-if' if is_what_if else ''}"


def download(comparison: Comparison, name: str) -> HttpResponse:
    """Raises what `packed` raises."""
    response = HttpResponse(packed(comparison, name), content_type=ZIP)
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response
