"""Manifests as files: documents, Lists, lines, and what is refused or never read."""

import json
from collections import Counter

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.importers.manifests import File, Stated, is_manifest, read_manifests
from connectivity.importers.manifests import values as reading
from tests.manifests import SHOP, node, service, text_of, workload

SECRET = "apiVersion: v1\nkind: Secret\ndata: {password: hunter2}\n"


def read(*texts: str) -> Stated:
    return read_manifests([File(f"{i}.yaml", text.encode()) for i, text in enumerate(texts, 1)])


def refused(*texts: str) -> list[str]:
    with pytest.raises(DocumentRefused) as error:
        read(*texts)
    return [str(problem) for problem in error.value.problems]


def test_what_helm_prints_is_read_document_by_document() -> None:
    stated = read(SHOP.read_text())
    assert Counter(each.kind for each in stated.objects) == {
        "Service": 2,
        "Deployment": 1,
        "StatefulSet": 1,
        "HorizontalPodAutoscaler": 1,
        "PodDisruptionBudget": 1,
        "Ingress": 1,
    }
    assert [each.kind for each in stated.passed] == ["ServiceAccount", "Secret", "CronJob"]
    web = next(each for each in stated.objects if each.kind == "Deployment")
    lines = SHOP.read_text().splitlines()
    assert str(web.origin) == "1.yaml, document 5, line 63"
    assert web.origin.template == "shop/templates/deployment.yaml"
    assert lines[web.at("spec", "replicas").line - 1] == "  replicas: 3"
    command = web.at("spec", "template", "spec", "containers", 1, "command")
    assert lines[command.line - 1].strip() == 'command: ["gunicorn"]'
    absent = web.at("spec", "template", "spec", "containers", 1, "stdin", "deeper")
    assert lines[absent.line - 1].strip() == "containers:"


@pytest.mark.parametrize("form", [json.dumps, lambda value: json.dumps(value, indent="\t")])
def test_a_list_of_kubectl_is_read_entry_by_entry(form: object) -> None:
    items = [workload(), service(), {"kind": "Secret", "apiVersion": "v1"}, None]
    text = form({"apiVersion": "v1", "kind": "List", "items": items})  # type: ignore[operator]
    stated = read(text)
    assert [each.kind for each in stated.objects] == ["Deployment", "Service"]
    assert [each.kind for each in stated.passed] == ["Secret"]
    of_kind = [{k: v for k, v in node(n, "a").items() if k != "kind"} for n in ("a", "b")]
    nodes = read(form({"apiVersion": "v1", "kind": "NodeList", "items": of_kind}))  # type: ignore[operator]
    assert [(each.kind, each.name) for each in nodes.objects] == [("Node", "a"), ("Node", "b")]


def test_an_entry_of_a_list_knows_its_line() -> None:
    entry = "- apiVersion: v1\n  kind: Node\n  metadata: {name: a}\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n{entry}"
    (only,) = read(text).objects
    assert (only.origin.line, only.at("metadata").line) == (4, 6)


def test_comments_empty_documents_and_directives_are_no_objects() -> None:
    text = "%YAML 1.1\n---\n# nothing\n\n---\n---\n" + text_of(service()) + "...\n---\n  \n"
    (only,) = read(text).objects
    assert (only.origin.document, only.origin.line) == (1, 7)
    assert read("# nothing\n").objects == ()


def test_a_secret_is_never_parsed_and_other_kinds_neither() -> None:
    broken = "apiVersion: v1\nkind: {}\ndata: [hunter2\n"
    stated = read("---\n".join([broken.format("Secret"), broken.format("Widget")]))
    assert [each.kind for each in stated.passed] == ["Secret", "Widget"]
    assert "hunter2" not in repr(stated)


def test_kinds_of_other_apis_are_passed_over() -> None:
    other = text_of(service() | {"apiVersion": "serving.knative.dev/v1"})
    old = text_of(workload() | {"apiVersion": "extensions/v1beta1"})
    assert [each.kind for each in read(other, old).passed] == ["Service", "Deployment"]


WEB = text_of(workload())
REFUSED = [
    (f"{WEB}---\nkind: Deployment\n  x: [", "1.yaml, document 2, line ", "is not YAML here: "),
    ("kind: Service\nspec: {{ .Values.x }}\n", "1.yaml, document 1, line 2", "helm template"),
    (f"{WEB}---\n- a\n", "1.yaml, document 2, line ", "is a list, not an object: give what helm"),
    ("hunter2\n", "1.yaml, document 1, line 1", "is a text, not an object: give what"),
    ("apiVersion: v1\n", "1.yaml, document 1, line 1", "has no kind: give what"),
    ('{"kind": 5}', "1.yaml, document 1, line 1", "has no kind: give what"),
    (f"{WEB}{text_of(service())}", "1.yaml, document 1, line ", "is a --- missing between"),
    ("kind: Service\na: 1\na: 2\n", "1.yaml, document 1, line 3", "has the key 'a' twice, in"),
    ("kind: Service\na: !!python/name:os.system x\n", "line 2", "has the tag"),
    ("kind: Service\na: *b\n", "line 2", "refers to *b, which is not there yet"),
    ("kind: Service\n1: a\n", "line 2", "has the key 1, which is not text; quote it"),
    (WEB.replace("name: web\n", "name: WEB\n", 1), "Deployment, metadata.name", "is no name that"),
    (WEB.replace("name: web\n", "name: web\n  namespace: a/b\n", 1), "metadata.namespace", "is no"),
    ("kind: Service\na: " + "[" * 101 + "]" * 101, "line 2", "is nested deeper than 100 levels"),
    ('{"kind": "Service", ' + '"a":[' * 50_000, "line 1", ""),
    ("kind: Service\na: \x00\n", "1.yaml, document 1", "is not YAML: "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), REFUSED)
def test_what_is_no_manifest_is_refused_with_its_place(text: str, place: str, words: str) -> None:
    (problem,) = refused(text)
    assert place in problem
    assert words in problem
    assert "hunter2" not in problem


def test_every_document_that_is_wrong_is_told_with_its_file() -> None:
    wrong = "---\nkind: Service\n  a: [\n"
    places = [problem.rpartition(", line ")[0] for problem in refused(wrong + wrong, wrong)]
    assert places == ["1.yaml, document 1", "1.yaml, document 2", "2.yaml, document 1"]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentRefused, match=r"web: is not UTF-8: byte 0xff at offset 2"):
        read_manifests([File("web", b"a:\xff")])


def test_aliases_that_multiply_are_refused_before_they_grow() -> None:
    rows = ["kind: Service", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    (problem,) = refused("\n".join(rows))
    assert "more than 500,000 values were read up to here; give fewer objects" in problem


def test_files_together_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_VALUES", 60)
    assert len(read(WEB).objects) == 1
    assert "values were read up to here" in refused(WEB, WEB, WEB)[0]
    monkeypatch.setattr("connectivity.importers.manifests.documents.MAX_DOCUMENTS", 2)
    assert "has more than 2 documents" in refused(SECRET + f"---\n{SECRET}" * 2)[0]
    large = File("large", b"#" * (16 * 2**20 + 1))
    with pytest.raises(DocumentRefused, match="at most 16,777,216 are read"):
        read_manifests([large])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WEB, True),
        (json.dumps(workload()), True),
        ('"apiVersion": v1\n', True),
        ("version: 1\nname: x\nreviews: {}\n", False),
        ('{"version": 1, "reviews": {}}', False),
        ("note: apiVersion\n", False),
    ],
)
def test_manifests_are_told_from_documents_of_ours(text: str, expected: bool) -> None:
    assert is_manifest(text.encode()) is expected
