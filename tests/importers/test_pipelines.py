"""Landing files of data pipelines: what a file holds, and what nobody would write."""

from __future__ import annotations

import datetime as dt
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms.pipelines import envelopes, versions
from chalicelib.importers.platforms.pipelines.landed import Version, plain_name
from chalicelib.model.errors import ExportRefused
from tests.importers.files import lines, read
from tests.importers.pipeline_files import (
    FORMS,
    MAKERS,
    PEOPLE,
    WAYS,
    Landing,
    Record,
    codes,
    google_stats,
    landed,
    reasons,
    shopify_order,
    stripe_charge,
)
from tests.importers.test_conservation import check_conservation


def test_messages_of_several_streams_are_read_each_as_what_it_is() -> None:
    text = lines(
        {"type": "SCHEMA", "stream": "orders", "schema": {}, "key_properties": ["id"]},
        {"type": "RECORD", "stream": "customers", "record": {"id": 1, "name": "Ada"}},
        {"type": "RECORD", "stream": "orders", "record": shopify_order()},
        {"type": "RECORD", "stream": "charges", "record": stripe_charge()},
        {"type": "STATE", "value": {}},
        {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1},
    )

    result = read(text)
    named = read(text, platform="stripe")

    assert [event["event_id"].split(":")[0] for event in result.events] == ["shopify", "stripe"]
    assert reasons(result)[1] == "a record of a stream that is not read: customers"
    assert [event["event_id"].split(":")[0] for event in named.events] == ["stripe"]


def test_messages_without_a_time_are_in_order() -> None:
    text = lines(
        *(
            {"type": "RECORD", "stream": "s", "record": google_stats(**{"metrics.clicks": n})}
            for n in (4, 6, 5)
        )
    )

    assert read(text).counts["click"] == 5


def test_versions_of_one_second_are_told_apart() -> None:
    text = lines(
        *(
            {
                "type": "RECORD",
                "stream": "s",
                "record": google_stats(**{"metrics.clicks": n}),
                "time_extracted": f"2026-06-09T10:00:00.{fraction}Z",
            }
            for n, fraction in ((4, "9"), (5, "123456"))
        )
    )

    assert read(text).counts["click"] == 4


def test_a_short_row_of_a_table_is_refused_alone() -> None:
    other = google_stats(**{"segments.date": "2026-06-02"})
    text = landed(google_stats(), other, form="csv", wrapper="airbyte flat")
    short = text.rstrip("\n").rpartition(",")[0]

    result = read(f"{short}\n\n")

    assert codes(result) == ["wrong_cell_count"]
    assert (result.counts["click"], reasons(result)) == (31, ["blank line"])


def test_bare_records_of_a_target_without_metadata_are_read_by_their_keys() -> None:
    records = [google_stats(), google_stats(**{"segments.date": "2026-06-02"})]

    assert read(lines(*records)).counts["click"] == 62
    assert (
        codes(read(lines(*records, google_stats(**{"metrics.clicks": 1}))))
        == ["conflicting_records"] * 2
    )


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"metrics.clicks": None}, ""),
        ({"metrics.clicks": "31", "metrics.impressions": "990.0"}, ""),
        ({"metrics.clicks": "many"}, "invalid_number"),
        ({"metrics.clicks": -3}, "negative"),
        ({"metrics.clicks": 1.5}, "not_whole"),
        ({"metrics.clicks": [31]}, "invalid_number"),
        ({"metrics.cost_micros": -18}, "negative"),
        ({"segments.date": None}, "missing_value"),
        ({"segments.date": "06/01/2026"}, "invalid_date"),
        ({"segments.date": "2026-02-30"}, "invalid_date"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_drifting_schemas_are_read_or_refused(over: Record, code: str, form: str) -> None:
    other = google_stats(**{"segments.date": "2026-06-09"})

    result = read(landed(other, google_stats(**over), form=form))

    assert codes(result) == [code] * bool(code)
    assert len(result.outcomes) == 2
    assert all(e["occurred_at"][:10] == "2026-06-09" for e in result.events) == bool(code)


@pytest.mark.parametrize("meta", [dict, json.dumps], ids=["object", "text"])
def test_what_a_pipeline_could_not_write_is_no_zero(meta: Callable[[Any], Any]) -> None:
    record = google_stats(**{"metrics.clicks": None, "campaign.labels": None})
    line = json.loads(landed(record))
    results = []
    for field in ("metrics.clicks", "campaign.labels"):
        changes = [{"field": field, "change": "NULLED", "reason": "DESTINATION_FIELD_SIZE"}]
        results.append(read(lines(line | {"_airbyte_meta": meta({"changes": changes})})))

    assert codes(results[0]) == ["missing_value"]
    assert results[1].counts == {"impression": 990}


def test_days_without_delivery_are_covered() -> None:
    zeros = dict.fromkeys(("metrics.clicks", "metrics.impressions", "metrics.cost_micros"), 0)
    quiet = google_stats(**zeros, **{"segments.date": "2026-06-04", "metrics.conversions": 0})

    result = read(landed(google_stats(), quiet))

    assert {(c["from"], c["to"]) for c in result.coverage} == {("2026-06-01", "2026-06-04")}
    assert read(landed(shopify_order())).coverage == []


def test_records_of_people_are_not_shown() -> None:
    broken = shopify_order(total_price="ada@example.org", name="Ada", created_at="Ada")
    text = landed(shopify_order(), broken, stripe_charge(status="Ada", id="ada@example.org"))

    result = read(text)

    assert len(result.refused) == 2
    shown = repr((result.refused, result.not_data, result.summary))
    assert not [person for person in PEOPLE if person in shown]


def test_other_airbyte_streams_are_refused_as_unknown() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(landed({"id": 1, "email": "ada@example.org"}))

    assert refusal.value.code == "unknown_platform"


def test_names_are_plain_however_a_key_is_written() -> None:
    keys = (
        "metrics.costMicros",
        "metrics_cost_micros",
        "metrics.cost_micros",
        "Metrics CostMicros",
    )

    assert {plain_name(key) for key in keys} == {"metrics_cost_micros"}


def hostile_lines() -> dict[str, str]:
    """Files that are small and would take much memory, by name."""
    head = landed(google_stats(**{"segments.date": "2026-06-02"})).removesuffix("}}\n")
    deep = '"a":' + "[" * 60_000
    keys = ",".join(f'"{line}-{n}":1' for line in range(10) for n in range(9_000))
    long = ",".join(f'"{"k" * 99_000}{n}":1' for n in range(9))
    return {
        "deep line": landed(google_stats()) + f"{head},{deep}\n",
        "deep document": f"{head},{deep}",
        "deep array": f"[{head},{deep}",
        "many fields": landed(google_stats()) + f"{head},{keys}}}}}\n" * 5,
        "long names": landed(google_stats()) + f"{head},{long}}}}}\n" * 5,
    }


@pytest.mark.parametrize("name", hostile_lines())
def test_hostile_records_take_little_memory(name: str) -> None:
    text = hostile_lines()[name]
    read(landed(google_stats()))
    tracemalloc.start()

    try:
        result = read(text)
    except ExportRefused as refusal:
        assert refusal.code in ("too_deep", "unknown_platform", "unreadable_file")  # noqa: PT017
    else:
        assert result.counts["click"] in (31, 62)
        assert set(codes(result)) <= {"malformed_record"}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 60_000_000
    assert plain_name.cache_info().currsize <= 4096


versions_of_things = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 6)), min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(rows=versions_of_things)
def test_the_latest_is_what_a_dictionary_says(rows: list[tuple[str, int]]) -> None:
    noted = versions.Versions()
    expected: dict[str, tuple[int, int]] = {}
    for position, (key, time) in enumerate(rows):
        noted.note(key, Version(extracted=time), position)
        expected[key] = max(expected.get(key, (0, 0)), (time, position))

    latest = {
        position
        for position, (key, _) in enumerate(rows)
        if noted.verdict(key, position) == "latest"
    }

    assert latest == {position for _, position in expected.values()}


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["good", "zero", "bad", "again"]), st.integers(1, 10**6)),
        min_size=1,
        max_size=20,
    ),
    way=st.sampled_from(WAYS),
    seed=st.integers(0, 99),
)
def test_landed_records_are_conserved(
    rows: list[tuple[str, int]], way: tuple[str, str], seed: int
) -> None:
    first = dt.date(2026, 1, 1)
    records: list[Landing] = []
    clicks: Counter[str] = Counter()
    for number, (kind, count) in enumerate(rows):
        day = f"{first + dt.timedelta(days=number)}"
        over: dict[str, Any] = {"segments.date": day, "metrics.clicks": count}
        if kind == "zero":
            over |= {"metrics.clicks": 0, "metrics.impressions": 0, "metrics.cost_micros": 0}
        elif kind == "bad":
            over |= {"metrics.clicks": "?"}
        else:
            clicks[day] = count
        if kind == "again":
            records.append(Landing(google_stats(**(over | {"metrics.clicks": 7_777_777})), 1))
        records.append(Landing(google_stats(**over), 2))
    random.Random(seed).shuffle(records)

    result = read(landed(*records, wrapper=way[0], form=way[1]))

    check_conservation(result, len(records))
    assert result.counts.get("click", 0) == sum(clicks.values())
    assert len(result.refused) == sum(kind == "bad" for kind, _ in rows)


@settings(max_examples=200, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
        ),
    ),
    stream=st.sampled_from(sorted(MAKERS)),
    at=st.integers(0, 99),
)
def test_any_value_in_any_place_is_read_or_refused(value: Any, stream: str, at: int) -> None:
    make, _ = MAKERS[stream]
    line = json.loads(landed(make()))
    record = line["_airbyte_data"]
    places = [(record, key) for key in record] + [(line, key) for key in line]
    holder, key = places[at % len(places)]
    holder[key] = value

    result = read(lines(json.loads(landed(make(x=1))), line), currency="EUR")

    assert len(result.outcomes) == 2


def test_every_envelope_has_marks_of_its_own() -> None:
    marks = [mark for envelope in envelopes.ENVELOPES for mark in envelope.marks]

    assert len(marks) == len(set(marks))
    assert {envelopes.envelope_of([mark]) for mark in marks} == set(envelopes.ENVELOPES)


def test_a_file_to_which_records_of_another_form_were_appended_is_read_to_its_end() -> None:
    first = landed(stripe_charge(), form="csv", wrapper="singer target")
    second = landed(stripe_charge(id="ch_2", fee=None), form="csv", wrapper="singer target")

    result = read(first + second)

    assert [event["event_id"].split(":")[3] for event in result.events] == ["ch_3Q0001", "ch_2"]
    assert [line.reason for line in result.not_data] == ["the header of further records"]
    assert not result.refused


def test_a_page_of_an_api_with_records_of_another_kind_is_no_page_of_charges() -> None:
    page = {"object": "list", "data": [{"id": "po_1", "object": "payout", "amount": 9}]}

    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps(page))

    assert refusal.value.code == "unknown_platform"
