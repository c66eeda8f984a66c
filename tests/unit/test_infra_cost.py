"""Costs: the arithmetic, checked by hand, and the page."""

from __future__ import annotations

import pytest

from infra import cost
from infra.cost import PRICES, Prices, Work
from tests.packaged import ROOT

FREE = Prices(write_units=0, read_units=0, kept_gb=0, gateway=0, log_gb=0, s3_write=0, sqs=0)


def test_the_cost_of_a_request_includes_units_seconds_gateway_and_log() -> None:
    work = Work(writes=2.0, reads=4.0, calls=10.0, core_seconds=0.5)
    prices = Prices(1.0, 0.5, 0, 3.0, 0.25, 0, lambda_requests=0.2, lambda_gb_second=0.01)
    # 512 MB are a share of a core, so half a second takes longer; ten calls wait for 10 ms each.
    seconds = 0.5 * 1769 / 512 + 0.1
    each = (2.0 * 1.0 + 4.0 * 0.5 + 3.0 + 0.2) / 1e6 + seconds * 0.5 * 0.01 + 600 / 2**30 * 0.25
    assert cost.by_http(1_000, work, 500, prices) == pytest.approx(2 * each)


def test_storage_covers_the_whole_retention() -> None:
    prices = Prices(0, 0, 2.0, 0, 0, 0)
    kept = 30_000 / 30 * 1_095 * 262 / 2**30
    assert cost.month(30_000, 0, prices)["storage"] == pytest.approx(2.0 * kept)


def test_an_idle_installation_costs_its_alarms_metrics_and_secrets() -> None:
    # 28 alarms, 15 metrics, a dashboard, a key, a secret and its calls
    assert cost.at_rest(FREE) == pytest.approx(2.8 + 4.5 + 3.0 + 1.0 + 0.4 + 0.05)


def test_the_page_has_the_printed_tables() -> None:
    page = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    for table in cost.tables().split("\n\n"):
        assert table.strip() in page


def test_the_page_has_the_prices_of_the_calculation() -> None:
    page = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    table = page.partition("\n## The prices\n")[2]
    east, central = PRICES["us-east-1"], PRICES["eu-central-1"]
    for service, unit, name in (
        ("DynamoDB", "1,000,000 × write request unit", "write_units"),
        ("DynamoDB", "1,000,000 × read request unit", "read_units"),
        ("S3", "1,000 × PUT, POST or LIST request", "s3_write"),
        ("CloudWatch", "1 × GB of logs ingested", "log_gb"),
    ):
        row = f"| {service} | {unit} | {getattr(east, name)} | {getattr(central, name)} ? |"
        assert row in table
