"""The report as a workbook: one sheet per answer, with numbers as numbers.

Texts are written as texts, never as formulas.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlsxwriter

from chalicelib.model.channels import title_of
from chalicelib.model.codes import title_of as title_of_code
from chalicelib.report.findings import Answer, Findings
from chalicelib.report.remarks import all_remarks
from chalicelib.report.sentences import (
    capital,
    comparison,
    goal_words,
    headline,
    method_words,
    source_words,
    type_words,
)

WIDEST = 60
Cell = str | int | float | dt.date | None
Row = Sequence[Cell]


def xlsx_report(findings: Findings) -> bytes:
    """Return the report as the bytes of an .xlsx file."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        write = _writer(book)
        write("Summary", _summary(findings))
        write("Channels", _channels(findings))
        write("Engagements", _engagements(findings))
        write("Days", _days(findings))
        write("Remarks", _remarks(findings))
        write("Coverage", _coverage(findings))
        if findings.files:
            write("Files", _files(findings))
    return out.getvalue()


def _writer(book: Any) -> Callable[[str, Iterable[Row]], None]:
    """Return a function that writes a table, its first row as the heading, to a new sheet."""
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    plain = book.add_format({"valign": "top"})

    def write(name: str, rows: Iterable[Row]) -> None:
        sheet = book.add_worksheet(name)
        widths: dict[int, int] = {}
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                widths[column] = max(widths.get(column, 8), len(str(cell)) + 2 if number else 12)
                if isinstance(cell, dt.date):
                    sheet.write_datetime(number, column, dt.datetime.combine(cell, dt.time()), date)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell, plain if number else bold)
                else:
                    sheet.write_number(number, column, cell)
        for column, width in widths.items():
            sheet.set_column(column, column, min(width, WIDEST))
        sheet.freeze_panes(1, 1)

    return write


def _summary(findings: Findings) -> Iterable[Row]:
    first, last = findings.window
    yield "Result", headline(findings.total, findings.goal)
    yield "Comparison", comparison(findings.equivalence)
    yield "Goal", goal_words(findings.goal)
    yield "First day", dt.date.fromisoformat(first)
    yield "Last day", dt.date.fromisoformat(last)
    yield "Currency", findings.currency
    yield "Confidence", findings.roi["confidence"]
    yield "Fit", str(findings.roi["fit"]["id"])


def _channels(findings: Findings) -> Iterable[Row]:
    yield (
        *("Channel", "Verdict", "Cost"),
        *_heads("Incremental conversions", "Incremental revenue", "ROI"),
        *_heads("Cost per incremental conversion"),
        *("Method", "Reasons", "Warnings"),
    )
    for one in findings.roi["channels"]:
        yield (
            *(title_of(one["channel"]), title_of_code(one["verdict"]), one["cost"]),
            *_estimates(one, "incremental_conversions", "incremental_revenue", "roi"),
            *_estimates(one, "cost_per_incremental_conversion"),
            *(method_words(one["method"]), _titles(one["reasons"]), _titles(one["warnings"])),
        )


def _engagements(findings: Findings) -> Iterable[Row]:
    yield (
        *("Channel", "Type", "Paid", "Verdict", "Count"),
        *_heads("Incremental conversions", "Conversions per engagement", "Value per engagement"),
        *("Method", "Reasons", "Warnings"),
    )
    for one in findings.engagements["engagements"]:
        name = capital(type_words(one["channel"], one["type"], paid=False))
        yield (
            *(title_of(one["channel"]), name, "yes" if one["paid"] else "no"),
            *(title_of_code(one["verdict"]), one["count"]),
            *_estimates(one, "incremental_conversions", "conversions_per_engagement"),
            *_estimates(one, "value_per_engagement"),
            *(method_words(one["method"]), _titles(one["reasons"]), _titles(one["warnings"])),
        )


def _days(findings: Findings) -> Iterable[Row]:
    days = findings.decomposition["days"]
    channels = list(days[0]["incremental"]) if days else []
    yield ("Day", "Actual", "Baseline", "Context", "Shocks", *map(title_of, channels))
    for day in days:
        yield (
            dt.date.fromisoformat(day["date"]),
            *(day["actual"], day["baseline"]["estimate"], day["context"], day["shocks"]),
            *(day["incremental"][channel]["estimate"] for channel in channels),
        )


def _remarks(findings: Findings) -> Iterable[Row]:
    yield "About", "Severity", "Title", "Meaning", "What would help"
    for about in all_remarks(findings):
        for one in about.remarks:
            yield about.subject, one.severity.replace("_", " "), one.title, one.meaning, one.help


def _coverage(findings: Findings) -> Iterable[Row]:
    yield "Source", "Days", "From", "To", "Gaps", "Known"
    for one in findings.coverage:
        yield (
            source_words(one),
            one["days"],
            *(None if day is None else dt.date.fromisoformat(day) for day in _ends(one)),
            "; ".join(f"{first} to {last}" for first, last in one["gaps"]),
            one["known"],
        )


def _files(findings: Findings) -> Iterable[Row]:
    yield "File", "Contains", "Days", "Events", "Rejected rows", "Remarks"
    for one in findings.files:
        what = one.what if one.is_used else "not used"
        yield one.name, what, one.days, one.events, one.rejected, " ".join(one.remarks)


def _ends(source: Answer) -> tuple[str | None, str | None]:
    return source["from"], source["to"]


def _heads(*names: str) -> Iterable[str]:
    for name in names:
        yield from (name, f"{name}, low", f"{name}, high")


def _estimates(answer: Answer, *names: str) -> Iterable[Cell]:
    for name in names:
        yield from (answer[name][bound] for bound in ("estimate", "ci_low", "ci_high"))


def _titles(codes: Sequence[str]) -> str:
    return "; ".join(map(title_of_code, codes))
