"""Formulas of reviews: one text that is computed, shown, and shown with the numbers put in.

The language is a part of Python's expressions. A number that is not known makes unknown what is
computed of it; a condition that is not known does not hold.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, cast

Value = float | int | bool | str | None
Known = Mapping[str, Value]

UNKNOWN = "unknown"
"""What stands for a value that is not known, where numbers are put in."""

SLACK = 1e-9
"""Added before rounding: 8 / 0.8 is ten, and not a little more."""

ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
ORDER: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class DividesByZero(ArithmeticError):
    """A divisor is 0. Carries the names that stand in it."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


class Formula:
    """An expression over named values.

    >>> ports = Formula("55000 * addresses")
    >>> ports.value({"addresses": 2}), ports.value({"addresses": None})
    (110000, None)
    >>> ports.filled({"addresses": 2})
    '55000 * 2'
    """

    def __init__(self, text: str, constants: Mapping[str, float] | None = None) -> None:
        tree = ast.parse(text, mode="eval").body
        self._tree: ast.expr = _Constants(constants or {}).visit(tree)
        self.text = ast.unparse(self._tree)
        self.names = _names(self._tree)

    def value(self, known: Known) -> Value:
        """What it comes to; None where something that it needs is not known.

        Raises:
            DividesByZero: a divisor is 0.
            OverflowError: it is beyond every float.
            ValueError: it is no real number.
        """
        value = _value(self._tree, known)
        if isinstance(value, float | int) and not math.isfinite(value):
            raise OverflowError
        return value

    def holds(self, known: Known) -> bool:
        """Whether a condition holds; one that is not known does not."""
        return bool(self.value(known))

    def taken(self, known: Known) -> frozenset[str]:
        """The names that the value came from: of a choice, those of the side that was taken."""
        return _names(_Taken(known).visit(_copy(self._tree)))

    def filled(self, known: Known) -> str:
        """The expression with the numbers put in; of a choice, the side that was taken."""
        taken = _Taken(known).visit(_copy(self._tree))
        return ast.unparse(_Filled(known).visit(taken))


def _copy(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body


def _names(tree: ast.expr) -> frozenset[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    )


class _Constants(ast.NodeTransformer):
    """Puts the values of constants in the place of their names."""

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._constants.get(node.id)
        return node if value is None else ast.Constant(value)


class _Taken(ast.NodeTransformer):
    """Leaves of every choice the side that was taken."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if _value(node.test, self._known) else node.orelse)


class _Filled(ast.NodeTransformer):
    """Puts what is known in the place of its name."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        try:
            value = self._known[node.id]
        except LookupError:  # not known yet, and not needed: its name stands
            return node
        return ast.Name(UNKNOWN) if value is None else ast.Constant(value)


def _value(node: ast.expr, known: Known) -> Value:
    return _READERS[type(node)](node, known)


def _constant(node: ast.Constant, known: Known) -> Value:
    return cast(Value, node.value)


def _name(node: ast.Name, known: Known) -> Value:
    return known[node.id]


def _arithmetic(node: ast.BinOp, known: Known) -> Value:
    left: Any = _value(node.left, known)
    right: Any = _value(node.right, known)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Div) and right == 0:
        raise DividesByZero(_names(node.right))
    result = ARITHMETIC[type(node.op)](left, right)
    if isinstance(result, complex):
        raise ValueError("the power of a negative number")
    return cast(Value, result)


def _unary(node: ast.UnaryOp, known: Known) -> Value:
    value: Any = _value(node.operand, known)
    if isinstance(node.op, ast.Not):
        return not value
    return None if value is None else -value


def _comparison(node: ast.Compare, known: Known) -> Value:
    values: list[Any] = [_value(part, known) for part in (node.left, *node.comparators)]
    if None in values:
        return None
    steps = zip(node.ops, values, values[1:], strict=False)
    return all(ORDER[type(order)](left, right) for order, left, right in steps)


def _boolean(node: ast.BoolOp, known: Known) -> Value:
    parts = (bool(_value(part, known)) for part in node.values)
    return all(parts) if isinstance(node.op, ast.And) else any(parts)


def _choice(node: ast.IfExp, known: Known) -> Value:
    return _value(node.body if _value(node.test, known) else node.orelse, known)


def _call(node: ast.Call, known: Known) -> Value:
    function = FUNCTIONS[cast(ast.Name, node.func).id]
    return function(*(_value(argument, known) for argument in node.args))


_READERS: dict[type, Callable[[Any, Known], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _arithmetic,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.BoolOp: _boolean,
    ast.IfExp: _choice,
    ast.Call: _call,
}


def _of_known(compute: Callable[..., Value]) -> Callable[..., Value]:
    """A function that says nothing where something is not known."""
    return lambda *values: None if None in values else compute(*values)


def least_known(*values: float | None) -> float | None:
    """The smallest of what is known.

    >>> least_known(None, 60, 340)
    60
    """
    return min((value for value in values if value is not None), default=None)


def first_known(*values: Value) -> Value:
    """The first that is known.

    >>> first_known(None, 0, 5)
    0
    """
    return next((value for value in values if value is not None), None)


def power_of_two(at_least: float, least: float) -> int:
    """The smallest power of two that is not below either.

    >>> power_of_two(1025, 128), power_of_two(3, 128)
    (2048, 128)
    """
    return 1 << max(0, math.ceil(max(at_least, least) - SLACK) - 1).bit_length()


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "ceil": _of_known(lambda value: math.ceil(value - SLACK)),
    "floor": _of_known(lambda value: math.floor(value + SLACK)),
    "max": _of_known(max),
    "min": _of_known(min),
    "power_of_two": _of_known(power_of_two),
    "is_given": lambda value: value is not None,
    "least_known": least_known,
    "first_known": first_known,
}
