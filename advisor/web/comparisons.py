"""The comparison of a topology, as a page and as a file."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.web.present import present
from advisor.web.requests import found_or_404, signed_in, version_number
from connectivity.advice import compare_stored, is_reference
from connectivity.core.plain import plain


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every option for a topology: verdict, table, reasons, money, latency."""
    comparison, version = compare_stored(
        signed_in(request).team_id, uid, version=version_number(request)
    )
    context = present(comparison, is_reference=is_reference(version.document))
    return render(
        request,
        "web/comparison.html",
        context | {"version": version, "topology": version.topology},
    )


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same as JSON, as the API gives it."""
    comparison, version = compare_stored(
        signed_in(request).team_id, uid, version=version_number(request)
    )
    answer = plain(comparison) | {"topology_version": version.number}
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json")
    name = f"comparison-{str(uid)[:8]}-v{version.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
