"""What the OpenAPI schema cannot find out by itself."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.hooks import postprocess_schema_enums

ERRORS = {
    "400": "The request is invalid: each problem with its place.",
    "401": "There is no valid token or session.",
    "403": "The caller's role, or the scope of its token, does not allow this.",
    "404": "There is no such object in the caller's team.",
    "406": "No media type of `Accept` can be produced.",
    "408": "The request did not arrive in time; the connection is closed.",
    "409": "Somebody else changed it first, or its state does not allow this.",
    "413": "The body exceeds the size limit of this endpoint and caller.",
    "415": "A body of this `Content-Type` is not accepted.",
    "429": "Too many requests of this caller; `Retry-After` says when to retry.",
    "431": "The headers exceed 32 KiB.",
    "501": "The `Transfer-Encoding` is not `chunked`.",
    "503": "The server is busy; `Retry-After` says when to retry. Without it, data that the answer "
    "needs is not loaded: the problem says what to load.",
}
"""What every error means; each has the API's one form of problems. A 500 is an error of ours, and
therefore none of these."""

ALWAYS = ("400", "401", "403", "406", "429")
BEFORE_ANY_ADDRESS = ("408", "413", "431", "501", "503")
"""What the server answers by itself, whatever is asked of which address."""
CLOSED = ("PatchedAct", "Numbers", "Schedule", "Address")
"""Bodies that are refused with a field that they do not have."""

CONFLICTING = {"Idempotency-Key", "If-Match"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema words our tokens."""

    target_class = "advisor.api.http.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …"}


def finished(result: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Choices as components, and every operation with the errors that it answers."""
    result = postprocess_schema_enums(result, **more)  # type: ignore[no-untyped-call]
    problems = {"$ref": "#/components/schemas/Problems"}
    result["components"]["responses"] = {
        f"Error{code}": {
            "description": meaning,
            "content": {"application/json": {"schema": problems}},
        }
        for code, meaning in ERRORS.items()
    }
    for name in CLOSED:
        result["components"]["schemas"][name]["additionalProperties"] = False
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for code in _codes(path, operation):
                operation["responses"][code] = {"$ref": f"#/components/responses/Error{code}"}
    return result


def _codes(path: str, operation: dict[str, Any]) -> Iterator[str]:
    """What an operation may answer besides what it says: by its parts."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    described = {code for code in operation["responses"] if code >= "400"}
    yield from (*ALWAYS, *BEFORE_ANY_ADDRESS, *described)
    if "{" in path or "page" in names or path.endswith(("/comparisons/", "/plans/", "/reviews/")):
        yield "404"
    if names & CONFLICTING:
        yield "409"
    if "requestBody" in operation:
        yield "415"
