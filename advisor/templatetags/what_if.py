"""Links to what-ifs that pages have worked out."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from advisor.web.comparison.view_state import Links

register = template.Library()


@register.simple_tag
def try_it(links: Links, values: dict[str, str]) -> SafeString | str:
    """A link to the view with some inputs changed; nothing where one of them is not to be changed
    by itself, as the GB of a flow that the document writes together with others."""
    entries = links.answered.what_if.topology.document["flows"]
    names = {entry["name"] for entry in entries if isinstance(entry["from"], str)}
    keys = [key.partition(":") for key in values]
    if not values or any(kind == "gb" and name not in names for kind, _, name in keys):
        return ""
    return format_html('<a href="{}">Try it</a>', links.page(links.values | values, besides=""))
