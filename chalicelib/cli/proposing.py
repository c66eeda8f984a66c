"""Proposed mappings in ``convert``, for tables that no importer recognises."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from chalicelib.cli import program
from chalicelib.importers.mappings.mapping_fields import TO_FILL_IN
from chalicelib.importers.mappings.proposals import Proposal, propose_mapping
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import ExportRejected

HELP = (
    "write a proposed mapping for the table to FILE instead of converting it. Check the mapping, "
    f"replace the parts marked {TO_FILL_IN}, and pass it to --mapping. Without this option, a "
    "table that no importer recognises is rejected, and standard error shows the mapping"
)


def write_proposal(path: Path, target: Path, currency: str | None) -> list[str]:
    """Write a proposed mapping of all columns of a file.

    Returns
    -------
    list of str
        Messages for the user.

    Raises
    ------
    ExportRejected
        `unusable_mapping` if no row looks like a header; other codes if the file is rejected.
    OSError
        If `target` exists or cannot be written.
    """
    proposal = _proposal(path, currency)
    if proposal is None:
        raise ExportRejected(
            "unusable_mapping",
            "no row looks like the header of a table: two headings of it must be known words, as "
            "Date and Clicks. Write the mapping by hand; docs/exports.md says how",
        )
    with target.open("x", encoding="utf-8") as file:
        file.write(_to_json(proposal.with_all_columns()) + "\n")
    return [f"{target} holds a mapping for {path}.", *_next_steps(path, target)]


def proposal_lines(path: Path, currency: str | None) -> list[str]:
    """Return a proposed mapping as lines of text, with only those headings that are known words."""
    try:
        proposal = _proposal(path, currency)
    except ExportRejected:
        return []
    if proposal is None:
        return []
    others = len(proposal.unread)
    unread = f"; {others} other column{'s' * (others != 1)} would not be read" if others else ""
    target = Path("mapping.json")
    return [
        f"A mapping for it, as far as its headings tell{unread}:",
        _to_json(proposal.mapping),
        f"Save it as {target}, or have it written with the headings of all columns by",
        f"  {_command(path)} --propose-mapping {target}",
        *_next_steps(path, target),
    ]


def _proposal(path: Path, currency: str | None) -> Proposal | None:
    with path.open("rb") as stream:
        return propose_mapping(stream, IMPORTERS, currency=currency)


def _next_steps(path: Path, target: Path) -> list[str]:
    return [
        f"Look through it, replace what is marked {TO_FILL_IN}, and run",
        f"  {_command(path)} --mapping {shlex.quote(str(target))}",
    ]


def _command(path: Path) -> str:
    return shlex.join([*program(), "convert", str(path)])


def _to_json(mapping: object) -> str:
    return json.dumps(mapping, ensure_ascii=False, indent=1)
