"""The one-page report: one HTML file without scripts and without requests."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib import __version__
from chalicelib.model.channels import title_of
from chalicelib.model.codes import title_of as title_of_code
from chalicelib.report.coverage_chart import coverage_chart
from chalicelib.report.day_chart import day_chart
from chalicelib.report.findings import Answer, Findings
from chalicelib.report.forest_chart import ForestRow, forest_chart
from chalicelib.report.html_parts import escaped as _e
from chalicelib.report.html_parts import fact_list as _facts
from chalicelib.report.html_parts import remark_list as _remark_list
from chalicelib.report.number_words import (
    UNKNOWN,
    Shown,
    count_format,
    counted,
    money_format,
    percent_format,
    ratio_format,
    returned,
    shown,
    span_words,
    valued,
)
from chalicelib.report.plan_section import plan_section
from chalicelib.report.remarks import Remark, needed_words, remarks_on, what_would_help
from chalicelib.report.sentences import (
    capital,
    comparison,
    goal_words,
    headline,
    method_words,
    type_words,
)

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
TONES = {
    "profitable": "good",
    "effective": "good",
    "worth_more": "good",
    "move": "good",
    "unprofitable": "bad",
    "no_effect_seen": "bad",
}
"""Verdict -> the colour of its words and of its mark; others are neutral."""


def html_report(findings: Findings) -> str:
    """Return the report as an HTML document."""
    title = f"Likeworth: what each channel added, {span_words(*findings.window)}"
    body = "\n".join(part for part in _sections(findings) if part)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}</title>
<style>
{STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""


def tone_of(verdict: str) -> str:
    """Return the colour of a verdict: ``good``, ``bad`` or ``open``."""
    return TONES.get(verdict, "open")


def _sections(findings: Findings) -> Iterator[str]:
    yield _head(findings)
    yield "<main>"
    yield _channels(findings)
    yield _days(findings)
    yield _types(findings)
    yield _comparison(findings)
    yield plan_section(findings)
    yield _help(findings)
    yield _data(findings)
    yield "</main>"
    yield _method(findings)


def _head(findings: Findings) -> str:
    total, currency = findings.total, findings.currency
    noun = goal_words(findings.goal)
    spent = total["cost"] or 0.0
    added = counted(total["incremental_conversions"])
    remarks = (*remarks_on(total), *remarks_on({"warnings": findings.roi["warnings"]}))
    figures = [
        (capital(noun), Shown(f"{total['conversions']:,}", "")),
        (
            f"Incremental {noun}",
            Shown(added.value, f"95 % interval: {added.bounds}" if added.bounds else ""),
        ),
        ("Cost of all channels", Shown(money_format(currency, spent)(spent), "")),
        ("ROI of all channels", returned(total["roi"])),
    ]
    return f"""<header>
<p><span class="brand">Likeworth</span> &middot; {_e(span_words(*findings.window))}</p>
<h1>{_e(headline(total, findings.goal))}</h1>
<dl class="figures">{_facts(figures)}</dl>
{_cautions(findings)}{_remark_list(remarks)}
</header>"""


def _cautions(findings: Findings) -> str:
    items = "".join(
        f'<li class="caution"><b>Caution:</b> {_e(text)}</li>' for text in findings.cautions
    )
    return f'<ul class="remarks">{items}</ul>' if items else ""


def _channels(findings: Findings) -> str:
    channels = findings.roi["channels"]
    returns = [
        ForestRow(
            title_of(one["channel"]),
            one["roi"],
            returned(one["roi"]),
            title_of_code(one["verdict"]),
            tone_of(one["verdict"]),
        )
        for one in channels
    ]
    chart = forest_chart(returns, percent_format, reference_label="break-even")
    effects = ""
    if not chart:
        rows = [
            ForestRow(
                title_of(one["channel"]),
                one["incremental_conversions"],
                counted(one["incremental_conversions"]),
                title_of_code(one["verdict"]),
                tone_of(one["verdict"]),
            )
            for one in channels
        ]
        values = [value for row in rows for value in row.estimate.values()]
        effects = forest_chart(rows, count_format(*values), reference_label="no effect")
    intro = (
        "Return on investment: (incremental revenue - cost) / cost. A line is a 95 % interval. If "
        "it touches break-even, the data do not show whether the channel is profitable."
        if chart
        else f"Incremental {goal_words(findings.goal)}. No channel has both a cost and an "
        "estimate, so there is no return on investment. A line is a 95 % interval."
    )
    cards = "".join(_channel_card(one, findings) for one in channels)
    return (
        f"<section><h2>What each channel returned</h2><p>{_e(intro)}</p>{chart or effects}{cards}"
        "</section>"
    )


def _channel_card(channel: Answer, findings: Findings) -> str:
    currency, cost = findings.currency, channel["cost"]
    spent = money_format(currency, cost)(cost) if cost else "no cost in the data"
    one = goal_words(findings.goal, 1)
    facts = [
        ("Cost", Shown(spent, "")),
        (
            f"Incremental {goal_words(findings.goal)}",
            counted(channel["incremental_conversions"]),
        ),
        ("Incremental revenue", valued(channel["incremental_revenue"], currency)),
        ("ROI", returned(channel["roi"])),
        (
            f"Cost per incremental {one}",
            valued(channel["cost_per_incremental_conversion"], currency),
        ),
    ]
    return _card(title_of(channel["channel"]), channel, facts, needed_words(channel["needed"]))


def _card(title: str, answer: Answer, facts: Sequence[tuple[str, Shown]], more: str = "") -> str:
    verdict = f'<span class="verdict {tone_of(answer["verdict"])}">'
    verdict += f"{_e(title_of_code(answer['verdict']))}</span>"
    method = f"<small>{_e(method_words(answer['method']))}</small>" if answer["method"] else ""
    known = [(name, words) for name, words in facts if words.value not in ("", UNKNOWN)]
    note = f"<p>{_e(more)}</p>" if more else ""
    return (
        f'<article class="card"><header><h3>{_e(title)}</h3>{verdict}{method}</header>'
        f'<dl class="facts">{_facts(known)}</dl>{note}{_remark_list(remarks_on(answer))}</article>'
    )


def _days(findings: Findings) -> str:
    answer = findings.decomposition
    unit = "week" if answer["step_days"] == 7 else "day"
    noun = goal_words(findings.goal)
    intro = (
        f"The line is what happened. The grey area is the baseline: {noun} that would have "
        "happened without the engagements. The coloured areas are what each channel added."
    )
    body = day_chart(answer) or "<p>The data do not allow a split by day.</p>"
    hidden = [
        title_of(one["channel"])
        for one in findings.roi["channels"]
        if (one["incremental_conversions"]["estimate"] or 0.0) < 0
    ]
    if hidden:
        are = "are" if len(hidden) > 1 else "is"
        body += f"<p><small>{_e(', '.join(hidden))} {are} not drawn, because the estimate is "
        body += "negative.</small></p>"
    return (
        f"<section><h2>{_e(capital(noun))} per {unit}</h2><p>{_e(intro)}</p>{body}"
        f"{_remark_list(remarks_on(answer))}</section>"
    )


def _types(findings: Findings) -> str:
    types = findings.engagements["engagements"]
    shown_rows = [
        ForestRow(
            capital(type_words(one["channel"], one["type"], paid=one["paid"])),
            one["value_per_engagement"],
            valued(one["value_per_engagement"], findings.currency),
            title_of_code(one["verdict"]),
            tone_of(one["verdict"]),
        )
        for one in types
    ]
    values = [row.estimate["estimate"] for row in shown_rows]
    chart = forest_chart(
        shown_rows, money_format(findings.currency, *values), reference_label="no value"
    )
    rows = "".join(
        _type_row(one, findings)
        for one in types
        if one["value_per_engagement"]["estimate"] is not None
    )
    return (
        "<section><h2>What one engagement is worth</h2><p>The mean incremental revenue of one "
        f"engagement, with its 95 % interval.</p>{chart}{_type_table(rows, findings)}"
        f"{_types_without_value(types)}</section>"
    )


def _type_table(rows: str, findings: Findings) -> str:
    if not rows:
        return ""
    names = ("Engagement", *_type_columns(findings))
    numeric = "".join(f'<th scope="col" class="n">{_e(name)}</th>' for name in names[1:])
    heads = f'<th scope="col">{names[0]}</th>{numeric}<th scope="col">Method</th>'
    return (
        f'<div class="wide"><table class="types"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        "</div>"
    )


def _type_columns(findings: Findings) -> tuple[str, str, str]:
    return "Number", f"Incremental {goal_words(findings.goal)}", "Value of one"


def _type_row(one: Answer, findings: Findings) -> str:
    name = capital(type_words(one["channel"], one["type"], paid=one["paid"]))
    added = counted(one["incremental_conversions"])
    value = valued(one["value_per_engagement"], findings.currency)
    cells = "".join(
        f'<td class="n" data-name="{_e(column)}">{_e(words.value)}'
        f"<small>{_e(words.bounds)}</small></td>"
        for column, words in zip(
            _type_columns(findings), (Shown(f"{one['count']:,}", ""), added, value), strict=True
        )
    )
    remarks = _remark_list(remarks_on(one))
    below = f'<tr class="below"><td colspan="5">{remarks}</td></tr>' if remarks else ""
    return (
        f'<tr><th scope="row">{_e(name)}<small class="verdict {tone_of(one["verdict"])}">'
        f"{_e(title_of_code(one['verdict']))}</small></th>{cells}"
        f"<td>{_e(method_words(one['method']))}</td></tr>{below}"
    )


def _types_without_value(types: Sequence[Answer]) -> str:
    """Return the types without an estimate, together if the reasons are the same."""
    same: dict[tuple[Remark, ...], list[str]] = {}
    for one in types:
        if one["value_per_engagement"]["estimate"] is None:
            name = type_words(one["channel"], one["type"], paid=one["paid"])
            same.setdefault(remarks_on(one), []).append(name)
    return "".join(
        f'<article class="card"><header><h3>No value: {_e(", ".join(names))}</h3></header>'
        f"{_remark_list(remarks)}</article>"
        for remarks, names in same.items()
    )


def _comparison(findings: Findings) -> str:
    answer = findings.equivalence
    margin = answer["equivalence_margin"]
    one, other = answer["engagement"], answer["baseline"]
    units = type_words(other["channel"], other["type"], paid=other["paid"])
    row = ForestRow(
        capital(type_words(one["channel"], one["type"], paid=one["paid"])),
        answer["ratio"],
        shown(answer["ratio"], ratio_format),
        title_of_code(answer["verdict"]),
        tone_of(answer["verdict"]),
    )
    chart = forest_chart(
        [row],
        ratio_format,
        reference=1.0,
        reference_label="equal",
        band=(1.0 - margin, 1.0 + margin),
    )
    cost = answer["equivalent_media_cost"]
    media = ""
    if cost["estimate"] is not None:
        media = f"The same effect bought as {units} costs {valued(cost, findings.currency)}."
    verdict = f'<p class="verdict {tone_of(answer["verdict"])}">'
    verdict += f"{_e(title_of_code(answer['verdict']))}</p>"
    needed = needed_words(answer["needed"])
    return (
        f'<section><h2>Like vs. click</h2><p class="big">{_e(comparison(answer))}</p>'
        f"{verdict}{chart}"
        + "".join(f"<p>{_e(text)}</p>" for text in (media, needed) if text)
        + f"{_remark_list(remarks_on(answer))}</section>"
    )


def _help(findings: Findings) -> str:
    advice = what_would_help(findings)
    if not advice:
        return ""
    items = "".join(
        f"<li>{_e(text)}<small>For: {_e(', '.join(subjects))}</small></li>"
        for text, subjects in advice
    )
    return f'<section><h2>What would help</h2><ul class="help">{items}</ul></section>'


def _data(findings: Findings) -> str:
    window = findings.roi["fit"]["window"]
    chart = coverage_chart(findings.coverage, window["from"], window["to"])
    return (
        "<section><h2>The data behind it</h2><p>The days for which each source has data. A missing "
        f"day is not counted as zero.</p>{chart}{_files(findings)}</section>"
    )


def _files(findings: Findings) -> str:
    if not findings.files:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{_e(one.name)}'
        + "".join(f"<small>{_e(capital(remark))}</small>" for remark in one.remarks)
        + f"</th><td>{_e(one.what or 'not used')}</td><td>{_e(one.days)}</td>"
        f'<td class="n">{one.events:,}</td><td class="n">{one.rejected:,}</td></tr>'
        for one in findings.files
    )
    heads = "".join(
        f'<th scope="col"{kind}>{name}</th>'
        for name, kind in (
            ("File", ""),
            ("Contains", ""),
            ("Days", ""),
            ("Events", ' class="n"'),
            ("Rejected rows", ' class="n"'),
        )
    )
    return (
        f'<h2>Files</h2><div class="wide"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _method(findings: Findings) -> str:
    used = {one["method"] for one in findings.engagements["engagements"]} - {None}
    ways = {
        "within_user": "Engagements with a user id: each person is compared with themselves on "
        "other days, and with equally active people on the same day.",
        "time_series": "Daily totals: a model separates the effect of the engagements, also on "
        "later days, from trend, weekdays, season and known events.",
        "experiment": "Some estimates come from a controlled experiment.",
    }
    texts = [text for name, text in ways.items() if name in used]
    texts.append(
        "A conversion is incremental if it would not have happened without the engagement. A 95 % "
        "interval contains the true value 19 times out of 20. Conversions that ad platforms claim "
        "for themselves are not used."
    )
    fit = findings.roi["fit"]
    return (
        f'<footer><p class="method">{_e(" ".join(texts))}</p><p>Fit {_e(fit["id"])} of '
        f"{_e(str(fit['as_of'])[:16].replace('T', ' '))} UTC, days {fit['window']['from']} to "
        f"{fit['window']['to']}. Likeworth {__version__}. The handbook describes the methods "
        "(docs/methods.md) and every reason and warning (docs/codes.md).</p></footer>"
    )
