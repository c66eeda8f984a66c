"""Landing files of data pipelines: orders, charges, and sessions of Google Analytics."""

from __future__ import annotations

import pytest

from tests.importers.files import read
from tests.importers.pipeline_files import (
    FORMS,
    Record,
    landed,
    stripe_charge,
)


@pytest.mark.parametrize(
    "over",
    [
        {"status": "failed"},
        {"status": "pending"},
        {"captured": False},
        {"livemode": False},
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_charges_without_revenue_are_skipped(over: Record, form: str) -> None:
    result = read(landed(stripe_charge(**over), form=form))

    assert (len(result.events), len(result.not_data)) == (0, 1)
