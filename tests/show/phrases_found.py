"""What there is to translate: the phrases that the program marks, and the names and descriptions of commands."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support import ROOT

_ARGUMENT = {"t": 0, "later": 0, "_press": 1, "_select": 4}
"""Calls that take a phrase, and at which place."""


def phrases() -> Iterator[str]:
    """Every phrase that is marked in the program."""
    for path in sorted(Path(ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ARGUMENT:
                place = _ARGUMENT[node.func.id]
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    value = node.args[place].value  # type: ignore[attr-defined]
                    if isinstance(value, str):
                        yield value
