"""The files of reviews to take along: all of a document as an archive, or one by itself."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse

from advisor.handover.archive import as_zip
from advisor.handover.download import ZIP
from advisor.handover.review_files import review_files
from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviewing.answer import Answer

TEXT = "text/plain; charset=utf-8"


def archive(
    document: ReviewedDocument, name: str, manifests: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Everything that `manage.py review --out` writes, below a folder of this name."""
    return _download(as_zip(review_files(document, manifests), name), f"{name}.zip", ZIP)


def one_file(told: Answer, name: str) -> HttpResponse:
    """Raises Http404: the answer gives no file of that name."""
    file = next((file for file in told.files if file.name == name), None)
    if file is None:
        raise Http404(f"the review {told.name} gives no file {name[:80]!r}")
    return _download(file.text.encode(), file.name, TEXT)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=head)
