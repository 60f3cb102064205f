"""Names of a document as names of Terraform and AWS."""

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

LONGEST = 27  # characters: with a prefix of ours, a load balancer's name of 32
CUT = 18
OTHER = re.compile(r"[^a-z0-9]+")


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """For every name an identifier of its own: a-z, 0-9 and single underscores, whatever it holds.

    Where several names would have the same, or none is left, or it is too long, a digest of the
    name is added.

    >>> identifiers(["orders-api", "Orders API"])["orders-api"][:11]
    'orders_api_'
    >>> identifiers(["orders-api"])
    {'orders-api': 'orders_api'}
    """
    slugs = {name: OTHER.sub("_", name.lower()).strip("_") for name in names}
    counts = Counter(slugs.values())
    taken = {slug for slug in counts if _is_kept(slug, counts)}
    unique: dict[str, str] = {}
    for name, slug in sorted(slugs.items()):
        unique[name] = slug if slug in taken else _marked(name, slug, {*taken, *unique.values()})
    return unique


def _is_kept(slug: str, counts: Counter[str]) -> bool:
    return counts[slug] == 1 and 0 < len(slug) <= LONGEST


def _marked(name: str, slug: str, taken: set[str]) -> str:
    begin = slug[:CUT].strip("_") or "x"
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    starts = range(0, len(digest), 8)
    return next(each for i in starts if (each := f"{begin}_{digest[i : i + 8]}") not in taken)


def for_aws(identifier: str) -> str:
    """An identifier as AWS's names have it.

    >>> for_aws("nlb_orders_api")
    'nlb-orders-api'
    """
    return identifier.replace("_", "-")
