"""What an address of the API asks: texts of a length that any name has; no database keeps a NUL."""

from rest_framework.request import Request

MOST_TEXT = 300


def asked_of(request: Request) -> dict[str, str]:
    """The last value of every key in the query."""
    return {
        key: request.query_params[key].replace("\0", "")[:MOST_TEXT] for key in request.query_params
    }
