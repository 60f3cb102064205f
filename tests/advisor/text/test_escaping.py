"""What people wrote is text wherever it goes: spreadsheets, Markdown, mails, chats, cookies."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from markdown_it import MarkdownIt

from advisor.models import Membership, Role, User, Webhook
from advisor.text.escaping import chat_safe, markdown_safe, spreadsheet_safe, unlinked
from connectivity.actions import create_topology
from tests.factories import document
from tests.product import token_client

HOSTILE = [
    "[x](https://evil.example)",
    "![](https://evil.example/p.png)",
    "![a][b]",
    "[b]: https://evil.example",
    "<https://evil.example>",
    "<img src=x onerror=alert(1)>",
    "https://evil.example/?a=1",
    "HTTPS://evil.example",
    "www.evil.example",
    "evil.example/path",
    "mailto:a@evil.example",
    "@everybody",
    "*bold* _it_ ~~gone~~ `code`",
    "a | b",
    "# head",
    "&lt;b&gt; &#60;b&#62;",
    "\\[x](y)",
    "line\nbreak\r\n\n# head",
    "a\u2028b\x0bc",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_markdown_is_more_than_text(text: str) -> None:
    """By a parser of CommonMark with tables, in a sentence, in bold and in a cell."""
    safe = markdown_safe(text)
    for line in (f"Name: {safe} end", f"**{safe}** end", f"| h |\n|---|\n| {safe} |"):
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(line)
        inline = [child for token in tokens for child in token.children or ()]
        kinds = {child.type for child in inline} - {"strong_open", "strong_close"}
        assert kinds <= {"text", "text_special"}, (line, kinds)
        assert not any(token.type in {"html_block", "heading_open", "fence"} for token in tokens)
        if "|---|" in line:
            assert sum(token.type == "td_open" for token in tokens) == 1
    assert "\n" not in safe


@pytest.mark.parametrize("text", HOSTILE)
def test_no_address_is_left_that_a_program_would_link(text: str) -> None:
    for safe in (markdown_safe(text), unlinked(text), chat_safe(text)):
        assert "://" not in safe
        assert "mailto:a" not in safe
        assert "@e" not in safe
        assert "www.e" not in safe.lower()
    assert unlinked(text).replace("\u2060", "") == text


def test_figures_and_names_stay_as_they_are() -> None:
    assert unlinked("m5.large at 3.5 USD, 10.0.0.0/16, aws-2026.11") == (
        "m5.large at 3.5 USD, 10.0.0.0/16, aws-2026.11"
    )
    assert markdown_safe("transit-gateway: 12.50") == "transit-gateway: 12.50"
    assert spreadsheet_safe("-12.5") == "-12.5"
    assert spreadsheet_safe(None) is None


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_is_text(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"


def test_a_mention_or_a_renamed_link_in_a_chat_is_text() -> None:
    assert chat_safe("<!channel> <https://evil.example|bank> a&b") == (
        "&lt;!channel&gt; &lt;https:\u2060//evil.example|bank&gt; a&amp;b"
    )


@pytest.mark.django_db
def test_the_export_of_a_hostile_topology_has_no_link(signed_in: Client, user: User) -> None:
    names = {"name": "[x](https://evil.example)", "accounts": None}
    body = document(name=names["name"])
    body["vpcs"][0]["name"] = body["flows"][0]["from"] = "![](https://evil.example/p.png)"
    body["flows"][0]["name"] = "=HYPERLINK(A1)"
    uid = create_topology(user.team_id, body).topology.uid
    text = signed_in.get(reverse("comparison-md", args=[uid])).content.decode()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = {child.type for token in tokens for child in token.children or ()}
    assert not inline & {"link_open", "image", "html_inline"}
    assert "https://" not in text
    answers = signed_in.get(reverse("comparison-json", args=[uid])).json()["answers"]
    assert text.count("\n|") == 2 + len(answers) + 1  # and each flow by its own option
    for name in ("comparison-csv", "editor-csv", "latency-csv"):
        url = reverse(name, args=[] if name == "latency-csv" else [uid])
        rows = csv.reader(io.StringIO(signed_in.get(url).content.decode()))
        assert not [cell for row in rows for cell in row if cell[:1] in set("=+@\t\r")], name


@pytest.mark.django_db
def test_a_secret_is_shown_in_the_answer_that_made_it_and_nowhere_else(
    signed_in: Client, user: User, settings: Any
) -> None:
    """In no cookie, no redirect, no later page, no audit log, and kept by no cache."""
    Membership.objects.filter(user=user).update(role=Role.ADMIN)
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]
    hook = {"name": "pager", "shape": "standard", "url": "http://127.0.0.1:9/"}
    answers = [
        (signed_in.post(reverse("webhook-add"), hook), Webhook.objects.get().secret),
    ]
    response = signed_in.post(reverse("tokens"), {"name": "t", "scope": "read", "days": 30})
    answers.append((response, response.context["key"]))
    for answer, secret in answers:
        assert answer.status_code == 200
        assert secret in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert secret not in str(answer.cookies)
        assert secret not in str(dict(signed_in.session))
        for name in ("health-collection", "tokens", "audit", "home"):
            later = signed_in.get(reverse(name))
            assert secret not in later.content.decode(), name
        assert secret not in b"".join(signed_in.get(reverse("audit-csv"))).decode()
        assert secret not in str(token_client(user).get(reverse("api-audit")).json())


@pytest.mark.django_db
def test_pages_with_codes_are_kept_by_no_cache(signed_in: Client, user: User) -> None:
    signed_in.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    for name in ("mfa_activate_totp", "mfa_index", "account_login", "account_email"):
        assert "no-store" in signed_in.get(reverse(name)).headers["Cache-Control"], name
