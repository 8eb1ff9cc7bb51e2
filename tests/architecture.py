"""Reads a module's syntax tree and tells which laws of the project it breaks."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 60

# Each layer may import those named after it: never upwards, and no front the other front.
LAYERS = {
    "handai_app": {"pages", "services", "handai_db", "storage", "engine", "providers", "handai_errors"},
    "handai_api": {"services", "engine", "providers", "handai_errors"},
    "handai_cli": {"cli", "services", "handai_db", "storage", "engine", "providers", "handai_errors"},
    "cli": {"services", "handai_db", "storage", "engine", "providers", "handai_errors"},
    "pages": {"services", "handai_db", "storage", "engine", "providers", "handai_errors"},
    "services": {"handai_db", "storage", "engine", "providers", "handai_errors"},
    "handai_db": {"storage", "engine", "providers", "handai_errors"},
    "storage": {"engine", "providers", "handai_errors"},
    "engine": {"providers", "handai_errors"},
    "providers": {"handai_errors"},
    "handai_errors": set[str](),
}
# A library → the places (a folder, or a module's name) that may import it.
HOMES = {
    "streamlit": ("handai_app.py", "pages/"),
    "sqlite3": ("handai_db.py", "storage/"),
    "aiosqlite": ("handai_db.py", "storage/"),
    "openai": ("providers/",),
    "pandas": ("engine/tables/", "services/", "pages/"),
}
# The parts of one page → who may draw them beside that page; what two pages share lies in pages/components itself.
PARTS = {
    "pages.components.compare.": ("compare",),
    "pages.components.generate.": ("generate",),
    "pages.components.history.": ("history",),
    "pages.components.providers.": ("providers",),
    "pages.components.run.": ("run",),
    "pages.components.setup.": ("setup", "generate", "transform"),
    "pages.components.transform.": ("transform",),
}
# The folders of services/, the lowest first: none imports one that is named after it.
LADDER = ("tables", "models", "running", "forms", "results", "past", "comparing", "bundles")
_SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|(UNIQUE\s+)?INDEX)"
    r"|ALTER\s+TABLE|DROP\s+TABLE|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|VACUUM\s+INTO|WITH\s.+\sAS\s*\()",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module of ours: its path in the project, and its source."""

    path: str
    source: str

    @property
    def layer(self) -> str:
        return PurePosixPath(self.path).parts[0].removesuffix(".py")

    @property
    def package(self) -> str:
        return ".".join(PurePosixPath(self.path).parent.parts)

    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, with the names taken from it."""

    line: int
    module: str
    names: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        return self.module.partition(".")[0]


def project_modules(root: Path) -> list[Module]:
    """Every module of the shipped code, tests and measurements left out."""
    files = [file for layer in LAYERS for file in (*root.glob(f"{layer}.py"), *root.glob(f"{layer}/**/*.py"))]
    return [Module(file.relative_to(root).as_posix(), file.read_text("utf-8")) for file in sorted(files)]


def imports(module: Module) -> Iterator[Import]:
    """Every import, also those inside functions and for type checking."""
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.lineno, _absolute(module, node), tuple(alias.name for alias in node.names))


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def circle(modules: Sequence[Module]) -> list[str]:
    """Modules that import each other in a circle, the first that is found; late imports count too."""
    places = {module.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): module for module in modules}
    arrows = {
        place: {target for found in imports(module) for target in _targets(found, {*places}) if target != place}
        for place, module in places.items()
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _targets(found: Import, places: set[str]) -> set[str]:
    """The modules of ours that an import reaches: a package's modules by their names, else the package itself."""
    inner = _inner(found)
    return inner & places | ({found.module} & places if inner - places or not inner else set())


def _inner(found: Import) -> set[str]:
    return {f"{found.module}.{name}" for name in found.names}


def upward_imports(module: Module) -> list[str]:
    """Imports of a layer that is not below this one."""
    allowed = LAYERS[module.layer] | {module.layer}
    return [
        f"{module.path}:{found.line} imports {found.module}"
        for found in imports(module)
        if found.root in LAYERS and found.root not in allowed
    ]


def upward_services(module: Module) -> list[str]:
    """Imports of a folder of services/ from one below it."""
    _, *own = module.package.split(".")
    if module.layer != "services" or not own:
        return []
    higher = tuple(f"services.{folder}." for folder in LADDER[LADDER.index(own[0]) + 1 :])
    return [
        f"{module.path}:{found.line} imports {found.module}"
        for found in imports(module)
        if any(f"{place}.".startswith(higher) for place in (found.module, *_inner(found)))
    ]


def strayed_libraries(module: Module) -> list[str]:
    """Libraries imported outside their home."""
    return [
        f"{module.path}:{found.line} imports {found.root}"
        for found in imports(module)
        if found.root in HOMES and not module.path.startswith(HOMES[found.root])
    ]


def strayed_parts(module: Module) -> list[str]:
    """Parts of one page that something else draws."""
    return [
        f"{module.path}:{found.line} imports {found.module}"
        for found in imports(module)
        for folder, users in PARTS.items()
        if any(f"{place}.".startswith(folder) for place in (found.module, *_inner(found)))
        and not module.path.startswith(tuple(f"pages/{place}" for user in users for place in _places(user)))
    ]


def _places(page: str) -> tuple[str, str]:
    return f"components/{page}/", f"{page}_page.py"


def borrowed_privates(module: Module) -> list[str]:
    """Names with a leading underscore taken from another module of ours."""
    return [
        f"{module.path}:{found.line} takes {name} from {found.module}"
        for found in imports(module)
        for name in (*found.module.split("."), *found.names)
        if found.root in LAYERS and name.startswith("_") and not name.startswith("__")
    ]


def oversized(module: Module) -> list[str]:
    """The module, and each function in it, that is longer than anyone should have to read."""
    lines = len(module.source.splitlines())
    told = [f"{module.path} has {lines} lines"] if lines > MAX_MODULE_LINES else []
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                told.append(f"{module.path}:{node.lineno} {node.name} has {length} lines")
    return told


def prints(module: Module) -> list[str]:
    """Calls of print: what a person reads goes through a page or the command line."""
    if module.layer in {"handai_cli", "cli"}:
        return []
    return [
        f"{module.path}:{node.lineno} prints"
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def strayed_sql(module: Module) -> list[str]:
    """SQL statements outside storage."""
    if module.layer == "storage":
        return []
    return [
        f"{module.path}:{node.lineno} holds SQL"
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value)
    ]


def missing_docstring(module: Module) -> list[str]:
    """A module without the one line that says why it exists; an empty one needs none."""
    return [] if ast.get_docstring(module.tree()) or not module.source.strip() else [f"{module.path} has no docstring"]
