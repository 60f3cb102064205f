"""What pages ask of a request: who it is, which version, and whether it is theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from unicodedata import category

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from advisor.models import User
from connectivity.queries import UnknownLatencies
from costmodel.queries import UnknownPriceList

MAX_TEXT = 300  # characters of a key or value; a name has 200 at most
Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def signed_in(request: HttpRequest) -> User:
    """The user of a page behind the login."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def version_number(request: HttpRequest) -> int | None:
    """The version that the address names; None for the newest. What is no number is not found."""
    return number_in(request.GET)


def text_in(values: QueryDict, key: str) -> str:
    """The last value of a key, cut to a length that any name has, without what is not seen."""
    seen = (
        character for character in values.get(key, "") if category(character) not in ("Cc", "Cf")
    )
    return "".join(seen).strip()[:MAX_TEXT]


def number_in(values: QueryDict) -> int | None:
    """As `version_number`, of any address."""
    text = values.get("version")
    if text is None:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 9):
        raise Http404(f"{text[:20]!r} is not the number of a version")
    return int(text)


def found_or_404(view: View[Arguments]) -> View[Arguments]:
    """What is not there, or belongs to another team, is not found."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (ObjectDoesNotExist, UnknownPriceList, UnknownLatencies) as error:
            raise Http404(str(error)) from error

    return wrapped
