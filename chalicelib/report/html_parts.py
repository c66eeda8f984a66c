"""Parts of the one-page report: escaped texts, lists of facts and of remarks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from chalicelib.report.number_words import Shown
from chalicelib.report.remarks import Remark

_CODE = re.compile(r"`([^`]+)`")


def escaped(text: str) -> str:
    """Escape a text; a per cent sign stays with its number, and `code` becomes an element."""
    return _CODE.sub(r"<code>\1</code>", html.escape(text).replace(" %", "&nbsp;%"))


def fact_list(facts: Iterable[tuple[str, Shown]]) -> str:
    """Return names with their numbers, for a ``dl``."""
    return "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(words.value)}"
        f"<small>{escaped(words.bounds)}</small></dd></div>"
        for name, words in facts
    )


def remark_list(remarks: Iterable[Remark]) -> str:
    """Return remarks as a list; empty without any."""
    items = "".join(
        f'<li class="{one.severity}"><b>{escaped(one.line)}.</b> {escaped(one.meaning)}</li>'
        for one in remarks
    )
    return f'<ul class="remarks">{items}</ul>' if items else ""
