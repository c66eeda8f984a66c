"""What it costs: the arithmetic on prices and work that can be followed by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.services.ingest import record_events
from chalicelib.settings import Settings
from infra import cost, metering
from infra.cost import TENANTS, Assumptions, Functions, Model
from infra.merging import Merging
from infra.metering import Measured, Meter, TimedLayer, Work
from infra.prices import TABLE, PriceError, read_prices
from infra.scale import Scale
from tests.conftest import Cloud
from tests.factories import NOW, make_event

TINY: dict[str, Any] = {
    "as_of": "2026-01-02",
    "regions": ["here", "there"],
    "compared": "by hand",
    "how_to_update": "by hand",
    "prices": {
        "writes": {
            "service": "Store",
            "unit": "write",
            "per": 1_000_000,
            "page": "Store pricing",
            "here": 0.5,
            "there": 1.0,
            "corroborated": ["here"],
        },
        "kept": {
            "service": "Store",
            "unit": "GB",
            "per": 1,
            "page": "Store pricing",
            "here": 0.25,
            "there": 0.5,
            "corroborated": [],
        },
        "runs": {
            "service": "Runner",
            "unit": "second",
            "per": 10,
            "page": "Runner pricing",
            "here": 2.0,
            "there": 2.0,
            "corroborated": [],
        },
    },
}

ONE = Work(writes=2.0, reads=4.0, calls=10.0, core_seconds=0.5)
MADE = Measured(
    batch=ONE,
    single=ONE,
    imported=ONE,
    imported_bytes=20.0,
    totals_quiet=Work(1.0, 0, 0, 0),
    totals_busy=Work(0.5, 0, 0, 0),
    record=Work(0, 0.25, 0, 0),
    read_back=Work(0, 0.02, 0.1, 0.001),
    fit_seconds=9.0,
    fit_event_seconds=0.003,
    answer=ONE,
    series=ONE,
    answer_bytes=1024.0,
    item_bytes=156.0,
)
FUNCTIONS = Functions(
    {"APIHandler": 512, "ImportHandler": 1024, "FitHandler": 2048, "AggregateHandler": 512},
    fit_seconds=900,
    alarms=4,
    secrets=1,
    queues=3,
    keys=1,
    dashboards=1,
)
ASSUMED = Assumptions(core_mb=1024, call_seconds=0.01)
MODEL = Model(MADE, FUNCTIONS, ASSUMED)
MERGING = Merging(
    part_bytes=10.0,
    pack_seconds=0.0005,
    merge_seconds=0.0001,
    memory_bytes=200.0,
    base_bytes=2**20,
    fit_seconds=5.0,
    fit_event_seconds=0.0004,
)
SCALE = Scale(
    MODEL,
    MERGING,
    Settings(fit_part_events=1_000, fit_merged_events=10_000, fit_window_days=10),
    part_mb=512,
    merge_mb=2048,
)
"""A core is to be had for a gigabyte, as in `ASSUMED`."""


def table_of(told: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(told))
    return path


def test_a_bill_is_units_times_price(tmp_path: Path) -> None:
    path = table_of(TINY, tmp_path)
    use = {"writes": 3_000_000.0, "kept": 8.0, "runs": 5.0}
    assert read_prices("here", path).bill(use) == {"writes": 1.5, "kept": 2.0, "runs": 1.0}
    assert read_prices("here", path).by_service(use) == {"Store": 3.5, "Runner": 1.0}
    assert read_prices("there", path).by_service(use) == {"Store": 7.0, "Runner": 1.0}


def test_what_has_no_price_is_refused_and_not_free(tmp_path: Path) -> None:
    table = read_prices("here", table_of(TINY, tmp_path))
    with pytest.raises(PriceError, match="mail"):
        table.bill({"writes": 1.0, "mail": 1.0})
    with pytest.raises(PriceError, match="nowhere"):
        read_prices("nowhere", table_of(TINY, tmp_path))


@pytest.mark.parametrize("price", [None, 0, -1.0, "0.5"])
def test_a_price_that_is_none_is_refused(price: Any, tmp_path: Path) -> None:
    kept = TINY["prices"]["kept"] | {"there": price}
    told = TINY | {"prices": TINY["prices"] | {"kept": kept}}
    with pytest.raises(PriceError, match="kept has no price in there"):
        read_prices("there", table_of(told, tmp_path))


def test_the_table_has_a_price_for_all_that_is_used_and_for_nothing_else() -> None:
    used = set(MODEL.million(MODEL.by_http(1.0, ONE, 1)))
    for tenant in TENANTS:
        for use in MODEL.month(tenant, Settings()).values():
            used |= set(use)
    used |= set(SCALE.fit(1e9, 4, 40).use)
    for region in cost.REGIONS:
        assert set(read_prices(region).prices) == used


def test_the_table_says_of_what_day_it_is_and_where_its_prices_stand() -> None:
    told = json.loads(TABLE.read_text())
    assert set(cost.REGIONS) == set(told["regions"])
    for region in cost.REGIONS:
        table = read_prices(region)
        assert table.as_of >= dt.date(2024, 11, 1)  # DynamoDB's prices were halved
        assert table.compared
        assert table.how_to_update
        assert all(price.page and price.unit and price.per > 0 for price in table.prices.values())


def test_a_function_with_half_a_core_takes_twice_the_time_and_waits_as_long() -> None:
    use = MODEL.by_http(1_000.0, ONE, 500)
    assert use["dynamodb_write_units"] == 4.0
    assert use["dynamodb_read_units"] == 8.0
    assert use["gateway_requests"] == use["lambda_requests"] == 2.0
    # half a second on half a core, ten calls of 10 ms, two requests, half a gigabyte
    assert use["lambda_gb_seconds"] == pytest.approx((0.5 * 2 + 0.1) * 2 * 0.5)


def test_more_memory_than_a_core_needs_makes_nothing_faster() -> None:
    seconds = MODEL.fit_seconds(1_000)
    assert seconds == pytest.approx(9 + 1_000 * (0.003 + 0.001 + 0.1 * 0.01))


def test_a_fit_has_as_many_events_as_its_time_allows() -> None:
    most = MODEL.most_fitted()
    assert most == pytest.approx((900 - 9) / 0.005)
    assert MODEL.fit_seconds(most) == pytest.approx(900)


def test_a_million_events_bring_their_totals_and_their_stream() -> None:
    use = MODEL.million({"dynamodb_write_units": 1_000_000.0})
    assert use["dynamodb_write_units"] == 1_500_000.0
    assert use["dynamodb_read_units"] == 250_000.0
    assert use["lambda_requests"] == 100


def test_keeping_counts_what_the_store_adds_and_the_second_copy() -> None:
    use = MODEL.kept(4 * 2**22)
    assert use == {"dynamodb_stored_gb": 4.0, "dynamodb_recovery_gb": 4.0}


def test_a_month_keeps_a_whole_retention_and_fits_a_window_a_day() -> None:
    month = MODEL.month(TENANTS[0], Settings(retention_days=300, fit_window_days=60))
    assert month["keeping"]["dynamodb_stored_gb"] == MODEL.kept(1_000_000)["dynamodb_stored_gb"]
    assert month["fits"]["dynamodb_read_units"] == pytest.approx(200_000 * 30 * 0.02)
    assert month["events by HTTP"]["gateway_requests"] == 160
    assert month["events by import"]["lambda_requests"] == 2
    assert month["day totals"]["dynamodb_write_units"] == 100_000  # a quiet tenant


def test_the_template_is_counted() -> None:
    found = cost.read_functions()
    assert found.mb["APIHandler"] == 512
    assert (found.fit_seconds, found.secrets, found.queues) == (900, 1, 3)
    assert found.alarms >= 20
    assert (found.keys, found.dashboards) == (1, 1)


def test_the_page_tells_a_fit_that_would_take_too_long() -> None:
    tables = [read_prices(region) for region in cost.REGIONS]
    page = cost.page(MODEL, tables, Settings())
    assert "too long" in page
    assert "$" not in page
    quick = replace(MADE, fit_seconds=0.0, fit_event_seconds=0.0, read_back=Work(0, 0, 0, 1e-9))
    assert "s, too long" not in cost.page(Model(quick, FUNCTIONS), tables, Settings())


def test_units_are_measured_and_the_stand_in_is_not_on_the_clock(cloud: Cloud) -> None:
    layer = TimedLayer()
    layer.attach(cloud.dynamodb)
    store = wiring.store("acme")
    events = [make_event() for _ in range(100)]
    assert store.config
    meter = Meter(layer)
    with meter.measuring(100):
        record_events(store, events, now=NOW)
    assert meter.work.writes == 1.0
    assert meter.work.calls == 0.04
    assert layer.seconds > 0
    with meter.measuring(1):
        layer.seconds += 1000.0
    assert meter.work.core_seconds < -999
    assert meter.work.writes == 0  # each is measured for itself


def test_events_that_are_measured_are_as_senders_fill_them_in() -> None:
    made = [metering.event(n, NOW) for n in range(10)]
    assert [one["kind"] for one in made].count("conversion") == 1
    assert all({"user_id", "event_id", "occurred_at"} <= set(one) for one in made)
