"""Terms have one source: help of pages, the document and the code do not part."""

from pathlib import Path
from pkgutil import resolve_name

import pytest

from advisor.web.glossary import rows

DOCUMENT = Path(__file__).parents[3] / "docs" / "glossary.md"


def test_the_document_has_the_terms_of_the_pages() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| ")][1:] == list(rows())


@pytest.mark.parametrize("row", list(rows()))
def test_the_code_has_every_term_where_the_glossary_says(row: str) -> None:
    assert resolve_name(row.split("`")[1])
