"""What a page says of a request that failed, so that its user can quote it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from advisor.observability.logs import request_id

register = template.Library()


@register.simple_tag
def request_to_quote() -> SafeString | str:
    """A paragraph with the id under which the log knows it."""
    identity = request_id()
    if not identity:
        return ""
    text = '<p class="quiet">If you ask for help, quote the request: <code>{}</code></p>'
    return format_html(text, identity)
