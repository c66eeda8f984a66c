"""Tables of costs that no platform exports, such as an agency's fee."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalicelib.importers import Mapping, parse_mapping
from chalicelib.importers.mappings.mapping_fields import COUNTS, TO_FILL_IN
from chalicelib.importers.mappings.proposals import propose_mapping
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import ExportRejected

COLUMNS = (
    "a table of costs needs the columns Date (or From and To), Channel and Cost, and a Currency "
    "unless --currency names it. Channels are written as in the events, e.g. facebook"
)
_KEPT = ("day", "time", "from", "to", "period", "channel", "cost", "currency", "campaign_id")


def mapping_of_costs(path: Path, currency: str | None) -> Mapping:
    """Return the mapping that reads a table of costs; raises as `raw_mapping_of_costs` does."""
    return parse_mapping(raw_mapping_of_costs(path, currency))


def raw_mapping_of_costs(path: Path, currency: str | None) -> dict[str, Any]:
    """Return the mapping that reads a table of costs as JSON, by the words of its headings.

    Raises
    ------
    ExportRejected
        `unusable_mapping` if a necessary column is missing; other codes if the file is rejected.
    """
    with path.open("rb") as stream:
        proposal = propose_mapping(stream, IMPORTERS, currency=currency)
    if proposal is None:
        raise ExportRejected("unusable_mapping", COLUMNS)
    meanings = proposal.mapping["columns"]
    columns = {heading: meaning for heading, meaning in meanings.items() if meaning in _KEPT}
    constants: dict[str, Any] = dict(proposal.mapping.get("constants", {}))
    constants.pop("paid", None)  # a fee belongs to the channel, not to its ads
    has = set(columns.values())
    marked = [name for name, value in constants.items() if TO_FILL_IN in str(value)]
    if not {"cost", "channel"} <= has or marked or COUNTS & set(meanings.values()):
        raise ExportRejected("unusable_mapping", COLUMNS)
    formats = {
        name: value for name, value in proposal.mapping.items() if name in ("dates", "decimal_mark")
    }
    if any(TO_FILL_IN in str(value) for value in formats.values()):
        raise ExportRejected(
            "undecidable_format",
            "the days or numbers of the table can be read in two ways. Write days as 2026-06-25 "
            "and numbers with a decimal point",
        )
    return {"columns": columns, "constants": constants, **formats}


def is_table_of_costs(path: Path) -> bool:
    """Whether a table has days, channels and amounts, and no engagements."""
    try:
        mapping_of_costs(path, "EUR")
    except ExportRejected:
        return False
    return True
