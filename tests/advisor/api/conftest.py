"""What an API test gets from the API is held against the published schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.api_schema import PREFIX, UNDESCRIBED, fault


@pytest.fixture(autouse=True)
def _as_described(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    faults: list[str] = []
    ask = Client.request

    def asked(self: Client, **request: Any) -> Any:
        answer = ask(self, **request)
        path, method = request["PATH_INFO"], request["REQUEST_METHOD"]
        is_described = path.startswith(PREFIX) and path not in UNDESCRIBED
        if is_described and method not in ("HEAD", "OPTIONS"):
            faults.append(fault(method, path, answer.status_code, answer.content))
        return answer

    monkeypatch.setattr(Client, "request", asked)
    yield
    assert not [fault for fault in faults if fault]
