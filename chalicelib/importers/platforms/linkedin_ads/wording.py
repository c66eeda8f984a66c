"""A compact notation for headings of Campaign Manager in five languages."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import Column, Role

_SEPARATOR = " | "
_ZONES = ("", " (in UTC)", " (UTC)")


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(_SEPARATOR)) if text else ()


def column(
    field: str,
    role: Role,
    en: str,
    *,
    de: str = "",
    nl: str = "",
    fr: str = "",
    es: str = "",
    unless: tuple[str, ...] = (),
) -> Column:
    """Return a column. The headings in a language are separated by bars."""
    more = {
        language: _names(text) for language, text in (("nl", nl), ("fr", fr), ("es", es)) if text
    }
    return Column(field, role, _names(en), _names(de), more, unless)


def in_utc(text: str) -> str:
    """Return the headings with and without the time zone."""
    return _SEPARATOR.join(f"{name}{zone}" for name in _names(text) for zone in _ZONES)
