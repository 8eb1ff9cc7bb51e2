"""The kind that a value is of, and the one that an expression gives: from its form and the columns that it reads."""

import ast
from collections.abc import Callable, Mapping
from datetime import date, datetime

from engine.schema.syntax import parse
from engine.tables.model import Cell, ColumnKind

Kinds = frozenset[ColumnKind]

_TEXT = frozenset({ColumnKind.TEXT})
_INTEGER = frozenset({ColumnKind.INTEGER})
_NUMBER = frozenset({ColumnKind.NUMBER})
_BOOLEAN = frozenset({ColumnKind.BOOLEAN})
_JSON = frozenset({ColumnKind.JSON})
_CONSTANTS: dict[type, Kinds] = {bool: _BOOLEAN, int: _INTEGER, float: _NUMBER, str: _TEXT, type(None): frozenset()}
_CALLS: dict[str, Kinds] = {
    **dict.fromkeys(("str", "lower", "upper", "strip", "concat"), _TEXT),
    **dict.fromkeys(("int", "len", "year", "month", "day", "days_between"), _INTEGER),
    **dict.fromkeys(("contains", "startswith", "endswith", "matches"), _BOOLEAN),
    "float": _NUMBER,
}


def kind_of_cell(value: Cell) -> ColumnKind | None:
    """The kind that a value is of; None has none."""
    if value is None:
        return None
    by_type: tuple[tuple[type | tuple[type, ...], ColumnKind], ...] = (
        (bool, ColumnKind.BOOLEAN),
        (int, ColumnKind.INTEGER),
        (float, ColumnKind.NUMBER),
        (str, ColumnKind.TEXT),
        (datetime, ColumnKind.DATETIME),
        (date, ColumnKind.DATE),
    )
    return next((kind for kinds, kind in by_type if isinstance(value, kinds)), ColumnKind.JSON)


def kind_of_expression(text: str, known: Mapping[str, ColumnKind]) -> ColumnKind:
    """One kind that can hold whatever the expression gives; JSON where that depends on the row."""
    return widest(set(_kinds(parse(text)[0].value, known)))


def _kinds(node: ast.AST, known: Mapping[str, ColumnKind]) -> Kinds:
    """Every kind that a part of an expression may give."""
    match node:
        case ast.Constant():
            found = _CONSTANTS.get(type(node.value), _JSON)
        case ast.Name():
            found = frozenset({known.get(node.id, ColumnKind.JSON)})
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            found = _BOOLEAN
        case ast.UnaryOp():
            found = _counted(_kinds(node.operand, known))
        case ast.BoolOp():
            found = _union(node.values, known)
        case ast.IfExp():
            found = _union([node.body, node.orelse], known)
        case ast.BinOp():
            found = _computed(node, known)
        case ast.Call():
            found = _called(node, known)
        case ast.Subscript():
            found = _TEXT if _kinds(node.value, known) == _TEXT else _JSON
        case _:
            found = _JSON
    return found


def _union(nodes: list[ast.expr], known: Mapping[str, ColumnKind]) -> Kinds:
    return frozenset().union(*(_kinds(node, known) for node in nodes))


def _counted(kinds: Kinds) -> Kinds:
    """What arithmetic makes of one value: true counts as 1."""
    return frozenset(ColumnKind.INTEGER if kind is ColumnKind.BOOLEAN else kind for kind in kinds)


def _computed(node: ast.BinOp, known: Mapping[str, ColumnKind]) -> Kinds:
    if isinstance(node.op, ast.Div):
        return _NUMBER
    left, right = _counted(_kinds(node.left, known)), _counted(_kinds(node.right, known))
    if isinstance(node.op, ast.Pow):
        return _INTEGER if left == _INTEGER and _is_count(node.right) else _NUMBER
    both = left | right
    if isinstance(node.op, ast.Mult) and ColumnKind.TEXT in both:
        return _TEXT if ColumnKind.JSON not in both else _JSON
    return both - _INTEGER if ColumnKind.NUMBER in both else both


def _is_count(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 0


def _called(node: ast.Call, known: Mapping[str, ColumnKind]) -> Kinds:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    special: dict[str, Callable[[], Kinds]] = {
        "if_": lambda: _union(node.args[1:], known),
        "coalesce": lambda: _union(node.args, known),
        "min": lambda: _union(node.args, known),
        "max": lambda: _union(node.args, known),
        "add_days": lambda: _kinds(node.args[0], known),
        "abs": lambda: _counted(_kinds(node.args[0], known)),
        "round": lambda: _INTEGER if len(node.args) == 1 else _counted(_kinds(node.args[0], known)),
    }
    return special[name]() if name in special else _CALLS.get(name, _JSON)


def widest(kinds: set[ColumnKind]) -> ColumnKind:
    """One kind that can hold values of all these: JSON keeps each value's own type."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if not kinds:
        return ColumnKind.TEXT
    for pair, wide in (
        ({ColumnKind.INTEGER, ColumnKind.NUMBER}, ColumnKind.NUMBER),
        ({ColumnKind.DATE, ColumnKind.DATETIME}, ColumnKind.DATETIME),
    ):
        if kinds <= pair:
            return wide
    return ColumnKind.JSON
