"""A rejected row leaves no trace: what is imported of a file is what it holds without that row."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from chalicelib.importers import (
    IMPORTERS,
    ExportReader,
    Imported,
    Rejected,
    parse_mapping,
    read_export,
)
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Channel, Claimed, Column, Count, When

PAYMENTS = "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Status,PaymentIntent ID"
ITEMS = "Sale Date,Item Name,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Order ID"
GA4 = "# Start date: 20260601\n# End date: 20260607\n\nDate,Transactions,Total revenue"
META = {
    "account_id": "9",
    "campaign_id": "1",
    "date_start": "2026-06-01",
    "date_stop": "2026-06-01",
    "account_currency": "EUR",
    "impressions": "10",
    "clicks": "2",
}


def read(text: str, **options: Any) -> tuple[list[Any], list[str], ExportReader]:
    """The events of a file, the codes of its rejections, and its reader at the end."""
    reader = read_export(io.BytesIO(text.encode()), **options)
    outcomes = list(reader)
    events = [event for one in outcomes if isinstance(one, Imported) for event in one.events]
    return events, [one.code for one in outcomes if isinstance(one, Rejected)], reader


@pytest.mark.parametrize(
    ("header", "rejected", "rows", "code"),
    [
        pytest.param(
            GA4,
            "20260601,0,9.5",
            "20260601,4,80",
            "value_without_order",
            id="a GA4 report numbers no row that it rejects",
        ),
        pytest.param(
            ITEMS,
            "03/14/26,Chair,12.00,?,31,41,03/14/26,701",
            "03/14/26,Table,20.00,EUR,32,42,03/14/26,701",
            "no_currency",
            id="a rejected item begins no order",
        ),
        pytest.param(
            PAYMENTS,
            ",2026-03-01 10:11:12,25.00,26.00,eur,true,Paid,",
            ",2026-03-01 10:11:12,25.00,0.00,eur,true,Paid,",
            "negative",
            id="a rejected payment without an id takes no number",
        ),
    ],
)
def test_a_row_is_imported_as_if_the_rejected_one_above_it_were_not_there(
    header: str, rejected: str, rows: str, code: str
) -> None:
    alone, none, _ = read(f"{header}\n{rows}\n", currency="EUR")

    events, codes, _ = read(f"{header}\n{rejected}\n{rows}\n", currency="EUR")

    assert alone
    assert none == []
    assert codes == [code]
    assert events == alone


def test_a_row_that_an_earlier_table_has_too_covers_no_day() -> None:
    first = "Campaign,Day,Currency code,Cost,Clicks,Impr.\n"
    second = "Campaign,Day,Currency code,Clicks,Cost,Impr.\n"
    above = "Campaign report\n2026-06-01 - 2026-06-30\n"
    row = "Brand,2026-06-{},EUR,1,7,90\n".format

    _, codes, reader = read(above + first + row("01") + second + row("01") + row("09"))

    assert codes == ["told_twice"]
    assert {(event["from"], event["to"]) for event in reader.coverage()} == {
        ("2026-06-01", "2026-06-01"),
        ("2026-06-09", "2026-06-09"),
    }


def test_a_row_that_does_not_name_its_channel_claims_nothing() -> None:
    report = TableReport(
        platform="suite",
        channel="suite",
        report="days",
        columns=(
            Column("day", When("day"), en=("Day",)),
            Column("network", Channel({"facebook": "facebook"}, is_needed=True), en=("Network",)),
            Column("likes", Count("like"), en=("Likes",)),
            Column("claimed", Claimed(), en=("Conversions",)),
        ),
        holds_people=False,
        title="",
        where="",
        looks_for="",
    )
    text = b"Day,Network,Likes,Conversions\n2026-06-01,,3,5\n2026-06-02,Facebook,4,7\n"
    source = Source(io.BytesIO(text))
    claim = report.importer().recognise(Glimpse(source))
    assert claim is not None

    reading = claim.open(source, Options())
    outcomes = list(reading.outcomes)

    assert [type(one) for one in outcomes] == [Rejected, Imported]
    assert [claimed["count"] for claimed in reading.claimed.as_rows()] == ["7"]
    assert {event["from"] for event in reading.coverage} == {"2026-06-02"}


def test_a_rejected_record_of_a_pipeline_leaves_no_remark() -> None:
    rejected = META | {"spend": "1.50", "account_currency": "", "campaign_id": "2"}
    text = "".join(json.dumps(one) + "\n" for one in (META | {"spend": "2.50"}, rejected))

    _, codes, reader = read(text, platform="meta_ads")

    remarks = [note for note in reader.summary()["notes"] if "clicks (all)" in note]
    assert codes == ["no_currency"]
    assert [remark.rpartition("(")[2] for remark in remarks] == ["1 records)"]


def test_a_rejected_row_of_a_mapped_file_notes_no_number_below_zero() -> None:
    mapping = parse_mapping(
        {
            "columns": {"Day": "day", "Likes": "like", "Clicks": "click"},
            "constants": {"channel": "x"},
        }
    )
    rows = "Day,Likes,Clicks\n2026-06-01,-1,4\nnone,-2,5\n"

    events, codes, reader = read(rows, mapping=mapping)

    assert [event["count"] for event in events] == [4]
    assert codes == ["invalid_date"]
    assert "1 cell, the first in row 2" in " ".join(reader.summary()["notes"])


def test_every_importer_states_whether_its_files_hold_people() -> None:
    stated = [importer.declaration.holds_people for importer in IMPORTERS]

    assert len(stated) > 50
    assert set(map(type, stated)) == {bool}
