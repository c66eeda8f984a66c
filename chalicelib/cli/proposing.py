"""`convert` for a table that no importer recognises: a mapping to begin with, and how to go on."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from chalicelib.importers.mappings.mapping_fields import TO_FILL_IN
from chalicelib.importers.mappings.proposals import Proposal, propose_mapping
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import ExportRefused

HELP = (
    "instead of converting, write a mapping for a table of your own to FILE, filled in as far as "
    f"its headings tell: look through it, replace what is marked {TO_FILL_IN}, and give it to "
    "--mapping. Without this option such a table is refused and the mapping shown on standard error"
)


def write_proposal(path: Path, target: Path, currency: str | None) -> list[str]:
    """Writes a mapping for a file, with all of its columns.

    Returns
    -------
    list of str
        What to tell the user.

    Raises
    ------
    ExportRefused
        `unusable_mapping`, if no row looks like a header; what a file is refused with.
    OSError
        `target` is there already, or cannot be written.
    """
    proposal = _proposal(path, currency)
    if proposal is None:
        raise ExportRefused(
            "unusable_mapping",
            "no row looks like the header of a table: two headings of it must be known words, as "
            "Date and Clicks. Write the mapping by hand; docs/exports.md says how",
        )
    with target.open("x", encoding="utf-8") as file:
        file.write(_as_text(proposal.with_all_columns()) + "\n")
    return [f"{target} holds a mapping for {path}.", *_way_on(path, target)]


def shown_proposal(path: Path, currency: str | None) -> list[str]:
    """A mapping for a file as lines to show, with headings that are known words only."""
    try:
        proposal = _proposal(path, currency)
    except ExportRefused:
        return []
    if proposal is None:
        return []
    others = len(proposal.unread)
    unread = f"; {others} other column{'s' * (others != 1)} would not be read" if others else ""
    target = Path("mapping.json")
    return [
        f"A mapping for it, as far as its headings tell{unread}:",
        _as_text(proposal.mapping),
        f"Save it as {target}, or have it written with the headings of all columns by",
        f"  {_command(path)} --propose-mapping {target}",
        *_way_on(path, target),
    ]


def _proposal(path: Path, currency: str | None) -> Proposal | None:
    with path.open("rb") as stream:
        return propose_mapping(stream, IMPORTERS, currency=currency)


def _way_on(path: Path, target: Path) -> list[str]:
    return [
        f"Look through it, replace what is marked {TO_FILL_IN}, and run",
        f"  {_command(path)} --mapping {shlex.quote(str(target))}",
    ]


def _command(path: Path) -> str:
    return f"python -m chalicelib convert {shlex.quote(str(path))}"


def _as_text(mapping: object) -> str:
    return json.dumps(mapping, ensure_ascii=False, indent=1)
