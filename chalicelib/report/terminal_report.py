"""The whole report as text: coverage, the result, verdicts, comparison, what would help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from chalicelib.model.channels import title_of
from chalicelib.report.coverage_chart import covered_runs
from chalicelib.report.findings import Answer, FileRow, Findings
from chalicelib.report.number_words import (
    counted,
    money_format,
    returned,
    span_words,
    valued,
)
from chalicelib.report.plain_tables import paragraph, text_table
from chalicelib.report.plan_section import TESTS_TITLE, words_of_tests
from chalicelib.report.remarks import (
    SEVERITIES,
    SEVERITY_WORDS,
    Remark,
    remarks_on,
    what_would_help,
)
from chalicelib.report.sentences import (
    capital,
    comparison,
    goal_words,
    headline,
    method_words,
    source_words,
    type_words,
    verdict_words,
)

BAR_WIDTH = 48
"""Characters of the bar that shows the days of a source."""
MOST_ADVICE = 8
FULL, PARTIAL, EMPTY = "█", "▒", "·"
PLAIN = str.maketrans({FULL: "#", PARTIAL: "+", EMPTY: "."})
"""For terminals without these characters."""


def terminal_report(findings: Findings, width: int | None = None) -> str:
    """Return the report as text.

    Parameters
    ----------
    findings : Findings
    width : int, optional
        Characters of a line. None: long texts are not wrapped.
    """
    return "\n\n".join(part for part in _parts(findings, width) if part) + "\n"


def files_table(files: Sequence[FileRow], width: int | None = None) -> str:
    """Return what was read from each file."""
    rows = [("file", "contains", "days", "events", "rejected rows")]
    rows += [
        (
            one.name,
            one.what or "not used",
            one.days,
            f"{one.events:,}" if one.is_used else "-",
            f"{one.rejected:,}" if one.rejected else "-",
        )
        for one in files
    ]
    return text_table(rows, left=(0, 1, 2), width=None)


def coverage_table(findings: Findings) -> str:
    """Return the days of each source: a bar over the window, and its gaps.

    Columns that are the same for all sources are left out.
    """
    window = tuple(findings.roi["fit"]["window"].values())
    first, last = map(dt.date.fromisoformat, window)
    rows = [("source", f"{window[0]} to {window[1]}", "days", "from", "to", "known", "no data")]
    for source in findings.coverage:
        gaps = ", ".join(span_words(*gap) for gap in source["gaps"])
        rows.append(
            (
                source_words(source),
                days_bar(source, first, last),
                f"{source['days']:,}",
                source["from"] or "-",
                source["to"] or "-",
                source["known"],
                gaps or "-",
            )
        )
    if len(rows) == 1:
        return ""
    usual = ("", "", "", *window, "declared", "-")
    kept = [
        column
        for column in range(len(usual))
        if column < 3 or any(row[column] != usual[column] for row in rows[1:])
    ]
    shown = [[row[column] for column in kept] for row in rows]
    return text_table(shown, left=[at for at, column in enumerate(kept) if column != 2])


def days_bar(source: Answer, first: dt.date, last: dt.date, width: int = BAR_WIDTH) -> str:
    """Return the covered days of a source as a bar: full, partial or empty cells."""
    n_days = (last - first).days + 1
    cells = min(width, n_days)
    runs = covered_runs(source, first)
    covered = [any(one <= day <= other for one, other in runs) for day in range(n_days)]
    bar = ""
    for cell in range(cells):
        part = covered[cell * n_days // cells : (cell + 1) * n_days // cells]
        bar += FULL if all(part) else PARTIAL if any(part) else EMPTY
    return bar


def channel_table(findings: Findings, width: int | None) -> str:
    """Return one row per channel with its verdict."""
    goals = goal_words(findings.goal)
    rows = [("channel", "cost", f"incremental {goals}", "ROI", "verdict")]
    for channel in findings.roi["channels"]:
        cost = channel["cost"]
        rows.append(
            (
                title_of(channel["channel"]),
                money_format(findings.currency, cost)(cost) if cost else "-",
                str(counted(channel["incremental_conversions"])),
                str(returned(channel["roi"])),
                verdict_words(channel),
            )
        )
    return text_table(rows, left=(0, 4), width=width)


def type_table(findings: Findings, width: int | None) -> str:
    """Return one row per engagement type with a value, and the others below."""
    known: list[tuple[str, Answer]] = []
    unknown: dict[str, list[str]] = {}
    for one in findings.engagements["engagements"]:
        name = capital(type_words(one["channel"], one["type"], paid=one["paid"]))
        if one["value_per_engagement"]["estimate"] is None:
            unknown.setdefault(verdict_words(one), []).append(name)
        else:
            known.append((name, one))
    methods = {one["method"] for _, one in known}
    head = ("engagement", "count", f"incremental {goal_words(findings.goal)}", "value of one")
    rows: list[tuple[str, ...]] = [(*head, "method", "verdict")]
    for name, one in known:
        rows.append(
            (
                name,
                f"{one['count']:,}",
                str(counted(one["incremental_conversions"])),
                str(valued(one["value_per_engagement"], findings.currency)),
                method_words(one["method"]),
                verdict_words(one),
            )
        )
    if len(methods) < 2:
        rows = [(*row[:4], row[5]) for row in rows]
    parts = [text_table(rows, left=(0, *range(4, len(rows[0]))), width=width)] if known else []
    if len(methods) == 1:
        parts.append(f"Method: {method_words(methods.pop())}.")
    parts += [
        paragraph(f"{verdict}: {', '.join(names)}.", width) for verdict, names in unknown.items()
    ]
    return "\n".join(parts)


def _parts(findings: Findings, width: int | None) -> Iterator[str]:
    coverage = coverage_table(findings)
    if coverage:
        yield "DATA\n\n" + coverage
    yield _result(findings, width)
    yield channel_table(findings, width)
    yield (
        "ROI = (incremental revenue - cost) / cost. Brackets show 95 % intervals: the range in "
        "which the true value lies\n19 times out of 20."
    )
    yield _remarks_on_channels(findings, width)
    yield "VALUE OF ONE ENGAGEMENT\n\n" + type_table(findings, width)
    yield _comparison(findings, width)
    yield _plan(findings, width)
    advice = what_would_help(findings)
    if advice:
        yield "\n".join(["WHAT WOULD HELP", "", *_advice_lines(advice, width)])


def _result(findings: Findings, width: int | None) -> str:
    """Return the result, and the titles of the doubts about it."""
    lines = [paragraph(headline(findings.total, findings.goal), width, first="RESULT  ")]
    remarks = remarks_on(findings.total)
    for severity in SEVERITIES[:-1]:
        titles = [one.title for one in remarks if one.severity == severity]
        if titles:
            text = f"{SEVERITY_WORDS[severity]}: {'; '.join(titles)}."
            lines.append(paragraph(text, width, first="  ", indent="    "))
    return "\n".join(lines)


def _remarks_on_channels(findings: Findings, width: int | None) -> str:
    """Return the warnings and reasons of each channel, with their meaning once."""
    lines: list[str] = []
    explained: set[str] = set()
    for channel in findings.roi["channels"]:
        remarks = [one for one in remarks_on(channel) if one.severity != "note"]
        if remarks:
            lines.append(f"{title_of(channel['channel'])}:")
            lines += _remark_lines(remarks, explained, width)
    if not lines:
        return ""
    return "\n".join(["REASONS AND WARNINGS", "", *lines])


def _remark_lines(
    remarks: Sequence[Remark], explained: set[str], width: int | None
) -> Iterator[str]:
    for remark in remarks:
        meaning = "" if remark.code in explained else f". {remark.meaning}"
        explained.add(remark.code)
        yield paragraph(f"{remark.line}{meaning}", width, first="  ", indent="    ")


def _comparison(findings: Findings, width: int | None) -> str:
    answer = findings.equivalence
    lines = [paragraph(comparison(answer), width)]
    lines += _remark_lines(
        [one for one in remarks_on(answer) if one.severity != "note"], set(), width
    )
    return "\n".join(lines)


def _plan(findings: Findings, width: int | None) -> str:
    """Return the plan's sentence, its doubts, and the tests that come first."""
    plan = findings.plan
    if plan is None or not plan["channels"]:
        return ""
    lines = ["BUDGET", "", paragraph(plan["sentence"], width)]
    lines += _remark_lines(
        [one for one in remarks_on(plan) if one.severity != "note"], set(), width
    )
    tests = [paragraph(f"{text}.", width, first="- ", indent="  ") for text in words_of_tests(plan)]
    return "\n".join([*lines, *([f"{TESTS_TITLE}:", *tests] if tests else [])])


def _advice_lines(advice: Sequence[tuple[str, list[str]]], width: int | None) -> Iterator[str]:
    for text, subjects in advice[:MOST_ADVICE]:
        yield paragraph(f"{text} ({', '.join(subjects)})", width, first="- ", indent="  ")
    if len(advice) > MOST_ADVICE:
        yield f"- {len(advice) - MOST_ADVICE} more in the report: --out report.html"
