"""The mapping that `convert` proposes for an unknown table."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib import __main__ as command
from chalicelib.importers import parse_mapping
from chalicelib.importers.mappings.mapping_fields import TO_FILL_IN
from chalicelib.importers.mappings.proposals import Proposal, propose_mapping
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.model.errors import InvalidFields
from tests.importers.files import read, table
from tests.importers.workbook_files import workbook_from_xml
from tests.samples import SAMPLES

SPANISH = table(
    ("Fecha", "Campaña", "Impresiones", "Clics", "Coste", "Nombre del cliente"),
    ["2026-06-13", "A", "100", "5", "1,50", "Ada Lovelace"],
    delimiter=";",
)


DAY = "2026-06-01"


def proposed(content: str | bytes, **options: Any) -> Proposal | None:
    data = content.encode() if isinstance(content, str) else content
    return propose_mapping(io.BytesIO(data), IMPORTERS, **options)


def mapping_for(content: str | bytes, **options: Any) -> dict[str, Any]:
    proposal = proposed(content, **options)
    assert proposal is not None
    return proposal.mapping


def marked(mapping: dict[str, Any]) -> set[str]:
    """Return the pointers at which a mapping has placeholders to fill in."""
    try:
        parse_mapping(mapping)
    except InvalidFields as rejected:
        assert {e.code for e in rejected.errors} == {"missing_field"}  # noqa: PT017
        return {error.pointer for error in rejected.errors}
    return set()


def test_a_proposal_is_completed_as_far_as_the_headings_allow() -> None:
    mapping = mapping_for(SPANISH)

    assert mapping["columns"] == {
        "Fecha": "day",
        "Campaña": "campaign_id",
        "Impresiones": "impression",
        "Clics": "click",
        "Coste": "cost",
    }
    assert mapping["constants"]["paid"] is True
    assert marked(mapping) == {"/constants/channel", "/constants/currency"}


def test_a_completed_proposal_can_be_used() -> None:
    mapping = mapping_for(SPANISH, currency="EUR")
    mapping["constants"]["channel"] = "tiktok_ads"

    result = read(SPANISH, mapping=parse_mapping(mapping))

    assert result.counts == {"impression": 100, "click": 5}
    assert str(result.cost) == "1.50"
    assert {event["paid"] for event in result.events} == {True}


@pytest.fixture(scope="module")
def of_samples() -> list[Proposal]:
    """The proposals for all samples that get one; none may change them."""
    found = [proposed(sample.data) for sample in SAMPLES.values()]
    return [proposal for proposal in found if proposal is not None]


def test_the_channel_is_never_guessed(of_samples: list[Proposal]) -> None:
    for proposal in of_samples:
        channel = proposal.mapping.get("constants", {}).get("channel", TO_FILL_IN)
        assert channel.startswith(TO_FILL_IN)


def test_every_proposal_is_valid_except_for_its_placeholders(of_samples: list[Proposal]) -> None:
    for proposal in of_samples:
        for mapping in (proposal.mapping, proposal.with_all_columns()):
            marked(mapping)
    assert len(of_samples) > 10


def test_columns_with_possibly_overlapping_counts_get_a_placeholder() -> None:
    content = table(("Date", "Clicks", "Link clicks"), ["2026-06-01", 9, 5])

    mapping = mapping_for(content)

    assert mapping["columns"]["Clicks"] == "click"
    assert mapping["columns"]["Link clicks"].startswith(f"{TO_FILL_IN}: click, if")
    assert "/columns/Link clicks" in marked(mapping)


def test_a_heading_with_two_meanings_gets_a_placeholder() -> None:
    content = table(("Date", "Views", "Likes"), ["2026-06-01", 9, 5])

    meaning = mapping_for(content)["columns"]["Views"]

    assert meaning.startswith(TO_FILL_IN)
    assert "impression" in meaning
    assert "view" in meaning


def test_payments_get_a_placeholder_for_excluded_statuses() -> None:
    content = table(
        ("Order ID", "Created at", "Amount", "Currency", "Status"),
        ["1", "2026-06-01T10:00:00Z", "9.00", "EUR", "failed"],
    )

    mapping = mapping_for(content)

    assert mapping["columns"]["Created at"] == "time"
    assert marked(mapping) == {"/exclude/Status"}
    assert "failed" not in mapping["exclude"]["Status"]


def test_a_column_of_times_without_offset_is_proposed_as_day() -> None:
    content = table(("Created at", "Likes"), ["2026-06-01 10:00:00", 1])

    assert mapping_for(content)["columns"]["Created at"] == "day"


def test_a_day_column_is_found_by_its_cells() -> None:
    content = table(("Wann", "Likes", "Kommentare"), ["13.06.2026", 1, 2], ["14.06.2026", 1, 2])

    assert mapping_for(content)["columns"]["Wann"] == "day"


def test_a_table_without_days_gets_placeholders_for_its_period() -> None:
    mapping = mapping_for(table(("Likes", "Comments"), [1, 2]))

    assert {"/constants/from", "/constants/to"} <= marked(mapping)


def test_a_list_without_numbers_gets_a_placeholder_for_each_row() -> None:
    mapping = mapping_for(table(("Date", "Campaign", "Form"), ["2026-06-01", "A", "F"]))

    assert "/each_row" in marked(mapping)


def test_undecidable_formats_get_placeholders() -> None:
    content = table(("Date", "Likes", "Cost"), ["1/2/2026", "1.234", "1.234"])

    assert {"/dates", "/decimal_mark"} <= marked(mapping_for(content))


def test_repeated_headings_are_proposed_by_their_number() -> None:
    content = table(("Date", "Likes", "Likes"), ["2026-06-01", 1, 2])

    columns = mapping_for(content)["columns"]

    assert columns["#2"] == "like"
    assert columns["#3"].startswith(TO_FILL_IN)


def test_the_header_is_found_in_a_workbook_and_below_other_lines() -> None:
    cells = "".join(f'<c t="str"><v>{name}</v></c>' for name in ("Date", "Likes", "Shares"))
    workbook = workbook_from_xml(f"<row><c t='str'><v>Report</v></c></row><row>{cells}</row>")

    assert list(mapping_for(workbook)["columns"]) == ["Date", "Likes", "Shares"]
    assert mapping_for("Our report\n\n" + SPANISH)["columns"]["Fecha"] == "day"


@pytest.mark.parametrize(
    "content", ["ada@example.org,+4420794\n", '{"Date": 1, "Likes": 2}', "<html>Date,Likes", "Date"]
)
def test_nothing_is_proposed_for_a_file_that_is_not_a_table(content: str) -> None:
    assert proposed(content) is None


# --- convert ----------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    return command.main(["convert", *map(str, arguments)])


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    path = tmp_path / "our report.csv"
    path.write_text(SPANISH, encoding="utf-8")
    return path


def test_convert_prints_a_mapping_and_the_command_for_an_unknown_table(
    unknown: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(unknown) == 2

    output, errors = capsys.readouterr()
    assert output == ""
    assert "unknown_platform" in errors
    shown = errors[errors.index("{\n") : errors.index("\n}") + 2]
    assert json.loads(shown) == mapping_for(SPANISH)
    assert f"convert '{unknown}' --mapping mapping.json" in errors
    assert "Nombre del cliente" not in errors
    assert "Ada" not in errors


def test_convert_writes_the_mapping_with_all_columns_once(
    unknown: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mapping.json"

    assert run(unknown, "--propose-mapping", target) == 0
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["columns"]["Nombre del cliente"] == "ignored"
    assert f"--mapping {target}" in capsys.readouterr().err

    assert run(unknown, "--mapping", target) == 2
    assert "fill in the channel" in capsys.readouterr().err
    written["constants"] |= {"channel": "tiktok_ads", "currency": "EUR"}
    target.write_text(json.dumps(written), encoding="utf-8")
    assert run(unknown, "--propose-mapping", target) == 2
    assert json.loads(target.read_text(encoding="utf-8")) == written
    assert run(unknown, "--mapping", target) == 0
    assert '"tiktok_ads"' in capsys.readouterr().out


def test_convert_reports_if_no_mapping_can_be_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "words.csv"
    path.write_text("just words\n")

    assert run(path, "--propose-mapping", tmp_path / "m.json") == 2
    assert "unusable_mapping" in capsys.readouterr().err
    assert not (tmp_path / "m.json").exists()


def test_convert_shows_notes_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, mapping = tmp_path / "x.csv", tmp_path / "m.json"
    path.write_text(table(("d", "n", "m"), ["2026-06-01", 1, -2]))
    columns = {"d": "day", "n": "like", "m": "share"}
    mapping.write_text(json.dumps({"columns": columns, "constants": {"channel": "facebook"}}))

    assert run(path, "--mapping", mapping) == 0
    assert "note: The column 'm' has numbers below zero" in capsys.readouterr().err


def test_the_total_of_an_order_is_proposed_as_value_and_a_note_is_not_a_rating() -> None:
    orders = table(["Order ID", "Currency", "Note", "Date", "Total"], ["7", "EUR", "x", DAY, "9.5"])
    others = table(["Campaign", "Date", "Total", "Clicks"], ["chair", DAY, "9", "2"])

    assert mapping_for(orders)["columns"] == {
        "Order ID": "event_id",
        "Currency": "currency",
        "Date": "day",
        "Total": "value",
    }
    assert "value" not in mapping_for(others)["columns"].values()
