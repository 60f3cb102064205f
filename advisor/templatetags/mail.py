"""Parts of mails whose styles stand inline."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

COLOURS = {
    "bad": ("#fdeaec", "#ad1d2c"),
    "warn": ("#fdf1d8", "#7d4a00"),
    "ok": ("#e0f4ea", "#08694a"),
}
PLAIN = ("#f1f3f8", "#414b63")


@register.filter
def pill(word: str, tone: str) -> SafeString:
    """A word on a colour; the word alone says it, too."""
    back, ink = COLOURS.get(tone, PLAIN)
    style = (
        f"display:inline-block;padding:0 8px;border-radius:10px;font-size:12px;font-weight:bold;"
        f"background:{back};color:{ink};"
    )
    return format_html('<span class="{}" style="{}">{}</span>', tone or "tag", style, word)
