"""Choose the importer for a file by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.outcomes import Reading, UnreadPart
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.tables.marks import Owner, Owners
from chalicelib.model.errors import ExportRejected

NO_IMPORTERS = Owners()
"""Only the marks of platforms that no importer reads."""

_ELEMENT = re.compile(r"<[A-Za-z_]")


def importers_of(importers: Sequence[Importer], platform: str) -> Sequence[Importer]:
    """Return the importers of a platform, or all for ``auto``; raise `unknown_platform`."""
    if platform == "auto":
        return importers
    chosen = [importer for importer in importers if importer.platform == platform]
    if not chosen:
        known = sorted({importer.platform for importer in importers})
        raise ExportRejected(
            "unknown_platform",
            f"there is no importer for {platform!r}; available: {', '.join(known)}",
        )
    return chosen


def best_claim(
    importers: Sequence[Importer], glimpse: Glimpse, owners: Owners = NO_IMPORTERS
) -> tuple[str, Recognition] | None:
    """Return the claim with the most hits and its importer's platform; None without a claim.

    A table needs a mark of its platform, unless the caller named the platform, and must not have a
    mark of another one.

    Parameters
    ----------
    owners : Owners
        The marks that assign a table to another platform.

    Raises
    ------
    ExportRejected
        `unknown_platform`, for a table of a platform without an importer; `ambiguous_platform`;
        `entity_expansion`.
    """
    _check_entities(glimpse)
    claims, foreign = _claims(importers, glimpse, owners)
    if not claims and (rejection := _of_another(foreign or _owners_of(owners, glimpse))):
        raise rejection
    workbook = glimpse.workbook
    hidden = workbook.hidden if workbook is not None else ()
    is_revealed = bool(workbook and hidden and not claims)
    if workbook and is_revealed:
        workbook.reveal()
        claims, _ = _claims(importers, Glimpse(glimpse.source, named=glimpse.named), owners)
        if not claims:
            workbook.reveal()
    if not claims:
        return None
    most = max(hits for hits, _, _ in claims)
    best = [(name, claim) for hits, name, claim in claims if hits == most]
    if len(best) > 1:
        found = "; ".join(f"{name}: {claim.found}" for name, claim in best)
        raise ExportRejected(
            "ambiguous_platform",
            f"several importers match the file equally well ({found}): name the platform",
        )
    name, claim = best[0]
    return name, _naming_hidden(claim, hidden, is_read=is_revealed) if hidden else claim


def _claims(
    importers: Sequence[Importer], glimpse: Glimpse, owners: Owners
) -> tuple[list[tuple[int, str, Recognition]], list[Owner]]:
    """Return the claims with their hits and platforms, and the other owners of a claimed table."""
    claims = []
    foreign: list[Owner] = []
    for importer in importers:
        claim = importer.recognise(glimpse)
        if claim is None or not (claim.marks or glimpse.named):
            continue
        others = owners.of_others(importer.platform, claim.marks, claim.headings, claim.known)
        if others:
            foreign += others
        else:
            claims.append((claim.hits, importer.platform, claim))
    return claims, foreign


def _naming_hidden(claim: Recognition, hidden: Sequence[str], *, is_read: bool) -> Recognition:
    """Extend a claim to a workbook so that its reading reports the hidden sheets."""

    def open_and_name(source: Source, options: Options) -> Reading:
        reading = claim.open(source, options)
        if is_read:
            named = ", ".join(sheet[:40] for sheet in hidden[:20])
            reading.notes.append(
                f"No visible sheet contains a report; hidden sheets were read: {named}."
            )
        else:
            reading.skipped += [
                UnreadPart("sheet", sheet[:100], "it is hidden") for sheet in hidden
            ]
        return reading

    return replace(claim, open=open_and_name)


def _owners_of(owners: Owners, glimpse: Glimpse) -> list[Owner]:
    """Return the platforms without importer whose marks an unclaimed table has."""
    if glimpse.sheets:
        places = map(glimpse.sheet_keys, glimpse.sheets)
    elif glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.is_json:
        return []
    else:
        places = map(glimpse.keys, DELIMITERS)
    found = next(filter(None, map(owners.of_any, places)), [])
    return [owner for owner in found if not owner.is_imported]


def _of_another(foreign: Sequence[Owner]) -> ExportRejected | None:
    """Return the rejection of a table with marks of another platform; None if it has none."""
    if not foreign:
        return None
    first = foreign[0]
    if first.advice:
        return ExportRejected("no_counts", f"this is {first.name}: {first.advice}")
    return ExportRejected(
        "unknown_platform",
        f"{first.shown!r} {'are headings' if len(first.marks[0]) > 1 else 'is a heading'} of "
        f"{first.name}, and no importer reads this form of its tables. Describe the columns with a "
        "mapping",
    )


def _check_entities(glimpse: Glimpse) -> None:
    """Reject XML that defines entities before the first element, before a parser sees them."""
    if not glimpse.text.lstrip().startswith("<"):
        return
    element = _ELEMENT.search(glimpse.text)
    if "<!ENTITY" in glimpse.text[: element.start() if element else None]:
        raise ExportRejected(
            "entity_expansion", "the XML defines its own entities, which no export does"
        )
