"""Texts of somebody who means harm, and what a page, a table and a mail must not make of them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

HOST = "evil.example"
MARKUP = f"\"'><script>alert(1)</script><img src=//{HOST}/x onerror=alert(1)>{{{{13371|add:3}}}}"
FORMULA = f'=HYPERLINK("//{HOST}")</script><svg onload=alert(1)>[x](//{HOST}) ![](//{HOST}/p)'
ADDRESS = f"javascript:alert(1)//https://{HOST}/?a=' onfocus=alert(1) autofocus x='"
LINES = f"a\r\nBcc: x@{HOST}\r\n\r\n<b>\u2028# b\x0b| c | http://{HOST} \u202e\u200b<!channel>"
"""What no form takes, and a program of somebody else's may send all the same."""

FORBIDDEN = {"base", "iframe", "frame", "object", "embed", "applet", "marquee", "animate", "set"}
LEADS = {"href", "src", "action", "formaction", "xlink:href", "srcset", "poster", "data", "ping"}
LEADS |= {"hx-get", "hx-post", "hx-put", "hx-delete", "background", "manifest", "hx-push-url"}
RUNS = ("on", "hx-on", "hx-vals", "hx-vars", "hx-headers", "hx-ext", "hx-disable", "srcdoc")
OURS = ("hx-vals",)  # with a fixed object of ours


def in_html(text: str, *, is_mail: bool = False) -> Iterator[str]:
    """What is executable or leads elsewhere in a document, or in a part of one."""
    tree = LexborHTMLParser(text)
    assert tree.root is not None
    for node in tree.root.traverse(include_text=False):
        yield from _of_element(node, is_mail)
    if "13374" in text:
        yield "a template ran"


def _of_element(node: LexborNode, is_mail: bool) -> Iterator[str]:
    tag, attributes = str(node.tag), dict(node.attributes)
    if tag in FORBIDDEN or (is_mail and tag in {"img", "script", "form", "input"}):
        yield f"<{tag}>"
    if tag == "script" and not _is_data(node, attributes):
        yield f"a script: {node.text()[:80]!r}"
    if tag == "meta" and "http-equiv" in attributes and not is_mail:
        yield f"<meta http-equiv={attributes['http-equiv']}>"
    for name, value in attributes.items():
        yield from _of_attribute(tag, name.lower(), (value or "").strip(), is_mail)


def _is_data(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    """A file of ours, or a block that is JSON as a whole, which no browser runs."""
    if attributes.get("src"):
        return not node.text().strip()
    if attributes.get("type") != "application/json":
        return False
    json.loads(node.text())
    return True


def _of_attribute(tag: str, name: str, value: str, is_mail: bool) -> Iterator[str]:
    if name.startswith(RUNS) and not (name in OURS and value.startswith("{")):
        yield f"{tag} {name}={value[:80]!r}"
    if name == "style" and not is_mail:
        yield f"{tag} {name}={value[:80]!r}"
    if name not in LEADS:
        return
    parts = urlsplit(re.sub(r"[\x00-\x20]", "", value.replace("\\", "/")))
    if (
        parts.scheme not in ("", "http", "https", "mailto")
        and value != "data:,"
        and not value.startswith("data:image/")
    ):
        yield f"{tag} {name} runs {value[:80]!r}"
    if HOST in parts.netloc or (parts.scheme == "mailto" and HOST in value):
        yield f"{tag} {name} leads to {value[:80]!r}"


def in_csv(text: str) -> Iterator[str]:
    """Cells that a spreadsheet computes."""
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell.lstrip()[:1] in "=+@\t\r＝＋－＠" and cell.strip():
                yield f"a formula: {cell[:80]!r}"


def in_markdown(text: str) -> Iterator[str]:
    """Links, images and HTML of a document, by CommonMark and by what links bare addresses."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for token in tokens:
        if token.type == "html_block":
            yield f"HTML: {token.content[:80]!r}"
        for child in token.children or ():
            leads = str(child.attrs.get("href", child.attrs.get("src", "")))
            if child.type in ("image", "html_inline") or HOST in leads or "script:" in leads:
                yield f"{child.type}: {leads or child.content}"
    yield from in_text(text)


def in_text(text: str) -> Iterator[str]:
    """Addresses of which a program that shows a text makes links."""
    for address in re.findall(rf"(?:https?://|www\.|mailto:)[^\s]*{HOST}|\S+@{HOST}", text):
        yield f"an address: {address[:80]!r}"
