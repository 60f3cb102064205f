"""What an address of the page behind a plan says of its list of flows, beside the view itself."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from advisor.web.request_helpers import text_in
from connectivity.core.plan.steps.migration import DAYS, MAX_DAYS

SORTS = ("gb", "extra", "marginal", "name", "option")
LARGEST_PAGE = 10_000


@dataclass(frozen=True)
class Listing:
    """Which flows are listed, in which order, and how long each step of the way lasts."""

    text: str = ""  # in the name, the ends or the option of a flow
    sort: str = SORTS[0]
    page: int = 1
    days: int = DAYS

    @property
    def values(self) -> dict[str, str]:
        """What differs from an address that says nothing."""
        every = {"q": self.text, "by": self.sort, "page": str(self.page), "days": str(self.days)}
        usual = {"q": "", "by": SORTS[0], "page": "1", "days": str(DAYS)}
        return {key: text for key, text in every.items() if text != usual[key]}

    def query(self, **changes: str) -> str:
        """Of an address of the same list but for some values."""
        return urlencode(self.values | changes)


def listing_of(values: QueryDict) -> Listing:
    """What cannot be is as if it were not there."""
    sort = text_in(values, "by")
    return Listing(
        text_in(values, "q"),
        sort if sort in SORTS else SORTS[0],
        _whole(text_in(values, "page"), 1, LARGEST_PAGE),
        _whole(text_in(values, "days"), DAYS, MAX_DAYS),
    )


def _whole(text: str, usual: int, most: int) -> int:
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 9 else 0
    return number if 1 <= number <= most else usual
