"""Translated headings: missing ones, and those that do not match the columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.importers.platforms.meta_ads.claims import is_conversion
from chalicelib.importers.reports.report_columns import Column, LeftOut, Sign, vocabulary_of
from chalicelib.importers.reports.translations import (
    Translation,
    lacking,
    read_translations,
    translated,
)
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.language_files import (
    EVERY,
    PLATFORMS,
    Tongue,
)


@pytest.mark.parametrize(("platform", "code"), EVERY)
def test_missing_translations_are_declared(platform: str, code: str) -> None:
    """If this fails for a new column, translate it, or add it to `lacks`."""
    translations, english = PLATFORMS[platform]
    translation = next(t for t in translations if t.language == code)
    fields = {field: bool(names) for field, names in english.items()}
    assert lacking(fields, translation) == set(translation.lacks)


@pytest.mark.parametrize(("platform", "code"), EVERY)
def test_seen_headings_have_a_source_in_files_or_programs(platform: str, code: str) -> None:
    translation = Tongue(platform, code).translation
    assert translation is not None
    assert bool(translation.seen) == (translation.source != "help")


COLUMNS = (Column("day", Sign(), en=("Day",)), Column("cost", LeftOut("why"), en=("Cost",)))


SPANISH = Translation("es", "help", {"day": ("Día",)}, lacks=("cost",))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SPANISH, headings={"dya": ("Día",)}),
        replace(SPANISH, headings={"day": ()}),
        replace(SPANISH, lacks=("day",)),
        replace(SPANISH, lacks=("price",)),
        replace(SPANISH, language="xx"),
    ],
)
def test_a_translation_that_does_not_match_the_columns_is_rejected(wrong: Translation) -> None:
    with pytest.raises(ValueError, match=r"column|heading|language"):
        translated(COLUMNS, [wrong])


def test_translated_columns_are_recognised_with_their_language() -> None:
    vocabulary = vocabulary_of(translated(COLUMNS, [SPANISH]))
    assert vocabulary.field_of("Día") == "day"
    assert vocabulary.read(["Día"]).language == "es"
    assert vocabulary.field_of("Day") == "day"


def test_typography_makes_no_difference_to_a_heading() -> None:
    vocabulary = Vocabulary(
        {"clicks": {"ja": ("クリック(すべて)",)}, "ad": {"fr": ("Nom de l'a",)}}
    )
    assert vocabulary.field_of("クリック（すべて）") == "clicks"
    assert vocabulary.field_of("Nom de l’a") == "ad"
    assert vocabulary.read(["クリック（すべて）（JPY）"]).currencies == {"clicks": "JPY"}


def test_a_polish_column_that_may_be_views_or_impressions_is_not_counted() -> None:
    with pytest.raises(ExportRejected) as rejected:
        read(table(["Data", "Wyświetlenia", "Czas oglądania (godziny)"], ["2026-05-01", 7, 1.5]))
    assert rejected.value.code == "no_counts"


@pytest.mark.parametrize(
    ("indicator", "counts"),
    [
        ("Compras en el sitio web", True),
        ("Clientes potenciales", True),
        ("Clics en el enlace", False),
        ("Achats", True),
        ("Conversions personnalisées : achat", False),
        ("購入", True),
        ("リンクのクリック", False),
        ("Ukończone rejestracje", True),
        ("Visualizações da página de destino", False),
    ],
)
def test_results_are_conversions_in_every_language(indicator: str, counts: bool) -> None:
    assert is_conversion(indicator) is counts


@pytest.mark.parametrize(
    "line",
    [
        "es\tnote\tday",
        "es\theading\tday",
        "es\theading\tday\tDía\nes\theading\tday\tFecha",
        "es\twords\tproperty",
        "es\tsource\thelp\tprograms",
    ],
)
def test_an_invalid_line_in_a_table_of_headings_is_shown(tmp_path: Path, line: str) -> None:
    table = tmp_path / "headings.tsv"
    table.write_text(f"# A comment\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="invalid line"):
        read_translations(table)


def test_a_table_of_headings_is_read_by_language(tmp_path: Path) -> None:
    table = tmp_path / "headings.tsv"
    table.write_text(
        "es\tsource\tfiles\nes\tseen\tday\nes\tlacks\tcost\nes\theading\tday\tDía\tFecha\n"
        "es\twords\tproperty\tPropiedad\n",
        encoding="utf-8",
    )
    assert read_translations(table) == (
        Translation(
            "es",
            "files",
            {"day": ("Día", "Fecha")},
            seen="day",
            lacks=("cost",),
            words={"property": ("Propiedad",)},
        ),
    )
