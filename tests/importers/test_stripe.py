"""Stripe: payments and balance transactions."""

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        (["Arrival Date (UTC)", "Balance Transaction", "Destination"], "payouts"),
        (["Charge ID", "PaymentIntent ID", "Reason"], "refunds"),
        (["Disputed Amount", "Evidence due by (UTC)"], "disputes"),
        (["Plan", "Current Period Start (UTC)", "Current Period End (UTC)"], "subscriptions"),
        (["Delinquent", "Total Spend", "Payment Count"], "customers"),
    ],
)
def test_lists_without_sales_are_rejected_by_name(headings: list[str], named: str) -> None:
    header = ["id", "Amount", "Currency", "Created (UTC)", "Status", *headings]

    with pytest.raises(ExportRejected, match=f"Stripe's {named}") as rejection:
        read(table(header, ["x_1", "9.00", "eur", "2026-03-01 10:11", "paid", *headings]))

    assert rejection.value.code == "no_counts"
