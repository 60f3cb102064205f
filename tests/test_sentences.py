"""The list of all texts that people can read misses none and has no others."""

from pathlib import Path

import pytest

from benchmarks.sentences import IS_TEXT, texts_of


@pytest.mark.parametrize(
    ("name", "source", "texts"),
    [
        ("rule.py", '"""A docstring."""\nraise ValueError("is no CIDR")', [(2, "is no CIDR")]),
        (
            "rule.py",
            '(f"needs {len(vpcs)} VPCs, "\n"at most 2")',
            [(1, "needs {len(vpcs)} VPCs, at most 2")],
        ),
        ("rule.py", 're.compile(r"a b c"), TITLES["key"]', []),
        ("api/views.py", 'def get() -> None:\n    """One price list."""', [(2, "One price list.")]),
        (
            "page.html",
            '{# context #}\n<p>Costs <b>{{ usd }}</b> a month\n<img alt="The bill">',
            [(2, "Costs {usd} a month"), (3, "The bill")],
        ),
        ("page.html", '{% include "a.html" with title="What to do" only %}', [(1, "What to do")]),
        ("charts.js", 'draw(\n  "No data yet")', [(2, "No data yet")]),
    ],
)
def test_every_text_has_its_place(
    tmp_path: Path, name: str, source: str, texts: list[tuple[int, str]]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    places = [(line, " ".join(text.split())) for line, text in texts_of(path)]
    assert sorted(place for place in places if IS_TEXT.search(place[1])) == texts
