"""The files of a reviewed document: a folder for each review, and a README for rolling them out."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.handover.manifest_files import KUSTOMIZATION, ROLLED_OUT, manifest_files
from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.review import Kind
from connectivity.core.reviewing.telling import File
from connectivity.core.terraform.names import identifiers
from connectivity.core.terraform.text import plain

STEPS = {
    Kind.ALERTS: "Alerts, so that what follows is watched",
    Kind.ALERT_TESTS: "Unit tests of the alerts",
    Kind.TERRAFORM: "Terraform: alarms first, then what changes",
    Kind.MODPROBE: "Kernel modules, at the next start of a host",
    Kind.SYSCTL: "Kernel parameters, one host first",
    Kind.SYSTEMD: "Units, one host first",
    Kind.KUBERNETES: "Kubernetes, one workload first",
    Kind.NGINX: "nginx",
    Kind.ENVOY: "Envoy",
    Kind.GRPC: "gRPC clients",
    Kind.TABLE: "To read beside them",
    Kind.SHELL: "Last, the failure imitated: never against production",
}
"""In the order of rolling out."""


def review_files(
    document: ReviewedDocument, manifests: Mapping[str, Any] | None = None
) -> dict[str, bytes]:
    """The content of every file by its path. A folder's name has nothing but a-z, 0-9 and _.

    Args:
        manifests: of an answer to manifests, whose patches are among the files.
    """
    folders = identifiers(answer.name for answer in document.answers)
    files = {
        f"{folders[answer.name]}/{file.name}": file.text.encode()
        for answer in document.answers
        for file in answer.files
    }
    more = manifest_files(document.name, manifests) if manifests else {}
    rolled_out = ROLLED_OUT if KUSTOMIZATION in more else ()
    readme = _readme(document, folders, rolled_out)
    return {"README.md": readme.encode(), **files, **more}


def _readme(
    document: ReviewedDocument, folders: dict[str, str], rolled_out: tuple[str, ...]
) -> str:
    lines = [
        f"# Files of the reviews of {_code(document.name)}",
        "",
        f"Figures and sources as of {document.rules_as_of}. Roll out in this order, one step at a "
        "time: a step's checks hold before the next one begins. Names such as app, and images and "
        "hosts, are yours to put in.",
        "",
        *_steps(document, folders),
        *rolled_out,
        "## Reviews",
        "",
        *(f"- {_review(answer, folders[answer.name])}" for answer in document.answers),
    ]
    return "\n".join(lines) + "\n"


def _steps(document: ReviewedDocument, folders: dict[str, str]) -> Iterator[str]:
    for kind, title in STEPS.items():
        of_kind = [
            f"- `{folders[answer.name]}/{file.name}`: {_told(file)}"
            for answer in document.answers
            for file in answer.files
            if file.kind is kind
        ]
        if of_kind:
            yield from (f"## {title}", "", *of_kind, "")


def _told(file: File) -> str:
    return f"{file.purpose} Check: {file.check}"


def _review(answer: Answer, folder: str) -> str:
    name = _code(answer.name)
    if answer.questions:
        asked = ", ".join(question.input for question in answer.questions)
        return f"{name} gives nothing yet: it asks about {asked}"
    if not answer.files:
        return f"{name} has no files to give"
    first = answer.first
    breaks = f"; {first.stated.what} breaks first" if first else ""
    return f"{name}: `{folder}/`{breaks}"


def _code(name: str) -> str:
    """A name as code: whatever it holds, it is text and nothing more."""
    return f"`{plain(name).replace('`', chr(39))}`"
