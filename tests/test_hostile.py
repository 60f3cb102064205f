"""What looks for hostile texts finds them: a check that finds nothing anywhere proves nothing."""

import pytest

from tests import hostile


@pytest.mark.parametrize(
    "page",
    [
        hostile.MARKUP,
        "<svg onload=alert(1)>",
        "<script src=/static/a.js>alert(1)</script>",
        '<script type="text/template">x</script>',
        '<a href="java\nscript:alert(1)">x</a>',
        '<a href=" javascript:alert(1)">x</a>',
        f'<a href="https://{hostile.HOST}/">x</a>',
        f'<a href="\\\\{hostile.HOST}/">x</a>',
        f'<a href="mailto:a@{hostile.HOST}">x</a>',
        f'<form action="//{hostile.HOST}">',
        f'<img srcset="//{hostile.HOST}/x">',
        f'<svg><a xlink:href="//{hostile.HOST}">x</a></svg>',
        f'<p hx-get="//{hostile.HOST}">',
        "<p hx-vals='js:{a: alert(1)}'>",
        '<p style="background:url(//x)">',
        f'<meta http-equiv="refresh" content="0;url=//{hostile.HOST}">',
        "<base href=//x>",
        "<iframe srcdoc=x>",
        "13374",
    ],
)
def test_a_page_that_runs_or_leads_somewhere_is_found(page: str) -> None:
    assert list(hostile.in_html(f"<table><tr><td>{page}</td></tr></table>"))


def test_a_page_of_ours_is_good() -> None:
    page = (
        '<script src="/static/js/advisor.js" defer></script><a href="/prices/?q=evil.example">x</a>'
        '<img src="data:image/png;base64,AA"><script type="application/json">{"a": 1}</script>'
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; javascript:alert(1)</p>"
    )
    assert list(hostile.in_html(page)) == []


def test_formulas_links_and_addresses_are_found() -> None:
    assert list(hostile.in_csv('a,"=1+1"\n')) == ["a formula: '=1+1'"]
    assert list(hostile.in_csv("a,'=1+1\n-2,x\n")) == []
    for text in ("[x](//evil.example)", "![](//evil.example)", "<b>x</b>", "https://evil.example"):
        assert list(hostile.in_markdown(text)), text
