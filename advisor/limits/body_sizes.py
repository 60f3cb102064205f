"""How many bytes a request may bring, by its address: the one table of it.

The server asks it before it reads a body, the pages' middleware answers by it, and a test holds
`deploy/nginx/nginx.conf` against it.
"""

import re

from django.conf import settings

from connectivity.importers.latency import LARGEST

KIB = 1024
ENVELOPE = 64 * KIB  # what a form adds to the file that it carries
ANONYMOUS = 64 * KIB  # of whoever is not signed in and sends no token, wherever it goes
USUAL = 1024 * KIB
DOCUMENT = settings.MAX_DOCUMENT_BYTES

LARGER = {
    r"/api/v1/comparisons/": DOCUMENT,
    r"/api/v1/plans/": DOCUMENT,
    r"/api/v1/reviews/": DOCUMENT,
    r"/api/v1/topologies/([^/]+/)?": DOCUMENT,
    r"/api/v1/latency/imports/": LARGEST + ENVELOPE,
    r"/reviews/manifests/": 4 * USUAL,
    r"/latency/upload/": LARGEST + ENVELOPE,
    r"/topologies/paste/": DOCUMENT + ENVELOPE,
    r"/topologies/[^/]+/document/": DOCUMENT + ENVELOPE,
    r"/topologies/[^/]+/edit/([a-z]+/)?": 4 * USUAL,  # a spreadsheet of 5,000 flows
}
"""Pattern of the whole address: bytes of the whole body."""

_LARGER = [(re.compile(pattern), most) for pattern, most in LARGER.items()]


def most_bytes(path: str, *, is_known: bool) -> int:
    """The largest body that is read at an address, of a caller who is known or of anybody."""
    if not is_known:
        return ANONYMOUS
    return next((most for pattern, most in _LARGER if pattern.fullmatch(path)), USUAL)
