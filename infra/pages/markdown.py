"""Markdown that generated pages consist of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
WIDTH = 100
"""Longest line of an example, in characters."""


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A template of docs/templates/ with its parts, each in braces on a line."""
    text = (DOCS / "templates" / template).read_text(encoding="utf-8")
    return re.sub(r"^\{([^{}\n]+)\}$", lambda match: parts[match[1]], text, flags=re.MULTILINE)


def table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a cell may contain any text."""
    lines = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    for row in rows:
        cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def code(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text}\n```"


def indented(value: Any, depth: int = 0) -> str:
    """A value as JSON; what fits into a line is in one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + depth <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    pad, end = "\n" + " " * (depth + 2), "\n" + " " * depth
    if isinstance(value, list):
        elements = [indented(one, depth + 2) for one in value]
        return f"[{pad}{f',{pad}'.join(elements)}{end}]"
    members = [f"{json.dumps(name)}: {indented(one, depth + 2)}" for name, one in value.items()]
    return f"{{{pad}{f',{pad}'.join(members)}{end}}}"
