"""The schema describes what there is, and what it describes has a shape."""

from collections.abc import Iterator
from typing import Any

import pytest
from waitress import utilities

from advisor.access import ASKED
from advisor.models import ApiToken, User
from advisor.serving import answering
from tests.api_schema import fault, published
from tests.product import token_client


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in published()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_method_of_the_api_is_described() -> None:
    described = sum(1 for _ in operations())
    undescribed = {"api-schema", "api-docs", "api-metrics"}
    names = [name for name in ASKED if name.startswith("api-") and name not in undescribed]
    assert described == sum(len(ASKED[name]) for name in names)


def test_every_answer_has_a_shape() -> None:
    for path, method, operation in operations():
        for code, answer in operation["responses"].items():
            if code >= "400" or code == "204":
                continue
            if "application/zip" in answer["content"]:
                continue
            schema = answer["content"]["application/json"]["schema"]
            assert schema.keys() & {"$ref", "properties", "oneOf", "anyOf"}, (method, path, code)


def test_every_operation_says_how_it_refuses() -> None:
    for path, method, operation in operations():
        codes = set(operation["responses"])
        assert codes >= {"400", "401", "403", "406", "429"}, (method, path)
        if "requestBody" in operation:
            assert "415" in codes, (method, path)
        if "{" in path:
            assert "404" in codes, (method, path)


def test_every_operation_says_what_the_server_answers_before_it_is_asked() -> None:
    """Whatever waitress and our own server refuse by themselves; a 500 is an error of ours."""
    own = [*vars(utilities).values(), *vars(answering).values()]
    errors = {each for each in own if isinstance(each, type) and issubclass(each, utilities.Error)}
    codes = {str(each.code) for each in errors} - {"500"}
    assert codes == {"400", "408", "413", "431", "501", "503"}
    for path, method, operation in operations():
        assert codes <= set(operation["responses"]), (method, path)


@pytest.mark.django_db
def test_a_choice_that_is_left_empty_is_taken_where_the_schema_says_so(user: User) -> None:
    """A form sends its fields that nobody filled, too."""
    api = token_client(user, ApiToken.Scope.READ)
    choices = [
        (path, parameter["name"], parameter["schema"]["enum"])
        for path, method, operation in operations()
        for parameter in operation.get("parameters", ())
        if method == "get" and "{" not in path and "enum" in parameter["schema"]
    ]
    assert len(choices) >= 3
    for path, name, values in choices:
        status = api.get(path, {name: ""}).status_code
        assert status == (200 if "" in values else 400), (path, name)


def test_lists_are_described_as_pages() -> None:
    names = [name for name in published()["components"]["schemas"] if name.startswith("Paginated")]
    assert len(names) == 14
    for name in names:
        schema = published()["components"]["schemas"][name]
        assert list(schema["properties"]) == ["count", "next", "previous", "results"]


def test_an_answer_that_is_not_as_described_is_noticed() -> None:
    """So the tests of this folder, which hold each answer against the schema, can fail."""
    assert "not described" in fault("GET", "/api/v1/jobs/", 418, b"{}")
    assert "Additional properties" in fault(
        "GET", "/api/v1/health/rules/", 200, b'{"rules":[],"a":1}'
    )
    assert "'rules' is a required property" in fault("GET", "/api/v1/health/rules/", 200, b"{}")
    assert fault("GET", "/api/v1/health/rules/", 200, b'{"rules":[]}') == ""
