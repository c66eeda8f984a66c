"""Months, periods, numbers, currencies and labels in every language."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.importers.values.dates import DateFormat, parse_day, parse_month, parse_period
from chalicelib.importers.values.languages import LANGUAGES, month_numbers
from chalicelib.importers.values.numerals import currency_of, decide_number_format, without_currency
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.language_files import (
    CODES,
    ONE_DAY,
    PERIODS,
    Tongue,
)


def test_a_month_has_one_number_in_all_languages() -> None:
    assert len(month_numbers()) > 12 * 9
    assert all(len(language.months) in (0, 12) for language in LANGUAGES.values())


JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 25))


@pytest.mark.parametrize(
    "line",
    [
        *PERIODS.values(),
        "1 jun 2026 – 25 jun 2026",
        "1 de jun. de 2026 - 25 de jun. de 2026",
        "del 1 de junio de 2026 al 25 de junio de 2026",
        "de 1 de junho de 2026 a 25 de junho de 2026",
        "du 1er juin 2026 au 25 juin 2026",
        "1º giugno 2026 - 25 giu 2026",
        "1 juni 2026 t/m 25 juni 2026",
        "od 1 czerwca 2026 r. do 25 czerwca 2026 r.",
        "1 cze 2026 – 25 cze 2026",
        "2026/06/01～2026/06/25",
        "2026年6月1日(月)〜2026年6月25日(木)",
        "2026年6月1日から2026年6月25日まで",
    ],
)
def test_the_line_of_the_period_is_read_in_every_language(line: str) -> None:
    assert parse_period(line) == JUNE


@pytest.mark.parametrize(
    "cell", ["junio de 2026", "junho de 2026", "giugno 2026", "czerwiec 2026", "2026年6月"]
)
def test_month_names_are_read_in_every_language(cell: str) -> None:
    assert parse_month(cell, DateFormat())[0] == JUNE[0]


def test_the_longest_month_name_is_read() -> None:
    assert parse_day("1 października 2026") == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("language", "cells", "mark"),
    [
        ("es", ["1.234"], ","),
        ("es", ["1.247", "8651,95"], ","),
        ("es", ["1,247", "350.50"], "."),
        ("pt", ["1.234"], ","),
        ("pl", ["1\u00a0234"], ","),
        ("fr", ["1\u202f234,5"], ","),
        ("ja", ["1,234"], "."),
    ],
)
def test_the_language_decides_the_number_format(language: str, cells: list[str], mark: str) -> None:
    assert decide_number_format(language, cells).decimal_mark == mark


def test_counts_decide_if_the_language_does_not() -> None:
    assert decide_number_format("es", ["1,234", "2,500"], ["1,234"]).decimal_mark == "."
    assert decide_number_format("", ["1.234"], ["1.234"]).decimal_mark == ","
    assert decide_number_format("en", ["1.234"], ["1.234"]).decimal_mark == "."
    with pytest.raises(ExportRejected):
        decide_number_format("", ["1.234", "1,234"], ["1.234", "1,234"])


def test_headings_shared_by_two_languages_do_not_make_counts_ambiguous() -> None:
    content = "# 20260601-20260601\n" + table(
        ["Date", "Source / medium", "Sessions"], ["20260601", "google / organic", "1,234"]
    )
    assert read(content).counts == {"click": 1234}


def test_mexican_thousands_are_ambiguous_in_a_spanish_file() -> None:
    with pytest.raises(ExportRejected, match="'1,234'"):
        decide_number_format("es", ["1,234", "2,500"])


@pytest.mark.parametrize(("cell", "currency"), [("1 500円", "JPY"), ("12,50 zł", "PLN")])
def test_unambiguous_symbols_name_their_currency(cell: str, currency: str) -> None:
    assert currency_of(without_currency(cell)[1]) == currency


@pytest.mark.parametrize("code", CODES)
def test_reports_of_all_time_have_no_date_in_every_language(code: str) -> None:
    tongue = Tongue("google_ads", code)
    assert tongue.translation is not None
    for line in tongue.translation.words["all time"]:
        content = tongue.table(
            ("campaign_state", "campaign", "impressions", "clicks"),
            ("on", "A", 10, 2),
            above=["A title", line],
        )
        with pytest.raises(ExportRejected) as rejected:
            read(content)
        assert rejected.value.code == "no_date"


@pytest.mark.parametrize(
    ("code", "kind"), [("es", "Vídeo"), ("fr", "Vidéo"), ("pl", "Wideo"), ("ja", "動画")]
)
def test_video_interactions_are_not_clicks_in_any_language(code: str, kind: str) -> None:
    tongue = Tongue("google_ads", code)
    fields = ("day", "campaign", "campaign_type", "impressions", "interactions")
    rows = (("2026-06-01", "A", kind, 100, 9), ("2026-06-01", "B", "x", 100, 2))
    assert read(tongue.table(fields, *rows, above=["A title", PERIODS[code]])).counts == {
        "impression": 200,
        "click": 2,
    }


def test_totals_of_other_locations_are_imported_as_other_traffic() -> None:
    header = ["Location", "Campaign", "Currency code", "Cost", "Impr.", "Clicks"]
    content = table(
        ["Location report"],
        [ONE_DAY["en"]],
        header,
        ["Graz", "A", "EUR", "1.50", "100", "3"],
        ["Total: Other locations", "", "EUR", "2.50", "200", "4"],
        ["Total: Locations", "", "EUR", "4.00", "300", "7"],
    )
    assert read(content).counts == {"impression": 300, "click": 7}


def test_german_ads_without_an_id_are_distinguished_by_their_text() -> None:
    header = ["Tag", "Kampagne", "Anzeigengruppe", "Anzeigentitel 1", "Impr.", "Klicks", "Kosten"]
    rows = (["2026-06-01", "A", "B", "Sitz", "10", "2", "1,50"],)
    rows += (["2026-06-01", "A", "B", "Lieg", "20", "3", "2,50"],)
    above = (["Anzeigenbericht"], ["1. Juni 2026 - 25. Juni 2026"])
    one = read(table(*above, header, *rows), currency="EUR")
    other = read(table(*above, header, *reversed(rows)), currency="EUR")
    assert {e["event_id"]: e["count"] for e in one.events} == {
        e["event_id"]: e["count"] for e in other.events
    }
