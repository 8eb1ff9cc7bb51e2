"""A JSON Schema without references: what `$ref` points to inside the file stands in its place."""

from typing import Any

from handai_errors import SpecError

_MAX_NODES = 5_000
_NAMED = {"properties", "patternProperties", "dependentSchemas"}
_VERBATIM = {"$defs", "definitions", "enum", "const", "default", "examples"}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its local references resolved; raises SpecError where that can't be."""
    found = _Inliner(schema).node(schema, ())
    return {key: value for key, value in found.items() if key not in {"$defs", "definitions", "$schema", "$id"}}


class _Inliner:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._nodes = 0

    def node(self, node: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 any JSON
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise SpecError("The JSON Schema is too large.", "Describe fewer columns, or flatter ones.")
        if isinstance(node, list):
            return [self.node(item, path) for item in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            return self._target(node, path)
        return {key: self._keyword(key, value, path) for key, value in node.items()}

    def _keyword(self, key: str, value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 any JSON
        if key in _NAMED and isinstance(value, dict):  # its keys are a person's names, not the schema's words
            return {name: self.node(part, path) for name, part in value.items()}
        return value if key in _VERBATIM else self.node(value, path)

    def _target(self, node: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 any JSON
        ref = node["$ref"]
        if ref in path:
            raise SpecError(f"The JSON Schema refers to itself at `{ref}`.", "A column can't be endlessly nested.")
        target = self.node(self._find(ref), (*path, ref))
        beside = {key: self.node(value, path) for key, value in node.items() if key != "$ref"}
        return {**target, **beside} if isinstance(target, dict) else target

    def _find(self, ref: str) -> Any:  # noqa: ANN401 any JSON
        if ref != "#" and not ref.startswith("#/"):
            raise SpecError(f"The JSON Schema refers to `{ref}`, outside of the file.", "Put it under `$defs`.")
        found: Any = self._root
        for part in ref.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                raise SpecError(f"The JSON Schema refers to `{ref}`, which is not there.", "Correct the reference.")
            found = found[key]
        return found
