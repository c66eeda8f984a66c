"""Landing files of data pipelines: changing schemas, hostile files, and versions of records."""

from __future__ import annotations

import datetime as dt
import json
import random
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.pipelines import envelopes, versions
from chalicelib.importers.platforms.pipelines.landed import Version, plain_name
from chalicelib.model.errors import ExportRejected
from tests.importers.files import lines, read
from tests.importers.pipeline_files import (
    FORMS,
    MAKERS,
    WAYS,
    Landing,
    Record,
    codes,
    google_stats,
    landed,
)
from tests.importers.test_conservation import check_conservation


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
def test_records_of_changing_schemas_are_read_or_rejected(
    over: Record, code: str, form: str
) -> None:
    other = google_stats(**{"segments.date": "2026-06-09"})

    result = read(landed(other, google_stats(**over), form=form))

    assert codes(result) == [code] * bool(code)
    assert len(result.outcomes) == 2
    assert all(e["occurred_at"][:10] == "2026-06-09" for e in result.events) == bool(code)


def test_every_spelling_of_a_key_gives_the_same_plain_name() -> None:
    keys = (
        "metrics.costMicros",
        "metrics_cost_micros",
        "metrics.cost_micros",
        "Metrics CostMicros",
    )

    assert {plain_name(key) for key in keys} == {"metrics_cost_micros"}


def hostile_lines() -> dict[str, str]:
    """Return small files that could need much memory, by name."""
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
def test_hostile_records_need_little_memory(name: str) -> None:
    text = hostile_lines()[name]
    read(landed(google_stats()))
    tracemalloc.start()

    try:
        result = read(text)
    except ExportRejected as rejection:
        assert rejection.code in ("too_deep", "unknown_platform", "unreadable_file")  # noqa: PT017
    else:
        assert result.counts["click"] in (31, 62)
        assert set(codes(result)) <= {"malformed_record"}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 60_000_000
    assert plain_name.cache_info().currsize <= 4096


versions_of_records = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 6)), min_size=1, max_size=40
)


@given(rows=versions_of_records)
def test_the_latest_version_of_a_record_counts(rows: list[tuple[str, int]]) -> None:
    seen = versions.Versions()
    expected: dict[str, tuple[int, int]] = {}
    for position, (key, time) in enumerate(rows):
        seen.add(key, Version(extracted=time), position)
        expected[key] = max(expected.get(key, (0, 0)), (time, position))

    latest = {
        position
        for position, (key, _) in enumerate(rows)
        if seen.verdict(key, position) == "latest"
    }

    assert latest == {position for _, position in expected.values()}


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["good", "zero", "bad", "again"]), st.integers(1, 10**6)),
        min_size=1,
        max_size=20,
    ),
    way=st.sampled_from(WAYS),
    seed=st.integers(0, 99),
)
def test_no_landed_record_is_lost_or_invented(
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
    assert len(result.rejected) == sum(kind == "bad" for kind, _ in rows)


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
def test_any_value_in_any_place_is_read_or_rejected(value: Any, stream: str, at: int) -> None:
    make, _ = MAKERS[stream]
    line = json.loads(landed(make()))
    record = line["_airbyte_data"]
    places = [(record, key) for key in record] + [(line, key) for key in line]
    holder, key = places[at % len(places)]
    holder[key] = value

    result = read(lines(json.loads(landed(make(x=1))), line), currency="EUR")

    assert len(result.outcomes) == 2


def test_each_envelope_has_its_own_marks() -> None:
    marks = [mark for envelope in envelopes.ENVELOPES for mark in envelope.marks]

    assert len(marks) == len(set(marks))
    assert {envelopes.envelope_of([mark]) for mark in marks} == set(envelopes.ENVELOPES)
