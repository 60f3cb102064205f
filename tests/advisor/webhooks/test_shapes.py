"""Bodies, each by what its receiver publishes; the end of an incident finds its beginning."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from advisor.webhooks.message import EventType, Message, ResourcePlace, trial
from advisor.webhooks.shapes import SHAPES
from tests import hostile

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
PLACE = ResourcePlace(
    "6f1c6a0e-0000-4000-8000-000000000001", "nat-gateway", "NAT gateway", "nat-0a", "egress",
    "111122223333", "network", "eu-west-1", "payments", "https://advisor.example/health/resources/6f/",
    "https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#NatGateway", False,
)  # fmt: skip
OPENED = Message(
    change=EventType.OPENED,
    at=AT,
    incident="0d6c0a52-0000-4000-8000-000000000002",
    severity="warning",
    was="",
    title="No source port was free",
    cause="No source port was free for a destination.",
    steps=("Add Elastic IP addresses.", "Reuse connections."),
    effect="New connections find a source port again.",
    rule="NAT-PORTS",
    source="AWS's recommended alarms",
    part="",
    since=AT - timedelta(minutes=15),
    value=12.0,
    detail="15 of the last 15 data points are above 0",
    reopened=0,
    place=PLACE,
)
WORSE = replace(OPENED, change=EventType.WORSENED, severity="critical", was="warning")
RESOLVED = replace(WORSE, change=EventType.RESOLVED, was="", at=AT + timedelta(hours=1))
SEVERITIES = ("critical", "warning", "advice")


def body(shape: str, message: Message) -> Any:
    """As a receiver reads it."""
    return json.loads(orjson.dumps(SHAPES[shape].body(message, KEY)))


def texts(value: Any) -> list[str]:
    """Every text of a body, those that only programs read as well."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def test_a_standard_body_has_a_versioned_type_and_all_that_is_known() -> None:
    told = body("standard", WORSE)
    assert (told["type"], told["timestamp"]) == ("incident.worsened.v1", AT.isoformat())
    assert re.fullmatch(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)+", told["type"])
    assert told["data"] == {
        "incident": OPENED.incident,
        "title": "No source port was free",
        "severity": "critical",
        "state": "open",
        "cause": "No source port was free for a destination.",
        "steps": ["Add Elastic IP addresses.", "Reuse connections."],
        "effect": "New connections find a source port again.",
        "rule": "NAT-PORTS",
        "source": "AWS's recommended alarms",
        "part": "",
        "since": "2026-11-26T09:15:00+00:00",
        "value": 12.0,
        "detail": "15 of the last 15 data points are above 0",
        "reopened": 0,
        "account": {"id": "111122223333", "name": "network"},
        "region": "eu-west-1",
        "owner": "payments",
        "resource": {
            "uid": PLACE.uid,
            "id": "nat-0a",
            "name": "egress",
            "kind": "nat-gateway",
        },
        "links": {"page": PLACE.page, "console": PLACE.console},
        "is_demo": False,
    }
    assert body("standard", RESOLVED)["data"]["state"] == "resolved"


def test_slack_blocks_keep_slacks_limits() -> None:
    """Header 150, text 3,000, at most 10 fields of 2,000, at most 50 blocks."""
    long = replace(
        OPENED,
        detail="<&>" * 1_000,
        part="p" * 300,
        place=replace(PLACE, name="n" * 300, account_name="<" * 300),
    )
    for message in (OPENED, WORSE, RESOLVED, long, trial("t", AT)):
        told = body("slack", message)
        assert told["text"]
        assert len(told["blocks"]) <= 50
        for block in told["blocks"]:
            if block["type"] == "header":
                assert block["text"]["type"] == "plain_text"
                assert 0 < len(block["text"]["text"]) <= 150
            for text in (block.get("text"), *block.get("fields", ())):
                if text and text["type"] == "mrkdwn":
                    assert text["verbatim"]
                    assert 0 < len(text["text"]) <= (2_000 if "fields" in block else 3_000)
            assert 0 < len(block.get("fields", "x")) <= 10
    text = json.dumps(body("slack", OPENED), ensure_ascii=False)
    assert "Add Elastic IP addresses." in text
    assert f"<{PLACE.page}|Open in Connectivity Advisor>" in text
    assert f"<{PLACE.console}|AWS console>" in text
    assert "Add Elastic" not in json.dumps(body("slack", RESOLVED))


TEXT_RUN = {
    "type": "object",
    "properties": {
        "type": {"const": "TextRun"},
        "text": {"type": "string", "minLength": 1},
        "weight": {"enum": ["Lighter", "Default", "Bolder"]},
        "size": {"enum": ["Small", "Default", "Medium", "Large", "ExtraLarge"]},
        "color": {
            "enum": ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"],
        },
    },
    "required": ["type", "text"],
    "additionalProperties": False,
}
CARD = {
    "type": "object",
    "properties": {
        "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
        "type": {"const": "AdaptiveCard"},
        "version": {"const": "1.2"},  # since which there is a RichTextBlock
        "fallbackText": {"type": "string"},
        "body": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"const": "RichTextBlock"},
                    "inlines": {"type": "array", "items": TEXT_RUN, "minItems": 1},
                },
                "required": ["type", "inlines"],
                "additionalProperties": False,
            },
        },
        "actions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"const": "Action.OpenUrl"},
                    "title": {"type": "string"},
                    "url": {"type": "string", "pattern": "^https?://"},
                },
                "required": ["type", "url"],
                "additionalProperties": False,
            },
        },
        "msteams": {"type": "object"},
    },
    "required": ["type", "version", "body"],
    "additionalProperties": False,
}
"""What Adaptive Cards 1.2 say of the elements that we use."""

ALERTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
            "startsAt": {"type": "string", "format": "date-time"},
            "endsAt": {"type": "string", "format": "date-time"},
            "generatorURL": {"type": "string", "format": "uri"},
        },
        "required": ["labels"],
        "additionalProperties": False,
    },
}
"""postableAlerts of Alertmanager's openapi.yaml."""

PAGER = {
    "type": "object",
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "payload": {
            "type": "object",
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": {"type": "string", "minLength": 1},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
            "required": ["summary", "source", "severity"],
            "additionalProperties": False,
        },
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"href": {"type": "string"}, "text": {"type": "string"}},
                "required": ["href"],
            },
        },
        "client": {"type": "string"},
        "client_url": {"type": "string"},
    },
    "required": ["routing_key", "event_action"],
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "additionalProperties": False,
}
"""PagerDuty's page about alert events."""


def messages() -> list[Message]:
    of_each = [replace(OPENED, severity=severity) for severity in SEVERITIES]
    return [*of_each, WORSE, RESOLVED, trial("0d6c0a52", AT), hostile_message(hostile.MARKUP)]


def hostile_message(text: str) -> Message:
    place = replace(
        PLACE, name=text[:300], id=text[:300], account_name=text[:100], console=PLACE.console
    )
    return replace(OPENED, part=text[:200], detail=text[:1_000], place=place)


def test_a_teams_card_is_an_adaptive_card_in_a_message() -> None:
    for message in messages():
        told = body("teams", message)
        assert told["type"] == "message"
        (attachment,) = told["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert list(Draft7Validator(CARD).iter_errors(attachment["content"])) == []
    card = body("teams", OPENED)["attachments"][0]["content"]
    assert [action["url"] for action in card["actions"]] == [PLACE.page, PLACE.console]
    assert card["body"][0]["inlines"][0]["color"] == "Warning"
    ended = body("teams", RESOLVED)["attachments"][0]["content"]
    assert ended["body"][0]["inlines"][0]["color"] == "Good"


def test_an_alert_of_alertmanager_is_a_postable_alert() -> None:
    for message in messages():
        told = body("alertmanager", message)
        assert list(Draft7Validator(ALERTS).iter_errors(told)) == []
        for alert in told:
            assert all(re.fullmatch(r"[a-zA-Z_]\w*", name) for name in alert["labels"])
            assert all(alert["labels"].values())
            assert alert["startsAt"] <= alert["endsAt"]


def test_an_alert_fires_until_the_incident_ends() -> None:
    """The labels are what Alertmanager knows it by: the end has those of the beginning."""
    (opened,) = body("alertmanager", OPENED)
    worse, ended_warning = body("alertmanager", WORSE)
    (resolved,) = body("alertmanager", RESOLVED)
    assert opened["endsAt"] > (AT + timedelta(days=29)).isoformat()
    assert ended_warning["labels"] == opened["labels"]
    assert ended_warning["endsAt"] == AT.isoformat()
    assert resolved["labels"] == worse["labels"]
    assert resolved["labels"]["incident"] == OPENED.incident
    assert resolved["endsAt"] == RESOLVED.at.isoformat()
    (test,) = body("alertmanager", trial("t", AT))
    assert test["endsAt"] == (AT + timedelta(minutes=5)).isoformat()


def test_an_event_of_pagerduty_is_an_alert_event() -> None:
    for message in messages():
        told = body("pagerduty", message)
        assert list(Draft7Validator(PAGER).iter_errors(told)) == []
    severities = [
        body("pagerduty", replace(OPENED, severity=severity))["payload"]["severity"]
        for severity in SEVERITIES
    ]
    assert severities == ["critical", "warning", "info"]


def test_what_resolves_a_page_has_the_key_of_what_triggered_it() -> None:
    opened, worse, resolved = (body("pagerduty", each) for each in (OPENED, WORSE, RESOLVED))
    assert (opened["event_action"], worse["event_action"]) == ("trigger", "trigger")
    assert resolved == {
        "routing_key": KEY,
        "event_action": "resolve",
        "dedup_key": opened["dedup_key"],
    }
    assert worse["dedup_key"] == opened["dedup_key"] == OPENED.incident


@pytest.mark.parametrize("shape", SHAPES)
def test_a_body_is_small_whatever_it_speaks_of(shape: str) -> None:
    """Teams takes 28 KB, Standard Webhooks advise less than 20, PagerDuty takes 512."""
    letter = "𝄞"  # four bytes
    place = replace(
        PLACE, name=letter * 300, id=letter * 300, account_name=letter * 100, console="c" * 1_000
    )
    message = replace(
        OPENED, steps=("s" * 250,) * 10, detail=letter * 1_000, part=letter * 200, place=place
    )
    assert len(orjson.dumps(SHAPES[shape].body(message, KEY))) < 20_000


HARMLESS: dict[str, Callable[[Any], list[str]]] = {
    "slack": lambda told: texts(told),
    "teams": lambda told: texts(told),
    "standard": lambda told: [told["text"]],
}
"""Texts that a chat shows; PagerDuty and Alertmanager show theirs as they are."""


@pytest.mark.parametrize("shape", HARMLESS)
@pytest.mark.parametrize(
    "text", [hostile.MARKUP, hostile.LINES, "<!channel> <@U1> http://evil.example/"]
)
def test_what_people_wrote_is_no_link_and_no_mention(shape: str, text: str) -> None:
    for shown in HARMLESS[shape](body(shape, hostile_message(text))):
        ours = shown.replace(PLACE.page, "").replace(PLACE.console, "")
        assert list(hostile.in_text(ours)) == []
        if shape == "slack" and "test" not in ours:
            assert "<!channel>" not in ours
            assert "<@U1>" not in ours


def test_every_shape_says_where_it_is_published_and_when_that_was_read() -> None:
    assert len({shape.name for shape in SHAPES.values()}) == len(SHAPES) == 5
    for shape in SHAPES.values():
        assert shape.source.startswith("https://")
        assert re.search(r"read 20\d\d-\d\d-\d\d", shape.source)
        assert shape.is_signed == (shape.key == "standard")
