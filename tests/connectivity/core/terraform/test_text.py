"""Values as Terraform's text."""

import hcl2
import pytest

from connectivity.core.terraform.names import LONGEST, identifiers
from connectivity.core.terraform.text import block, quoted
from connectivity.core.terraform.values import Expression, Nested, Resource


@pytest.mark.parametrize(
    ("text", "read_back"),
    [
        ("a", '"a"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("${var.x}", '"$${var.x}"'),
        ("$${var.x}", '"${"$"}$${var.x}"'),
        ("%{ for x in y }", '"%%{ for x in y }"'),
        ("back\\slash", '"back\\\\slash"'),
        ("a\nb\tc", '"a\\nb\\tc"'),
        ("a\x00b\u2028c", '"a b c"'),
    ],
)
def test_a_text_is_what_it_says_and_nothing_else(text: str, read_back: str) -> None:
    assert quoted(text) == read_back
    assert hcl2.loads(f"x = {quoted(text)}\n")["x"] == read_back


def test_a_block_is_laid_out_as_terraform_fmt_does() -> None:
    body = {
        "depends_on": [Expression("aws_vpc.b")],
        "region": "eu-west-1",
        "x": 1,
        "tags": {"Name": "a b", "not a name": "c"},
        "is_long": True,
        "inner": [Nested({"a": "b"}), Nested({})],
        "for_each": Expression("toset(%s)", (["a"],)),
    }
    assert (
        block('resource "aws_vpc" "a"', body)
        == """\
resource "aws_vpc" "a" {
  for_each = toset(["a"])

  region = "eu-west-1"
  x      = 1
  tags = {
    Name         = "a b"
    "not a name" = "c"
  }
  is_long = true

  inner {
    a = "b"
  }

  inner {}

  depends_on = [aws_vpc.b]
}"""
    )


def test_a_long_list_has_a_line_for_each() -> None:
    ids = [f"subnet-{i:017d}" for i in range(5)]
    lines = block("locals", {"a": list(ids)}).splitlines()
    assert lines[1:3] == ["  a = [", f'    "{ids[0]}",']
    assert lines[-2:] == ["  ]", "}"]


def test_what_refers_to_something_needs_somebody_who_knows_it() -> None:
    with pytest.raises(ValueError, match="nothing may be referred to"):
        block("x", {"a": Resource("1", "aws_vpc", "a", {}).at()})


def test_every_name_has_an_identifier_of_its_own() -> None:
    names = ["a b", "a-b", "A_B", "ü", "é", "x" * 80, "x" * 81, "9", "", "a"]
    known = identifiers(names)
    assert len(set(known.values())) == len(names)
    assert known["9"] == "9"
    assert known["a"] == "a"
    for each in known.values():
        assert 0 < len(each) <= LONGEST
        assert "__" not in each
        assert each.isascii()
        assert each.replace("_", "").isalnum()
    assert identifiers(reversed(names)) == known
