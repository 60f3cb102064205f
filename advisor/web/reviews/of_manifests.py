"""What breaks first of Kubernetes manifests that are pasted or dropped; nothing of them is kept."""

from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from advisor.web.request_helpers import signed_in
from advisor.web.reviews.downloads import archive
from advisor.web.reviews.input_form import typed
from advisor.web.reviews.manifest_rows import (
    asked_groups,
    finding_rows,
    patch_rows,
    ranked_rows,
    reading_rows,
)
from connectivity.core.as_json.manifests import plain_manifests
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.given import Given
from connectivity.core.reviews import REVIEWS
from connectivity.importers.manifests import File
from connectivity.review_answers import ManifestAnswer, review_manifests

TEXT, FILE, DOWNLOAD, SET = "manifests", "file", "download", "set:"
PASTED = "manifests"
ARCHIVE = "reviewed-manifests"
MAX_ASKED = 1_000  # fields that are read; a page has fewer
MAX_FINDINGS = 200  # told on the page
MAX_READINGS = 500
NOTHING = "paste manifests, or choose a file with them"


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The form, and below what was sent its reviews; or all files of these."""
    if request.method != "POST":
        return _page(request, {})
    texts = given_texts(request)
    context: dict[str, Any] = {"texts": texts}
    try:
        file = manifests_in(request)
        context["text"] = file.data.decode(errors="replace")
        answer = review_manifests(signed_in(request).team_id, [file], given=given_in(texts))
    except DocumentRefused as error:
        return _page(request, context | {"problems": error.problems}, status=422)
    if DOWNLOAD in request.POST:
        plain = plain_manifests(answer.told, answer.passed)
        return archive(answer.told.document, ARCHIVE, plain["manifests"])
    return _page(request, context | _answered(answer, texts))


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "web/reviews/manifests.html", context, status=status)


def manifests_in(request: HttpRequest) -> File:
    """What was sent: a file wins over what is pasted.

    Raises:
        DocumentRefused: nothing was.
    """
    sent = request.FILES.get(FILE)
    if sent is not None:
        return File(str(sent.name), sent.read())
    text = request.POST.get(TEXT, "")
    if not text.strip():
        raise DocumentRefused([Problem(TEXT, NOTHING)])
    return File(PASTED, text.replace("\r\n", "\n").encode())


def given_texts(request: HttpRequest) -> dict[str, str]:
    """What was typed beside the manifests, by the names of the worklist."""
    sent = ((name, text) for name, text in request.POST.items() if name.startswith(SET))
    typed_in = {name.removeprefix(SET): str(text).strip() for name, text in islice(sent, MAX_ASKED)}
    return {name: text for name, text in typed_in.items() if text}


def given_in(texts: dict[str, str]) -> Given:
    """What texts mean, by the name of their review; of no review, they are refused later."""
    given: dict[str, dict[str, Any]] = {}
    for place, text in texts.items():
        name, _, entry = place.rpartition(".")
        review = REVIEWS.get(name.partition("/")[0])
        values = typed(review, {entry: text}) if review else {}
        given.setdefault(name, {}).update(values or {entry: text})
    return given


def _answered(answer: ManifestAnswer, texts: dict[str, str]) -> dict[str, Any]:
    manifests = plain_manifests(answer.told, answer.passed)["manifests"]
    findings = finding_rows(answer.told)
    return {
        "rows": ranked_rows(answer.told),
        "findings": findings[:MAX_FINDINGS],
        "more_findings": max(0, len(findings) - MAX_FINDINGS),
        "patches": patch_rows(manifests["patches"]),
        "asked": asked_groups(answer.told, texts),
        "readings": reading_rows(manifests["readings"][:MAX_READINGS]),
        "more_readings": max(0, len(manifests["readings"]) - MAX_READINGS),
        "remarks": manifests["remarks"],
        "not_read": manifests["not_read"],
        "workloads": answer.told.workloads,
    }
