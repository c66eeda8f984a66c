"""The report: sentences, tables, the page, the workbook, and what `estimate` prints and writes."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chalicelib.cli import main
from chalicelib.cli.doctor import click_path, examine
from chalicelib.cli.inputs.inventory import take_inventory
from chalicelib.cli.outputs import parse_out
from chalicelib.cli.terminal import print_text
from chalicelib.model.codes import CODES
from chalicelib.model.events import parse_event
from chalicelib.report.coverage_chart import covered_runs
from chalicelib.report.findings import Findings
from chalicelib.report.forest_chart import ForestRow, forest_chart
from chalicelib.report.html_report import html_report
from chalicelib.report.number_words import (
    Shown,
    bounds_words,
    count_format,
    counted,
    returned,
    span_words,
    valued,
)
from chalicelib.report.remarks import SEVERITIES, remarks_on, what_would_help
from chalicelib.report.sentences import headline, type_words
from chalicelib.report.svg_marks import Scale, scale_over
from chalicelib.report.terminal_report import days_bar, terminal_report
from tests.factories import make_event
from tests.lookalikes import write_files

EXPORTS = ("google.csv", "meta.csv", "x.csv", "linkedin.xlsx", "youtube.csv", "shop.csv")
VOID = {"meta", "rect", "line", "path"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_files(folder, 100)
    (folder / "notes.csv").write_text("Apples,Pears\n1,2\n")
    return folder


@pytest.fixture(scope="module")
def written(shop: Path) -> Path:
    """All output files of one call."""
    out = shop / "out"
    out.mkdir()
    names = [str(shop / name) for name in (*EXPORTS, "notes.csv")]
    files = [part for suffix in ("html", "xlsx", "csv", "json") for part in _out(out, suffix)]
    options = ["--costs", str(shop / "costs.csv"), "--engagement", "linkedin/like"]
    assert main(["estimate", *names, *options, *files]) == 0
    return out


def _out(folder: Path, suffix: str) -> list[str]:
    return ["--out", str(folder / f"report.{suffix}")]


@pytest.fixture(scope="module")
def answer(written: Path) -> Any:
    return json.loads((written / "report.json").read_text())


def estimate(
    value: float | None, low: float | None = None, high: float | None = None
) -> dict[str, float | None]:
    return {"estimate": value, "ci_low": low, "ci_high": high}


# --- numbers and sentences --------------------------------------------------------------------


def test_numbers_have_the_digits_that_their_size_needs() -> None:
    assert str(counted(estimate(1804.4, 1200.2, 2400.9))) == "1,804 (1,200 to 2,401)"
    assert str(counted(estimate(3.14, 1.0, 5.28))) == "3.1 (1.0 to 5.3)"
    assert str(counted(estimate(0.0121, 0.0066, 0.0176))) == "0.0121 (0.0066 to 0.0176)"
    assert str(valued(estimate(0.731, 0.4, 1.06), "EUR")) == "EUR 0.73 (0.40 to 1.06)"
    assert str(valued(estimate(1804.4, None, None), "AUD")) == "AUD 1,804 (without bounds)"
    assert str(returned(estimate(1.734, 0.46, 3.02))) == "173 % (46 to 302)"
    assert count_format(-0.2)(-0.001) == "0.00"
    assert valued(estimate(None), "EUR") == Shown("unknown", "")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(1, 2, "1 to 2"), (1, None, "at least 1"), (None, 2, "at most 2"), (None, None, "without")],
)
def test_an_open_interval_says_which_bound_it_has(
    low: float | None, high: float | None, words: str
) -> None:
    assert bounds_words(estimate(1.5, low, high), lambda value: f"{value:.0f}").startswith(words)


def test_spans_do_not_repeat_what_both_days_share() -> None:
    assert span_words("2026-06-01", "2026-06-30") == "1 to 30 June 2026"
    assert span_words("2026-06-01", "2026-07-30") == "1 June to 30 July 2026"
    assert span_words("2025-12-31", "2026-01-01") == "31 December 2025 to 1 January 2026"
    assert span_words("2026-06-01", "2026-06-01") == "1 June 2026"


@pytest.mark.parametrize(
    ("interval", "sentence"),
    [
        (
            estimate(180, 120, 240),
            "Of 412 purchases, 180 (120 to 240) were incremental: they would not have happened "
            "without the engagements below.",
        ),
        (
            estimate(20, -30, 70),
            "Of 412 purchases, 20 (-30 to 70) were incremental. The interval includes zero, so it "
            "may have been none.",
        ),
        (
            estimate(None),
            "There were 412 purchases. How many of them were incremental cannot be known from "
            "these data.",
        ),
    ],
)
def test_the_result_is_one_sentence(interval: dict[str, Any], sentence: str) -> None:
    total = {"conversions": 412, "incremental_conversions": interval}

    assert headline(total, "purchase") == sentence


def test_the_result_counts_what_happened_and_warns_of_what_is_not_counted(
    shop: Path, written: Path, answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The orders of the shop, and a type without an estimate."""
    page = Page((written / "report.html").read_text(encoding="utf-8"))
    with (shop / "shop.csv").open(encoding="utf-8") as file:
        orders = sum(1 for _ in csv.DictReader(file))

    assert f"Of {orders:,} purchases, " in page.text
    known = [one["incremental_conversions"]["estimate"] for one in answer["roi"]["channels"]]
    found = re.search(r"purchases, ([\d,]+) \(", page.text)
    assert found is not None
    assert int(found[1].replace(",", "")) == pytest.approx(sum(filter(None, known)), abs=1)


def test_engagement_types_have_names_in_words() -> None:
    assert type_words("google_ads", "click", paid=True) == "paid Google Ads clicks"
    assert type_words("facebook", "like", paid=False, number=1) == "Facebook like"
    assert type_words("twitter", "reply", paid=False) == "X (Twitter) replies"


def test_remarks_come_with_the_severest_first_and_advice_is_given_once() -> None:
    codes = [code for code, one in CODES.items() if one.subject is None and one.help]
    found = remarks_on({"reasons": codes, "warnings": [*codes, "of_a_newer_version"]})

    places = [SEVERITIES.index(one.severity) for one in found]
    assert places == sorted(places)
    assert len(found) == len(codes) + 1
    assert "of a newer version" in {one.title for one in found}


# --- charts -----------------------------------------------------------------------------------


def test_a_scale_has_round_ticks_and_limits_positions() -> None:
    scale = scale_over([-1.2, 3.4], 100.0)

    assert scale.at(-99) == 0.0
    assert scale.at(99) == 100.0
    assert scale.ticks() == [-1.0, 0.0, 1.0, 2.0, 3.0]
    assert Scale(0.0, 1.0).ticks(4) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_an_interval_beyond_the_axis_ends_in_an_arrow() -> None:
    rows = [
        ForestRow("narrow", estimate(1, 0.5, 1.5), Shown("1", "")),
        ForestRow("narrow too", estimate(2, 1.5, 2.5), Shown("2", "")),
        ForestRow("wide", estimate(1, -500, 500), Shown("1", "")),
        ForestRow("unknown", estimate(None), Shown("unknown", "")),
    ]

    chart = forest_chart(rows, str)

    assert chart.count('class="row"') == 3
    assert chart.count("range arrow") == 2
    assert forest_chart(rows[3:], str) == ""


def test_a_bar_of_days_marks_gaps() -> None:
    import datetime as dt

    source = {"from": "2026-01-03", "to": "2026-01-10", "gaps": [["2026-01-05", "2026-01-06"]]}
    first, last = dt.date(2026, 1, 1), dt.date(2026, 1, 12)

    assert covered_runs(source, first) == [(2, 3), (6, 9)]
    assert days_bar(source, first, last) == "··██··████··"
    assert days_bar(source, first, last, width=4) == "▒▒█▒"
    assert days_bar({"from": None, "gaps": []}, first, last) == "·" * 12


# --- what estimate writes -----------------------------------------------------------------------


class Page(HTMLParser):
    """Open elements, addresses, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_needs_no_script_and_no_request(written: Path) -> None:
    html = (written / "report.html").read_text(encoding="utf-8")

    page = Page(html)

    assert (page.open, page.wrong) == ([], [])
    assert {"script", "link", "img", "iframe", "object"} & page.tags == set()
    assert page.addresses == []
    assert "url(" not in html
    assert "@import" not in html
    assert not re.search(r"https?://", html)


def test_the_page_shows_every_remark_next_to_its_number(written: Path, answer: Any) -> None:
    page = Page((written / "report.html").read_text(encoding="utf-8"))

    for channel in answer["roi"]["channels"]:
        for remark in remarks_on(channel):
            assert remark.title in page.text
            assert remark.meaning in page.text
    assert "notes.csv is not used. File not recognised" in page.text
    assert "Of " in page.text


def test_text_from_files_cannot_become_markup(answer: Any) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    roi = answer["roi"] | {"goal": hostile, "currency": "<u>"}
    findings = Findings(
        roi,
        {"engagements": []},
        answer["equivalence"],
        {"days": [], "step_days": 1, "reasons": [], "warnings": []},
        cautions=(hostile,),
    )

    page = Page(html_report(findings))

    assert {"img", "u"} & page.tags == set()
    assert hostile in page.text


def test_the_workbook_has_numbers_and_dates_as_such_and_no_formulas(
    written: Path, answer: Any
) -> None:
    book = openpyxl.load_workbook(written / "report.xlsx")

    assert book.sheetnames == [
        *("Summary", "Channels", "Engagements", "Days", "Remarks", "Coverage", "Files")
    ]
    channels = list(book["Channels"].iter_rows(values_only=True))
    place = channels[0].index("Incremental conversions")
    for row, channel in zip(channels[1:], answer["roi"]["channels"], strict=True):
        assert row[place] == channel["incremental_conversions"]["estimate"]
    assert book["Days"]["A2"].is_date
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_the_csv_has_one_row_per_engagement_type(written: Path) -> None:
    text = (written / "report.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    names = {(row["channel"], row["type"]) for row in rows}
    assert {("google_ads", "click"), ("linkedin", "like"), ("youtube", "view")} <= names
    (like,) = (row for row in rows if (row["channel"], row["type"]) == ("linkedin", "like"))
    assert float(like["value_per_engagement_ci_low"]) < float(like["value_per_engagement"])
    assert {"method", "reasons", "warnings", "verdict"} <= like.keys()


def test_json_has_the_keys_of_the_contract(answer: Any) -> None:
    assert list(answer) == ["coverage", "roi", "equivalence"]
    assert answer["roi"]["currency"] == "AUD"


def test_a_table_shows_coverage_before_verdicts_and_then_what_would_help(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(shop / name) for name in EXPORTS]

    assert main(["estimate", *names, "--format", "table", "--currency", "AUD"]) == 0

    output = capsys.readouterr().out
    parts = ("FILES", "DATA", "RESULT", "verdict", "VALUE OF ONE ENGAGEMENT", "WHAT WOULD HELP")
    places = [output.index(part) for part in parts]
    assert places == sorted(places)
    assert "Paid Google Ads clicks" in output


def test_csv_can_be_printed(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(shop / name) for name in ("google.csv", "shop.csv")]

    assert main(["estimate", *names, "--format", "csv"]) == 0

    assert capsys.readouterr().out.startswith("channel,type,paid,count,")


def test_unused_files_do_not_change_the_status_and_are_never_silent(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(shop / name) for name in ("google.csv", "shop.csv", "notes.csv")]

    assert main(["estimate", *names]) == 0
    captured = capsys.readouterr()
    assert "notes.csv is not used" in captured.err
    json.loads(captured.out)

    assert main(["estimate", names[0]]) == 2
    errors = capsys.readouterr().err
    assert "unusable_input" in errors
    assert "doctor" in errors


@pytest.mark.parametrize("name", ["report.pdf", "report", "none/report.html"])
def test_an_unknown_format_of_an_output_is_a_usage_error(
    shop: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["estimate", str(shop / "google.csv"), "--out", name])

    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err
    assert parse_out("report.HTML").suffix == ".HTML"


def test_terminal_text_is_wrapped_to_the_terminal(answer: Any) -> None:
    findings = Findings(
        answer["roi"],
        {"engagements": []},
        answer["equivalence"],
        {"days": [], "step_days": 1, "reasons": [], "warnings": []},
    )

    narrow = terminal_report(findings, 100).partition("RESULT")[2]

    advice = [line for line in narrow.splitlines() if line.startswith(("-", "  "))]
    assert max(map(len, advice)) <= 100
    assert what_would_help(findings)


# --- doctor -------------------------------------------------------------------------------------


def test_doctor_names_what_is_missing_and_where_to_get_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", str(shop / "x.csv"), str(shop / "shop.csv")]) == 0
    output = capsys.readouterr().out
    assert "[  yes  ] How many purchases were incremental?" in output
    assert "[  yes  ] What is an X (Twitter) like worth?" in output
    assert "[missing] What is the ROI of X (Twitter)?" in output
    assert "There are no paid clicks with enough data" in output
    assert "There are 14 weeks of history" in output

    assert main(["doctor", str(shop / "x.csv")]) == 2
    output = capsys.readouterr().out
    assert "There are no purchases." in output
    assert click_path("shopify") in output


def test_doctor_names_days_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "events.ndjson"
    days = {"like": [*range(1, 11), *range(20, 31)], "share": range(1, 15)}
    lines = [
        make_event(event_id=f"{type_}{day}", type=type_, occurred_at=f"2026-01-{day:02d}T00:00:00Z")
        for type_, numbers in days.items()
        for day in numbers
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    assert main(["doctor", str(path)]) == 2

    output = capsys.readouterr().out
    assert "Facebook likes: nothing from 11 to 19 January 2026" in output
    assert "Facebook shares: nothing from 15 to 30 January 2026" in output


def test_a_terminal_of_an_older_encoding_gets_plain_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr("sys.stdout", out)

    print_text("Purchases \u2588\u2592\u00b7 of a caf\u00e9")

    out.seek(0)
    assert out.read() == "Purchases #+. of a caf\u00e9\n"


def test_doctor_accepts_people_costs_and_values() -> None:
    def events() -> Any:
        for day in range(1, 29):
            at = {"occurred_at": f"2026-02-{day:02d}T09:00:00Z", "user_id": f"u{day}"}
            yield make_event(event_id=f"l{day}", type="like", **at)
            yield make_event(event_id=f"m{day}", type="like", **at)
            yield {
                **at,
                "kind": "engagement",
                "event_id": f"c{day}",
                "channel": "google_ads",
                "type": "click",
                "paid": True,
                "cost": {"amount": "1", "currency": "EUR"},
            }
            yield {
                **at,
                "kind": "conversion",
                "event_id": f"o{day}",
                "goal": "purchase",
                "value": {"amount": "9", "currency": "EUR"},
            }

    found = {
        one.question: one.missing for one in examine(take_inventory(map(parse_event, events())))
    }

    assert found["How many purchases were incremental?"] == ()
    assert found["What is a Facebook like worth?"] == ()
    assert found["Are estimates from people possible?"] == ()
    assert found["What is a paid Google Ads click worth?"] == (
        "There are 28; at least 50 are needed.",
    )
    (no_costs,) = found["What is the ROI of Facebook?"]
    assert no_costs.startswith("There are no costs.")
    assert "Meta Ads" in no_costs
