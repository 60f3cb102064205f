"""Addresses of the page behind a plan; each keeps the view, and most keep the list of flows."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from advisor.web.comparison.besides.listing import Listing
from advisor.web.comparison.view_state import Links

SORT_WORDS = {
    "gb": "GB a month",
    "extra": "extra cost of the next best option",
    "marginal": "marginal cost",
    "name": "name",
    "option": "option",
}


class SortLink(NamedTuple):
    words: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Addresses:
    """Around one page."""

    links: Links
    listing: Listing

    @property
    def here(self) -> str:
        return self._at("plan-details")

    def with_job(self, uid: UUID) -> str:
        """The same page, which tells of a job and shows what came of it."""
        return self._at("plan-details", besides=str(uid))

    @property
    def compute(self) -> str:
        return self._at("plan-details-compute")

    def progress(self, seen: str) -> str:
        """Of the job, for a page that shows so much of what it found."""
        return self._at("plan-details-progress", seen=seen)

    @property
    def explanation_csv(self) -> str:
        return self._at("plan-explanation-csv")

    @property
    def steps_csv(self) -> str:
        return self._at("plan-steps-csv")

    @property
    def picture(self) -> str:
        return self._at("plan-picture")

    @property
    def sorts(self) -> list[SortLink]:
        here = self.listing.sort
        return [
            SortLink(words, f"{self._at('plan-details', by=key, page='')}#why", key == here)
            for key, words in SORT_WORDS.items()
        ]

    @property
    def all_flows(self) -> str:
        """Without a search."""
        return f"{self._at('plan-details', q='', page='')}#why"

    @property
    def hidden(self) -> dict[str, str]:
        """What a form that searches says besides what is typed."""
        return self._values(q="", page="")

    @property
    def hidden_days(self) -> dict[str, str]:
        """What a form that asks for other days says besides."""
        return self._values(days="")

    @property
    def pages(self) -> str:
        """What follows the number of a page."""
        return f"&{urlencode(self._values(page=''))}#why"

    def _at(self, name: str, **changes: str) -> str:
        query = urlencode(self._values(**changes))
        return f"{reverse(name, args=[self.links.address.uid])}?{query}"

    def _values(self, **changes: str) -> dict[str, str]:
        every = self.links.all | self.listing.values | changes
        return {key: text for key, text in every.items() if text}
