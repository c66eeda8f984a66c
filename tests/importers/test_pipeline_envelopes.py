"""Landing files of data pipelines: every stream in every envelope, and versions of records."""

from __future__ import annotations

import gzip
import io
from decimal import Decimal

import pytest

from chalicelib.importers import Imported, read_export
from tests.importers.files import read
from tests.importers.pipeline_files import (
    MAKERS,
    WAYS,
    Landing,
    google_stats,
    landed,
    reasons,
    shopify_order,
)


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
@pytest.mark.parametrize("stream", MAKERS)
def test_a_stream_gives_the_same_events_in_every_envelope_and_format(
    stream: str, wrapper: str, form: str
) -> None:
    make, platform = MAKERS[stream]
    reference = read(landed(make()), currency="EUR")

    result = read(landed(make(), wrapper=wrapper, form=form), currency="EUR")

    assert result.summary["platform"] == platform
    assert result.events
    assert result.events == reference.events
    assert result.coverage == reference.coverage
    assert result.summary["claimed_conversions"] == reference.summary["claimed_conversions"]


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
def test_the_version_extracted_last_is_imported(wrapper: str, form: str) -> None:
    text = landed(
        Landing(google_stats(**{"metrics.clicks": 7}), 5),
        Landing(google_stats(**{"metrics.clicks": 9}), 8),
        Landing(google_stats(**{"metrics.clicks": 8, "metrics.conversions": 99}), 6),
        wrapper=wrapper,
        form=form,
    )

    result = read(text)

    assert result.counts["click"] == 9
    assert result.cost == Decimal("18.64")
    assert reasons(result) == ["an earlier version of a record that is in the file again"] * 2
    assert result.summary["claimed_conversions"][0]["count"] == "1.5"


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
def test_records_deleted_at_the_source_are_skipped(wrapper: str, form: str) -> None:
    text = landed(
        shopify_order(),
        shopify_order(id=5551002),
        Landing(shopify_order(), 9, deleted=True),
        wrapper=wrapper,
        form=form,
    )

    result = read(text)

    assert [event["event_id"] for event in result.events] == ["shopify:order:-:5551002:purchase"]
    assert sorted(reasons(result)) == [
        "an earlier version of a record that is in the file again",
        "deleted at the source",
    ]


@pytest.mark.parametrize("stream", MAKERS)
def test_a_later_file_gives_the_same_event_ids_as_an_earlier_one(stream: str) -> None:
    make, _ = MAKERS[stream]

    first = read(landed(make()), currency="EUR")
    second = read(landed(Landing(make(), 30), wrapper="singer target"), currency="EUR")

    assert {(e["event_id"], e["occurred_at"]) for e in first.events} == {
        (e["event_id"], e["occurred_at"]) for e in second.events
    }


def test_gzip_is_read_from_seekable_and_unseekable_streams() -> None:
    records = [google_stats(**{"segments.date": f"2026-06-{day:02}"}) for day in range(1, 31)]
    text = "".join(landed(Landing(one, 1)) for one in records * 100)
    packed = gzip.compress(text.encode())

    sought = [o for o in read_export(io.BytesIO(packed)) if isinstance(o, Imported)]
    piped = read(packed)

    assert len(text) > 1 << 20  # more than the sample for recognition
    assert len(sought) == 30
    assert piped.counts == {"click": 30 * 31, "impression": 30 * 990}
