"""A tenant of 10^9 events: the arithmetic that can be followed by hand, and what is measured."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.model.days import MAX_WINDOW_DAYS
from chalicelib.services.fitting.fit_parts import MAX_PARTS
from chalicelib.settings import Settings
from infra import cost, merging, scale
from infra.cost import Tenant
from infra.prices import read_prices
from infra.scale import hottest
from tests import packaged
from tests.unit.test_infra_cost import MADE, MERGING, SCALE


def test_a_fit_in_parts_is_as_many_as_days_and_shards_ask_for() -> None:
    one = SCALE.fit(20_000, 2, 4)
    # 1,000 events of a day and shard: a part each
    assert one.parts == 20
    # on half a core: read (0.001 s), and wait for a tenth of a call of 10 ms; then packed
    assert one.part_seconds == pytest.approx(1_000 * (0.002 + 0.001 + 0.001))
    assert one.read_seconds == pytest.approx(4.0 + 5 * one.part_seconds)
    assert one.followed == 0.5
    # and each of 20 parts is fetched and removed, at 10 ms
    assert one.merge_seconds == pytest.approx(4.0 + 5.0 + 10_000 * 0.0005 + 0.4)
    assert one.memory_bytes == 2**20 + 10_000 * 200
    assert one.kept_bytes == 100_000
    assert one.seconds == one.read_seconds + one.merge_seconds


def test_what_a_fit_in_parts_uses() -> None:
    use = SCALE.fit(20_000, 2, 4).use
    assert use["dynamodb_read_units"] == pytest.approx(20_000 * 0.02)
    assert use["lambda_gb_seconds"] == pytest.approx(20 * 4.0 * 0.5 + 10.4 * 2)
    assert use["s3_writes"] == use["s3_reads"] == 20
    assert use["state_transitions"] == 83


def test_more_at_once_is_sooner_and_costs_the_same() -> None:
    few, many = SCALE.fit(20_000, 2, 4), SCALE.fit(20_000, 2, 20)
    assert few.use == many.use
    assert many.read_seconds == pytest.approx(4.0 + many.part_seconds)


def test_all_people_are_followed_where_their_events_can_be_put_together() -> None:
    assert SCALE.fit(10_000, 2, 4).followed == 1.0
    assert SCALE.fit(40_000, 2, 4).followed == 0.25


def test_a_month_is_that_of_the_bill_with_fits_in_parts() -> None:
    tenant = Tenant(60_000, 100)
    month = SCALE.month(tenant, 2, 4)
    plain = SCALE.model.month(tenant, SCALE.given)
    assert {part: use for part, use in month.items() if part != "fits"} == {
        part: use for part, use in plain.items() if part != "fits"
    }
    assert month["fits"]["state_transitions"] == 83 * 30


def test_a_burst_is_spread_and_more_shards_take_more() -> None:
    shares = [hottest(shards, 5_000) for shards in (4, 16, 64)]
    assert shares == sorted(shares, reverse=True)
    for share, shards in zip(shares, (4, 16, 64), strict=True):
        assert 1 / shards < share < 3 / shards
    assert hottest(1, 100) == 1.0


def test_shards_are_asked_for_by_whatever_is_reached_first() -> None:
    few = SCALE.shards_for(Tenant(1_000, 1))
    assert set(few.values()) == {4}
    busy = SCALE.shards_for(Tenant(10**9, 1))
    assert busy["writes"] >= 8
    # 33 million events a day; 900 seconds read 300,000 of them with half a core, 240,000 with room
    assert busy["a part"] == 256


def test_no_plan_is_larger_than_a_plan_may_be() -> None:
    for shards in (4, 32, 256):
        assert SCALE.fit(6e9, shards, 40).parts <= MAX_PARTS
        longest = replace(SCALE, given=Settings(fit_window_days=MAX_WINDOW_DAYS, fit_part_events=1))
        assert longest.fit(6e9, shards, 40).parts <= MAX_PARTS


def test_the_page_has_a_figure_wherever_it_wants_one() -> None:
    made = scale.make(MADE, MERGING, Settings())
    stages = packaged.template()["Mappings"]["Stages"]
    assert made.merge_mb == int(stages["prod"]["FitMergeMegabytes"])
    page = scale.page(made, [read_prices(region) for region in cost.REGIONS])
    assert "$" not in page
    assert "10^9 a year" in page


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_what_a_merge_may_follow_fits_into_its_memory(stage: str) -> None:
    """By what docs/scale.md measured: 219 MB, and 177 bytes an event."""
    template = packaged.template()
    given = template["Mappings"]["Stages"][stage]
    for function, name, key in (
        ("FitMergeHandler", "MemorySize", "FitMergeMegabytes"),
        ("FitHandler", "LIKEWORTH_FIT_MERGED_EVENTS", "FitMergedEvents"),
    ):
        properties = template["Resources"][function]["Properties"]
        found = properties | properties["Environment"]["Variables"]
        assert found[name] == {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, key]}
    needed = 219 * 10**6 + 177 * int(given["FitMergedEvents"])
    assert needed < 0.8 * int(given["FitMergeMegabytes"]) * 2**20


def test_a_merge_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = merging.merge(4_000)
    assert 5 < found["part_bytes"] / 4_000 < 100
    assert all(value > 0 for value in found.values())
    json.dumps(found)
    part = merging.made_up(1_000, 7)
    assert len(part.day) == 950
    assert set(part.people) == set(merging.made_up(1_000, 8).people)  # of one shard
    assert set(part.people).isdisjoint(merging.made_up(1_000, 12).people)
