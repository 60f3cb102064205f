"""Addresses: what is refused, and how long a secret signs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.models import User, Webhook
from advisor.webhooks import endpoints
from advisor.webhooks.endpoints import Wish
from connectivity.core.problems import DocumentRefused

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789ABCDEF"


@pytest.fixture(autouse=True)
def _listed(settings: object) -> None:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]


REFUSED = {
    "metadata": (Wish("x", "http://169.254.169.254/"), "url", "never contacted"),
    "no name": (Wish(" ", "http://127.0.0.1/"), "name", "is empty"),
    "no such shape": (Wish("x", "http://127.0.0.1/", "fax"), "shape", "'fax' is none of"),
    "Alertmanager's root": (
        Wish("x", "http://127.0.0.1:9093/", "alertmanager"), "url", "listens at /api/v2/alerts",
    ),
    "PagerDuty without a key": (
        Wish("x", "http://127.0.0.1/v2/enqueue", "pagerduty"), "routing_key", "of 32 letters",
    ),
    "PagerDuty with a short key": (
        Wish("x", "http://127.0.0.1/v2/enqueue", "pagerduty", KEY[1:]), "routing_key", "Integ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_is_refused_with_its_place(user: User, case: str) -> None:
    wish, place, words = REFUSED[case]
    with pytest.raises(DocumentRefused) as refused:
        endpoints.add(user.team_id, wish, user.pk)
    assert [problem.path for problem in refused.value.problems] == [place]
    assert words in str(refused.value.problems[0].problem)
    assert not Webhook.objects.exists()


def test_a_key_is_kept_only_where_the_shape_has_one(user: User) -> None:
    url = "http://127.0.0.1/v2/enqueue"
    pager = endpoints.add(user.team_id, Wish("p", url, "pagerduty", KEY), user.pk)
    plain = endpoints.add(user.team_id, Wish("s", url, "slack", KEY), user.pk)
    assert (pager.routing_key, plain.routing_key) == (KEY, "")


def test_an_old_secret_is_valid_for_a_day_and_no_longer(user: User) -> None:
    webhook = endpoints.add(user.team_id, Wish("x", "http://127.0.0.1/"), user.pk)
    first = webhook.secret
    second = endpoints.rotate(user.team_id, webhook.uid).secret
    webhook.refresh_from_db()
    now = timezone.now()
    assert endpoints.secrets_of(webhook, now) == [second, first]
    assert endpoints.secrets_of(webhook, now + timedelta(hours=24)) == [second]


def test_a_second_new_secret_does_not_end_the_one_in_use(user: User) -> None:
    """Somebody pushed twice: the receiver still knows the first alone. There is an end to it."""
    webhook = endpoints.add(user.team_id, Wish("x", "http://127.0.0.1/"), user.pk)
    secrets = [webhook.secret]
    for _ in range(endpoints.MAX_SECRETS - 1):
        secrets.insert(0, endpoints.rotate(user.team_id, webhook.uid).secret)
    webhook.refresh_from_db()
    assert endpoints.secrets_of(webhook, timezone.now()) == secrets
    with pytest.raises(DocumentRefused, match="are valid until"):
        endpoints.rotate(user.team_id, webhook.uid)
    endpoints.forget_old(user.team_id, webhook.uid)
    webhook.refresh_from_db()
    assert endpoints.secrets_of(webhook, timezone.now()) == secrets[:1]
