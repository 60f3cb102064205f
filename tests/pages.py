"""Pages as their readers see them."""

import re
from typing import Any


def text_of(response: Any) -> str:
    """A page's markup, a space for every run of whitespace as in a browser; a file as it is."""
    text: str = response.content.decode()
    is_page = response["Content-Type"].startswith("text/html")
    return re.sub(r"[ \t\r\n]+", " ", text) if is_page else text
