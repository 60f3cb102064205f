"""`Idempotency-Key`: a request that stores, sent twice, stores once and gets the same answer."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from advisor.api.http.authentication import team_id_of
from advisor.api.http.errors import refused
from advisor.models import StoredReply
from connectivity.actions import sha256_of
from connectivity.core.problems import Problem

MAX_KEY = 200


def once(
    request: Request, store: Callable[[], tuple[int, dict[str, Any]]], content: Any = None
) -> Response:
    """The answer of `store` (status and body), or the one it gave for this key before.

    `content` is what the request says, where its body is not plain values.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        status, body = store()
        return Response(body, status)
    if len(key) > MAX_KEY:
        return refused([Problem("Idempotency-Key", f"has more than {MAX_KEY} characters")])
    content = request.data if content is None else content
    digest = sha256_of([request.method, request.path, content])
    team_id = team_id_of(request)
    reply = StoredReply.objects.filter(team_id=team_id, key=key).first()
    if reply is None:
        try:
            with transaction.atomic():
                status, body = store()
                StoredReply.objects.create(
                    team_id=team_id, key=key, request_sha256=digest, status=status, body=body
                )
            return Response(body, status)
        except IntegrityError:  # somebody else was first: what we stored is rolled back
            reply = StoredReply.objects.get(team_id=team_id, key=key)
    if reply.request_sha256 != digest:
        problem = "was used for another request; take a new key for each"
        return refused([Problem("Idempotency-Key", problem)], 409)
    return Response(reply.body, reply.status)
