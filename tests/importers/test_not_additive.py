"""Reports whose rows cannot be added up, costs in millionths, files rejected as a whole."""

from __future__ import annotations

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import google_report, read

COUNTS = ("Currency code", "Cost", "Clicks", "Impr.")
NUMBERS = ("EUR", "1.00", "10", "100")


def rejection_of(content: str, **options: object) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, spread=True, **options)
    return rejection.value


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Click type", "Sitelink"),
        ("Klicktyp", "Sitelink"),
        ("Conversion action", "Purchase"),
        ("Asset type", "Sitelink"),
        ("Extension type", "Sitelink"),
        ("Audience segment", "Visitors"),
    ],
)
def test_google_reports_that_repeat_impressions_are_rejected_by_name(
    heading: str, cell: str
) -> None:
    row = [cell, "Brand", "2026-06-01", *NUMBERS]
    rejection = rejection_of(google_report(row, header=(heading, "Campaign", "Day", *COUNTS)))

    assert rejection.code == "not_additive"
    assert f"the column {heading}:" in rejection.detail


@pytest.mark.parametrize(
    ("costs", "is_rejected"),
    [
        (("3070000", "120000"), True),
        (("3070000", "0"), True),
        (("3", "12"), False),
        (("30000", "12345"), False),
        (("3.07", "120000"), False),
        (("0", "0"), False),
    ],
)
def test_costs_that_may_be_in_millionths_need_an_answer_from_the_user(
    costs: tuple[str, ...], is_rejected: bool
) -> None:
    header = ("Campaign", "Day", *COUNTS)
    content = google_report(
        *(["Brand", f"2026-06-0{n}", "EUR", cost, 1, 2] for n, cost in enumerate(costs, start=1)),
        header=header,
        title="CAMPAIGN_PERFORMANCE_REPORT (Jun 1, 2026-Jun 30, 2026)",
    )

    if is_rejected:
        assert rejection_of(content).code == "undecidable_format"
    else:
        assert not read(content).rejected
