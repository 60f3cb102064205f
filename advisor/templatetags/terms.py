"""Help where the question arises, and what pages of charts need."""

from typing import Any

import orjson
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from advisor.web.glossary import terms

register = template.Library()

NO_MARKUP = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&"}


@register.simple_tag
def term(key: str, place: str = "") -> SafeString:
    """A question mark that opens one sentence, without a script.

    `place` tells several of one page apart.
    """
    entry = terms()[key]
    link = format_html(' <a href="{}" rel="noreferrer">{}</a>', entry.url, entry.source)
    return format_html(
        '<button type="button" class="ask" popovertarget="{id}" aria-label="What is {name}?">?'
        '</button><span class="term" popover id="{id}"><strong>{name}.</strong> {sentence}{link}'
        "</span>",
        id=f"term-{key}-{place}".rstrip("-"),
        name=entry.name,
        sentence=entry.sentence,
        link=link if entry.url else "",
    )


@register.simple_tag
def plotly_js() -> str:
    """The address of Plotly's own file."""
    return static(f"{settings.PLOTLY}/plotly.min.js")


@register.simple_tag
def figure_json(figure: dict[str, Any], id: str) -> SafeString:
    """A figure as `json_script` writes it, faster: no data can end the element."""
    text = orjson.dumps(figure).decode().translate(NO_MARKUP)
    return format_html(
        '<script id="{}" type="application/json">{}</script>',
        id,
        mark_safe(text),  # noqa: S308  # without <, > and &
    )
