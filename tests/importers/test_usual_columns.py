"""Tables of headings: the meanings of their fields, and tables that are not valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib import importers
from chalicelib.importers.reports.report_columns import Column, Cost, Count, Sign
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.heading_tables import read_headings

IMPORTERS = Path(importers.__file__).parent


def _table(folder: Path, *lines: str) -> Path:
    table = folder / "columns.tsv"
    table.write_text("\n".join(lines), encoding="utf-8")
    return table


def test_a_field_has_its_usual_meaning_and_headings_in_each_language(tmp_path: Path) -> None:
    table = _table(tmp_path, "# Quora.", "field\ten\tde\tfr", "spend\tSpend | Cost\t\tCoût")
    assert columns_from(table) == (
        Column("spend", Cost(), en=("Spend", "Cost"), more={"fr": ("Coût",)}),
    )


def test_a_platform_can_give_a_field_another_meaning(tmp_path: Path) -> None:
    table = _table(tmp_path, "field\ten", "views\tViews", "upvotes\tUpvotes")
    own = Column("views", Count("impression")), Column("upvotes", Count("like"))
    assert [column.role for column in columns_from(table, *own)] == [
        Count("impression"),
        Count("like"),
    ]


def test_link_clicks_are_read_instead_of_clicks_only_where_a_platform_has_them(
    tmp_path: Path,
) -> None:
    (alone,) = columns_from(_table(tmp_path, "field\ten", "clicks\tClicks"))
    _, clicks = columns_from(
        _table(tmp_path, "field\ten", "link_clicks\tLink clicks", "clicks\tClicks")
    )
    assert (alone.unless, clicks.unless) == ((), ("link_clicks",))


def test_other_spellings_of_english_headings_are_added_once(tmp_path: Path) -> None:
    table = _table(tmp_path, "field\ten\tde", "ad_id\tAd ID | AdID\tAnzeigen-ID")
    (column,) = columns_from(table, spellings=lambda name: (name, name.replace(" ", "")))
    assert (column.en, column.de) == (("Ad ID", "AdID"), ("Anzeigen-ID",))


@pytest.mark.parametrize("own", [(), (Column("upvotes", Sign()), Column("downvotes", Sign()))])
def test_a_field_without_a_meaning_or_without_headings_is_an_error(
    tmp_path: Path, own: tuple[Column, ...]
) -> None:
    with pytest.raises(ValueError, match="votes"):
        columns_from(_table(tmp_path, "field\ten", "upvotes\tUpvotes"), *own)


@pytest.mark.parametrize(
    "lines",
    [
        ("en\tde", "day\tDay"),
        ("field\ten", "day\tDay\tTag"),
        ("field\ten", "day\tDay", "day\tDate"),
    ],
)
def test_an_invalid_table_is_an_error(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"columns\.tsv"):
        read_headings(_table(tmp_path, *lines))


def test_every_table_of_headings_is_read_by_a_module() -> None:
    modules = "".join(module.read_text(encoding="utf-8") for module in IMPORTERS.rglob("*.py"))
    assert [t.name for t in IMPORTERS.rglob("*.tsv") if f'"{t.name}"' not in modules] == []
