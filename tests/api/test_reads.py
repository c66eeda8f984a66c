"""The number of reads for an answer."""

from __future__ import annotations

import pytest

from chalicelib.wiring import processes
from tests.api.conftest import Caller
from tests.api.test_answers import document, fitted
from tests.conftest import Cloud
from tests.faults.capacity import Bill
from tests.faults.layer import FaultLayer

__all__ = ["document", "fitted"]  # fixtures


def test_an_answer_from_a_fit_needs_at_most_two_reads(
    cloud: Cloud, fitted: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIKEWORTH_RATE_LIMIT")  # use the default
    processes.current.settings = None
    layer = FaultLayer()
    layer.attach(cloud.dynamodb)
    for path in ("/v1/roi", "/v1/equivalence?engagement=facebook/like", "/v1/attribution"):
        assert fitted.get(path).status_code == 200  # warm up: load the tenant
        layer.bill = Bill()
        assert fitted.get(path).status_code == 200
        assert 0 < layer.bill.read_units <= 2, (path, layer.bill)
        assert layer.bill.write_units <= 1  # an occasional lease of requests
