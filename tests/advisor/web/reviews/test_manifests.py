"""Kubernetes manifests on a page: pasted or in a file, reviewed, and kept nowhere."""

import io
import zipfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.manifests import SHOP, service, text_of, workload

pytestmark = pytest.mark.django_db
URL = "/reviews/manifests/"
WEB = text_of(workload(spec__replicas=3), service())


def page(client: Client, status: int = 200, **sent: object) -> str:
    answer = client.post(URL, sent)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def test_the_page_has_a_form_and_is_found_from_the_reviews(signed_in: Client) -> None:
    assert f'href="{URL}"' in signed_in.get("/reviews/").content.decode()
    empty = signed_in.get(URL).content.decode()
    assert 'name="manifests"' in empty
    assert "The tightest limit first" not in empty


def test_what_is_pasted_is_reviewed_with_the_tightest_limit_first(signed_in: Client) -> None:
    told = page(signed_in, manifests=WEB)
    rows = HTMLParser(told).css("#ranking ~ table tbody tr")
    reviews = [row.css_first("td small").text() for row in rows]
    assert reviews[0] == "Rolling deployment"  # 5 s of none
    assert reviews[1] == "TCP timeouts"
    assert reviews[-1] == "Slow clients"  # needs everything
    assert "A drain may take all replicas at once." in told
    assert "needs burst connections, accept per second, backlog" in told
    assert "spec.replicas" in told
    assert "terminationGracePeriodSeconds; not set: Kubernetes takes 30" in told


def test_a_file_wins_over_the_text_and_tells_no_secret(signed_in: Client) -> None:
    file = SimpleUploadedFile("shop.yaml", SHOP.read_bytes())
    answer = signed_in.post(URL, {"manifests": WEB, "file": file}).content.decode()
    without_text = HTMLParser(answer)
    without_text.css_first("textarea").decompose()
    assert "shop-stream" in str(without_text.html)
    assert "hunter2" not in str(without_text.html)
    assert "1 Secret: never read" in answer


def test_what_is_typed_beside_is_taken_kept_and_no_longer_asked(signed_in: Client) -> None:
    name = "set:deployment/web.longest_request_seconds"
    first = HTMLParser(page(signed_in, manifests=WEB))
    assert first.css_first(f'[name="{name}"]').attributes["value"] == ""
    told = page(signed_in, manifests=WEB, **{name: "20"})
    (field,) = HTMLParser(told).css(f'[name="{name}"]')
    assert field.attributes["value"] == "20"
    assert "terminationGracePeriodSeconds: 35" in told


def test_a_review_opens_with_what_was_read_filled_in(signed_in: Client) -> None:
    told = HTMLParser(page(signed_in, manifests=WEB))
    (link,) = {
        str(node.attributes["href"])
        for node in told.css("#ranking ~ table a")
        if "/reviews/kubernetes/" in str(node.attributes["href"])
    }
    assert 'name="replicas" value="3"' in signed_in.get(unescape(link)).content.decode()


def test_everything_comes_as_an_archive(signed_in: Client) -> None:
    answer = signed_in.post(URL, {"manifests": WEB, "download": "zip"})
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert "reviewed-manifests/patches/poddisruptionbudget-web.yaml" in names
    assert "reviewed-manifests/worklist.yaml" in names
    assert "reviewed-manifests/kubernetes_web/kubernetes-spread.yaml" in names


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "paste manifests, or choose a file with them"),
        ({"manifests": "kind: [\r\n"}, "manifests, document 1, line 2, column 1"),
        ({"manifests": "kind: Service\nspec: {{ .Values.x }}"}, "give what helm template prints"),
        ({"manifests": WEB, "set:deployment/web.replicas": "two"}, "is 'two', not a number"),
        ({"manifests": WEB, "set:nut/web.replicas": "2"}, "'nut/web' is not in the document"),
        ({"manifests": WEB, "set:deployment/web.nut": "2"}, "is no input of this review"),
        ({"manifests": WEB, "set:nut": "2"}, "is not in the document"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_typed_is_lost(
    signed_in: Client, sent: dict[str, str], words: str
) -> None:
    told = page(signed_in, 422, **sent)
    assert words in told
    text = HTMLParser(told).css_first("textarea").text()
    assert text.strip() == sent.get("manifests", "").replace("\r\n", "\n").strip()


def test_hostile_names_stay_texts(signed_in: Client) -> None:
    told = signed_in.post(URL, {"manifests": "</textarea><script>alert(1)</script>"})
    assert b"<script>alert" not in told.content
    odd = workload(pod__dnsPolicy="<script>alert(1)</script>")
    assert b"<script>alert" not in signed_in.post(URL, {"manifests": text_of(odd)}).content
