"""The texts that a module hands to ``translate`` itself, or an error: literals, and constants of the same module."""

import ast
from collections.abc import Iterator, Mapping

from tui_scan.model.errors import TuiScanError


def translated(source: str) -> Iterator[str]:
    """Every text that calls of ``translate``, ``Sentence`` and the program's errors have, or name by a constant.

    Texts out of tables (``translate(rule.meaning)``) are not found here.
    """
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and _takes_text(node.func.id):
            yield from _texts(node.args[0], constants)


def _takes_text(name: str) -> bool:
    return name in ("translate", "Sentence") or (name.endswith("Error") and issubclass(_kind(name), TuiScanError))


def _kind(name: str) -> type:
    """The error of this name: one of the program's, else one of Python's, which is never shown as it is."""
    known = {one.__name__: one for one in _all_below(TuiScanError)}
    return known.get(name, Exception)


def _all_below(kind: type[TuiScanError]) -> Iterator[type[TuiScanError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _all_below(one)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield name.id, value.value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


def _texts(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)
