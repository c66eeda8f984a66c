"""docs/settings.md: every setting, from the declaration in `chalicelib.settings`."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

from chalicelib.settings import PREFIX, Settings
from infra.pages.markdown import filled, table

_ENTRY = re.compile(r"^(?P<names>[a-z_, ]+) : \w+\n(?P<meaning>(?: {4}.*\n?)+)", re.MULTILINE)


def settings_page() -> str:
    """docs/settings.md."""
    meanings = setting_meanings()
    rows = (
        (f"`{PREFIX}{one.name.upper()}`", _default(one.default), meanings[one.name])
        for one in fields(Settings)
    )
    return filled("settings.md", {"settings": table(("variable", "default", "meaning"), rows)})


def setting_meanings() -> dict[str, str]:
    """What the docstring says about each setting, as Markdown."""
    found: dict[str, str] = {}
    for entry in _ENTRY.finditer(inspect.getdoc(Settings) or ""):
        meaning = " ".join(entry["meaning"].split()).replace("``", "`")
        for name in entry["names"].split(", "):
            found[name] = meaning
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
