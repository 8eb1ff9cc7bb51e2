"""What may stand in an expression: an allow-list, sizes, and the names that it reads."""

import ast
import math
import warnings
from collections.abc import Iterator

from engine.nearest import nearest
from engine.patterns import pattern_of
from engine.schema.functions import FUNCTIONS, MANY
from engine.schema.operators import MAX_INTEGER
from handai_errors import SpecError

MAX_LENGTH = 2000
MAX_DEPTH = 100
_SHOWN = 80
_WORDS = {"true": True, "false": False, "null": None, "none": None}

_ALLOWED = (
    ast.boolop | ast.unaryop | ast.operator | ast.cmpop | ast.expr_context
    | ast.BoolOp | ast.UnaryOp | ast.BinOp | ast.Compare | ast.IfExp | ast.Call | ast.Constant | ast.Name
    | ast.Subscript | ast.List | ast.Tuple | ast.Expr
)  # fmt: skip
_REFUSED = (
    ast.Is | ast.IsNot | ast.Invert | ast.BitAnd | ast.BitOr | ast.BitXor | ast.LShift | ast.RShift | ast.MatMult
)  # fmt: skip
_CALLED: dict[type[ast.AST], str] = {
    ast.Attribute: "a dot after a name",
    ast.JoinedStr: "f-text",
    ast.Lambda: "lambda",
    ast.NamedExpr: "`:=`",
    ast.Starred: "a star before a name",
    ast.Slice: "a colon in brackets",
    ast.Dict: "a brace",
    ast.Set: "a brace",
    ast.ListComp: "a loop",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.GeneratorExp: "a loop",
    ast.Is: "`is` (write ==)",
    ast.IsNot: "`is not` (write !=)",
    ast.BitAnd: "`&` (write and)",
    ast.BitOr: "`|` (write or)",
    ast.BitXor: "`^` (write **)",
}


class ExpressionError(SpecError):
    """An expression that can't be read, or that gives no value for a row."""


def shortened(text: str) -> str:
    """An expression as a message shows it."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 2]} …"


def parse(text: str) -> tuple[ast.Expr, frozenset[str]]:
    """The tree that is evaluated, and the columns that it reads; raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("An expression is empty.", "Write what to compute, such as spend * 12.")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"The expression `{shortened(text)}` has more than {MAX_LENGTH:,} characters.", "Split it over two columns."
        )
    tree = _tree(text)
    for node, depth in _walk(tree):
        if depth > MAX_DEPTH:
            raise _error(text, "it is nested too deeply", "Split it over two columns.")
        _check(node, text)
    prepared = ast.Expr(_Prepare().visit(tree))
    return prepared, frozenset(_names(prepared))


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():  # Python warns of odd escapes, which are the person's business
            warnings.simplefilter("ignore")
            return ast.parse(" ".join(text.splitlines()).strip(), mode="eval").body
    except SyntaxError as error:
        place = f" at character {error.offset}" if error.offset else ""
        hint = "Compare with ==, not =." if _single_equals(text) else "Look at its brackets, quotes and signs."
        raise _error(text, f"it can't be read{place}", hint) from None
    except (ValueError, RecursionError, MemoryError):
        raise _error(text, "it can't be read", "Write it more simply.") from None


def _single_equals(text: str) -> bool:
    rest = text
    for pair in ("==", "!=", "<=", ">="):
        rest = rest.replace(pair, "")
    return "=" in rest


def _error(text: str, cause: str, remedy: str) -> ExpressionError:
    return ExpressionError(f"The expression `{shortened(text)}` can't be used: {cause}.", remedy)


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def _check(node: ast.AST, text: str) -> None:
    if not isinstance(node, _ALLOWED) or isinstance(node, _REFUSED):
        what = _CALLED.get(type(node), "a part of it")
        raise _error(text, f"{what} isn't possible here", "docs/schema.md lists what is.")
    if isinstance(node, ast.Constant):
        _check_constant(node, text)
    elif isinstance(node, ast.Call):
        _check_call(node, text)
    elif _is_dunder(node):
        raise _error(text, "names with two underscores can't be reached", "Name a key of the object.")


def _check_constant(node: ast.Constant, text: str) -> None:
    if not isinstance(node.value, str | int | float | None):
        raise _error(text, "it holds a value that no cell can hold", "Use numbers, 'text', true, false or null.")
    if isinstance(node.value, int) and node.value > MAX_INTEGER:
        raise _error(text, "it holds a number that is too large", "Whole numbers have at most 18 digits here.")
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise _error(text, "it holds a number that is too large", "Write a smaller one.")


def _check_call(node: ast.Call, text: str) -> None:
    if not isinstance(node.func, ast.Name):
        raise _error(text, "only functions can be called", nearest("", FUNCTIONS, noun="functions"))
    name, count = node.func.id, len(node.args)
    if node.keywords:
        raise _error(text, f"{name} takes its values without names", "Write them one after another.")
    if name == "col":
        if count != 1 or not _is_text(node.args[0]):
            raise _error(text, "col takes a column's name in quotes", 'Such as col("two words").')
        return
    if name not in FUNCTIONS:
        raise _error(text, f"there is no function `{name}`", nearest(name, (*FUNCTIONS, "col"), noun="functions"))
    known = FUNCTIONS[name]
    if not known.least <= count <= known.most:
        raise _error(text, f"{name} takes {_counted(known.least, known.most)}, not {count}", "docs/schema.md shows it.")
    if name == "matches":
        if not isinstance(node.args[1], ast.Constant) or not isinstance(node.args[1].value, str):
            raise _error(text, "the pattern of matches stands in quotes", "Such as matches(code, '^[A-Z]+$').")
        try:
            pattern_of(node.args[1].value)
        except SpecError as error:
            raise ExpressionError(error.cause, error.remedy) from None


def _is_dunder(node: ast.AST) -> bool:
    key = node.slice if isinstance(node, ast.Subscript) else None
    return isinstance(key, ast.Constant) and str(key.value).startswith("__")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _counted(least: int, most: int) -> str:
    if least == most:
        return f"{least} value{'s' if least > 1 else ''}"
    return f"at least {least}" if most == MANY else f"{least} or {most} values"


class _Prepare(ast.NodeTransformer):
    """`col("two words")` becomes a name, and true, false and null become values."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "col":
            return ast.Name(ast.literal_eval(node.args[0]), ast.Load())
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(_WORDS[node.id]) if node.id in _WORDS else node


def _names(tree: ast.AST) -> Iterator[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
