"""Requests to the provider: one deadline over each exchange, a bound on its size, no redirect."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from costmodel.deadline import Deadline

ProviderError = requests.RequestException  # whatever is wrong between us and the provider
TIMEOUT_S = 5  # from connecting to the last byte; a sign-in asks four times
MAX_BYTES = 2**20  # of an answer: keys and claims have thousands


class ProviderSession(requests.Session):
    """Whoever sends slowly, endlessly or elsewhere is an error of a request, soon."""

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Raises: requests.RequestException: also for what is too slow or too large."""
        kwargs |= {"timeout": TIMEOUT_S, "allow_redirects": False, "stream": True}
        with Deadline(TIMEOUT_S) as deadline:
            for scheme in ("https://", "http://"):
                self.mount(scheme, _Guarded(deadline))
            try:
                with super().request(method, url, *args, **kwargs) as answer:
                    answer._content = _body(answer)
            except requests.RequestException as error:
                raise (_too_slow(url) if deadline.is_over else error) from error
            if deadline.is_over:  # of a body without a length the end looks like its own
                raise _too_slow(url)
        return answer


class _Guarded(HTTPAdapter):
    """Connections that end with the deadline, those through a proxy too."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self.deadline = deadline

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        return self.deadline.pool(super().get_connection_with_tls_context(*args, **kwargs))


def _body(answer: requests.Response) -> bytes:
    """Raises: requests.RequestException: it is too large, or broken off."""
    content = b""
    for part in answer.iter_content(2**14):
        content += part
        if len(content) > MAX_BYTES:
            raise requests.RequestException(f"{answer.url} sends more than {MAX_BYTES} bytes")
    return content


def _too_slow(url: object) -> requests.Timeout:
    return requests.Timeout(f"{url} has not answered in {TIMEOUT_S} seconds")
