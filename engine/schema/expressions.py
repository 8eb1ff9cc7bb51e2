"""Expressions over a row, evaluated safely: no loops, no attributes, no imports, bounded in size and time."""

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from simpleeval import SimpleEval  # type: ignore[import-untyped]  # ships no types

from engine.schema.functions import FUNCTIONS
from engine.schema.operators import OPERATORS, MisuseError, small_enough
from engine.schema.syntax import ExpressionError, parse, shortened
from engine.tables.model import Cell

__all__ = ["Expression", "ExpressionError", "names_in"]

_CALLS = {name: function.call for name, function in FUNCTIONS.items()}


class _Evaluator(SimpleEval):  # type: ignore[misc]  # ships no types
    """simpleeval with our nodes, operators and functions only."""

    def __init__(self) -> None:
        super().__init__(operators=OPERATORS, functions=_CALLS, names={})
        self.nodes = {
            ast.Expr: self._eval_expr,
            ast.Constant: self._eval_constant,
            ast.Name: self._eval_column,
            ast.UnaryOp: self._eval_unaryop,
            ast.BinOp: self._eval_binop,
            ast.BoolOp: self._eval_boolop,
            ast.Compare: self._eval_compare,
            ast.IfExp: self._eval_ifexp,
            ast.Subscript: self._eval_item,
            ast.Call: self._eval_function,
            ast.List: self._eval_items,
            ast.Tuple: self._eval_items,
        }

    def _eval_column(self, node: ast.Name) -> Cell:
        try:
            return self.names[node.id]  # type: ignore[no-any-return]  # a cell
        except KeyError:
            raise MisuseError(f"the row has no `{node.id}`", "Name a column that is there.") from None

    def _eval_items(self, node: ast.List | ast.Tuple) -> list[Any]:
        return small_enough([self._eval(item) for item in node.elts])

    def _eval_item(self, node: ast.Subscript) -> Cell:
        whole, place = self._eval(node.value), self._eval(node.slice)
        try:
            return whole[place]  # type: ignore[no-any-return]  # a cell
        except (LookupError, TypeError):
            raise MisuseError("it has no such item", "x[0] is the first item, x['key'] that of an object.") from None

    def _eval_function(self, node: ast.Call) -> Cell:
        name = node.func.id  # type: ignore[attr-defined]  # parse() lets only names be called
        if name == "if_":  # only the chosen branch counts
            chosen: Cell = self._eval(node.args[1] if self._eval(node.args[0]) else node.args[2])
            return chosen
        return _CALLS[name](*[self._eval(argument) for argument in node.args])


@lru_cache(maxsize=10_000)
def names_in(text: str) -> frozenset[str]:
    """The columns that an expression reads; raises ExpressionError."""
    return parse(text)[1]


class Expression:
    """One expression, read once and evaluated for many rows; an instance belongs to one thread."""

    __slots__ = ("_evaluator", "_tree", "names", "text")

    def __init__(self, text: str) -> None:
        """Raises ExpressionError with what is wrong and where."""
        self.text = text
        self._tree, self.names = parse(text)
        self._evaluator = _Evaluator()

    def value(self, row: Mapping[str, Cell]) -> Cell:
        """What it gives for a row, fractions to 15 digits; raises ExpressionError in plain words."""
        self._evaluator.names = row
        try:
            found: Cell = self._evaluator.eval("", self._tree)
        except MisuseError as error:
            raise self._error(error.cause, error.remedy) from None
        except ZeroDivisionError:
            raise self._error("it divides by zero", "Guard it: if_(b == 0, 0, a / b).") from None
        except OverflowError:
            raise self._error("the number is too large", "Look at what its columns hold.") from None
        except (TypeError, ValueError, RecursionError):
            raise self._error("its values don't fit", "Look at what its columns hold.") from None
        return _plain(found) if isinstance(found, float) else found

    def _error(self, cause: str, remedy: str) -> ExpressionError:
        return ExpressionError(f"The expression `{shortened(self.text)}` gives no value: {cause}.", remedy)


def _plain(number: float) -> float:
    """A number with the 15 digits that spreadsheets show: 173.55 * 12 is 2082.6, not 2082.6000000000004."""
    return float(f"{number:.15g}")
