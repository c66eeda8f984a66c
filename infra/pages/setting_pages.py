"""docs/settings.md: every setting, from the declaration in `chalicelib.settings`."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from dataclasses import fields

from chalicelib.settings import PREFIX, Settings
from infra.pages.markdown import filled, table


def settings_page() -> str:
    """docs/settings.md."""
    meanings = setting_meanings()
    rows = (
        (f"`{PREFIX}{one.name.upper()}`", _default(one.default), meanings[one.name])
        for one in fields(Settings)
    )
    return filled("settings.md", {"settings": table(("variable", "default", "meaning"), rows)})


def setting_meanings() -> dict[str, str]:
    """The text below each setting in the code, as Markdown."""
    (declared,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(declared, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in itertools.pairwise(declared.body):
        match field, text:
            case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str() as meaning)):
                found[name] = " ".join(meaning.split()).replace("``", "`")
    return {name: _with_variables(meaning, set(found)) for name, meaning in found.items()}


def _with_variables(meaning: str, names: set[str]) -> str:
    """Name other settings as a reader writes them."""
    return re.sub(
        r"`(\w+)`",
        lambda one: f"`{PREFIX}{one[1].upper()}`" if one[1] in names else one[0],
        meaning,
    )


def _default(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return f"`{value}`" if value else "empty"
