"""Log lines: whose request or job they belong to, and what they never hold."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from advisor.observability import logs


@pytest.fixture(autouse=True)
def _nothing_before() -> Iterator[None]:
    logs.begin()
    yield
    logs.begin()


def logged(form: str, message: str, *args: object, **named: Any) -> str:
    """What a fresh root logger writes of a message."""
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    stream = io.StringIO()
    try:
        root.handlers[:] = [logging.StreamHandler(stream)]
        logs.set_up("INFO", form)
        logging.getLogger("advisor.test").warning(message, *args, **named)
    finally:
        root.handlers[:] = kept
    return stream.getvalue()


def test_a_json_line_has_its_named_fields_and_nothing_of_what_libraries_add() -> None:
    logs.begin(request_id="r-1")
    logs.note(user_id=7, team_id=3)
    extra = {"fields": {"status": 200}, "request": "a whole request", "data": {"args": ["secret"]}}
    line = json.loads(logged("json", "%d of %d", 1, 2, extra=extra))
    assert line.pop("time")[10:11] == "T"
    assert line == {
        "level": "WARNING", "logger": "advisor.test", "message": "1 of 2",
        "request_id": "r-1", "user_id": 7, "team_id": 3, "status": 200,
    }  # fmt: skip


def test_a_json_line_of_an_error_has_its_traceback_in_one_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        text = logged("json", "it failed", exc_info=True)
    assert text.count("\n") == 1
    assert "ValueError: broken" in json.loads(text)["exc_info"]


def test_a_text_line_ends_with_what_it_is_about() -> None:
    assert logged("text", "done").endswith("WARNING advisor.test done\n")
    logs.begin(request_id="r-1")
    assert logged("text", "done").endswith("WARNING advisor.test done [request_id=r-1]\n")


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize(
    "path",
    ["/shared/", "/invitations/", "/reports/confirm/", "/reports/unsubscribe/",
     "/account/password/reset/key/"],
)  # fmt: skip
def test_no_line_holds_the_key_of_an_open_address(form: str, path: str) -> None:
    text = logged(form, "Not Found: %s and more", f"{path}the-key/accept/")
    assert "the-key" not in text
    assert f"{path}… and more" in json.loads(text)["message"] if form == "json" else path in text
    assert logs.without_keys(f"{path}the key/") == f"{path}\\u2026"


def test_what_begins_forgets_what_was_before() -> None:
    logs.begin(request_id="r-1", job_id="j")
    logs.begin(task="t")
    assert dict(logs.about()) == {"task": "t"}
    assert logs.request_id() == ""
