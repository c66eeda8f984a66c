"""Headings of shops, payments and their side tables that no importer reads.

This module lists platforms whose orders look like another platform's, and tables without sales
(payouts, statements, lists of customers) of supported platforms, with advice on what to send.
"""

from __future__ import annotations

from typing import NamedTuple

Alternatives = tuple[tuple[str, ...], ...]


class OtherPlatform(NamedTuple):
    """A platform, or one type of its tables.

    Attributes
    ----------
    name : str
        Display name.
    slugs : tuple of str
        Names that its importers have or would have.
    marks : tuple of tuple of str
        Each is a combination of headings that no other platform uses.
    advice : str
        For a table without importable data: why, and what to send instead.
    """

    name: str
    slugs: tuple[str, ...]
    marks: Alternatives
    advice: str = ""


def each(*headings: str) -> Alternatives:
    """Return each heading as a mark by itself."""
    return tuple((heading,) for heading in headings)


_STRIPE_PAYMENTS = "Export Payments (Zahlungen) instead"
_SHOPIFY_ORDERS = "Export Orders (Bestellungen) instead"
WITHOUT_SALES = (
    OtherPlatform(
        "a list of Stripe's payouts",
        (),
        (("Arrival Date (UTC)", "Destination"), ("Arrival Date (UTC)", "Balance Transaction")),
        f"payouts move money from Stripe to a bank and are not sales. {_STRIPE_PAYMENTS}",
    ),
    OtherPlatform(
        "a list of Stripe's refunds",
        (),
        (("Charge ID", "Reason", "Created (UTC)"), ("Charge ID", "Reason", "Created date (UTC)")),
        f"it contains no sales. {_STRIPE_PAYMENTS}: it has the refunded amount of each payment",
    ),
    OtherPlatform(
        "a list of Stripe's disputes",
        (),
        (
            ("Disputed Amount", "Evidence due by (UTC)"),
            ("Charge ID", "Disputed Amount", "Reason"),
        ),
        f"it contains no sales. {_STRIPE_PAYMENTS}: it has the disputed amount of each payment",
    ),
    OtherPlatform(
        "a list of Stripe's subscriptions",
        (),
        (("Current Period Start (UTC)", "Current Period End (UTC)"),),
        f"a subscription is not a payment. {_STRIPE_PAYMENTS}",
    ),
    OtherPlatform(
        "a list of Stripe's invoices",
        (),
        (
            ("Amount Due", "Minimum Line Item Period Start (UTC)"),
            ("Amount Due", "Amount Paid", "Due Date (UTC)"),
        ),
        f"an invoice may be unpaid or partly paid. {_STRIPE_PAYMENTS}",
    ),
    OtherPlatform(
        "a list of Stripe's customers",
        (),
        (("Delinquent", "Total Spend"), ("Total Spend", "Payment Count")),
        f"it contains people and no sales. {_STRIPE_PAYMENTS}",
    ),
    OtherPlatform(
        "a list of Shopify's payouts",
        (),
        (("Payout Date", "Retried Amount"), ("Payout Date", "Payout Status", "Card Brand")),
        f"payouts move money to a bank and are not sales. {_SHOPIFY_ORDERS}",
    ),
    OtherPlatform(
        "a list of Shopify's customers",
        (),
        (("Accepts Email Marketing", "Total Spent"), ("Accepts Marketing", "Total Spent")),
        f"it contains people and no sales. {_SHOPIFY_ORDERS}",
    ),
    OtherPlatform(
        "a list of Shopify's products",
        (),
        (("Handle", "Variant SKU"), ("Handle", "Variant Inventory Qty")),
        f"it contains no sales. {_SHOPIFY_ORDERS}",
    ),
    OtherPlatform(
        "an Etsy statement",
        (),
        (("Fees & Taxes", "Info"), ("Gebühren und Steuern", "Info")),
        "it lists fees, deposits and sales without their orders. Download Orders (Bestellungen) "
        "instead",
    ),
    OtherPlatform(
        "an Amazon settlement report",
        (),
        (("settlement-id", "deposit-date"), ("date/time", "settlement id")),
        "its rows are parts of orders, fees and transfers. Send the report All orders (Alle "
        "Bestellungen) with a mapping instead",
    ),
    OtherPlatform(
        "a Klarna settlement report",
        (),
        (("merchant_reference1", "capture_id"), ("short_order_id", "capture_date")),
        "its rows are payouts of sales, fees and returns. Import the orders of the shop instead",
    ),
    OtherPlatform(
        "an Adyen accounting report",
        (),
        (("Psp Reference", "Record Type"), ("Psp Reference", "Booking Date")),
        "it lists each payment several times, once per step. Import the orders of the shop instead",
    ),
    OtherPlatform(
        "a list of Trustpilot's invitations",
        (),
        (("Invitation Id", "Sent (UTC)"), ("Invitation Id", "Reference Id")),
        "an invitation is not a review. Download Reviews (Bewertungen) instead",
    ),
    OtherPlatform(
        "a list of Mailchimp's contacts",
        (),
        (("MEMBER_RATING", "OPTIN_TIME"), ("LEID", "EUID")),
        "it contains people and no campaigns. Export the campaign reports instead",
    ),
)
SHOPS = (
    OtherPlatform(
        "Squarespace",
        ("squarespace",),
        (
            ("Channel Type", "Channel Name", "Financial Status"),
            ("Amount Refunded", "Lineitem variant"),
        ),
    ),
    OtherPlatform(
        "Wix",
        ("wix",),
        (("Contact email", "Fulfillment status"), ("Deposit amount", "Gift card amount")),
    ),
    OtherPlatform(
        "BigCommerce", ("bigcommerce",), each("Order Total (inc tax)", "Order Total (ex tax)")
    ),
    OtherPlatform("Magento", ("magento",), each("Grand Total (Base)", "Grand Total (Purchased)")),
    OtherPlatform(
        "PrestaShop",
        ("prestashop",),
        (("Référence", "Nouveau client"), ("Reference", "New client")),
    ),
    OtherPlatform(
        "Matrixify (Excelify)",
        ("matrixify",),
        (("Line: Type", "Top Row"), ("Line: Type", "Payment: Status"), ("Command", "Line: Type")),
    ),
    OtherPlatform(
        "WooCommerce Analytics (revenue)",
        ("woocommerce_revenue",),
        (
            ("Coupons", "Net sales", "Total sales"),
            ("Gutscheine", "Nettoumsatz", "Gesamtumsatz"),
        ),
    ),
    OtherPlatform(
        "Advanced Order Export for WooCommerce",
        ("woocommerce_export",),
        (("Order Total Amount", "Order Status"), ("Order Total Amount", "Order Subtotal Amount")),
    ),
    OtherPlatform(
        "eBay",
        ("ebay",),
        (
            ("Sales Record Number", "Order Number"),
            ("Verkaufsprotokollnummer", "Bestellnummer"),
        ),
    ),
    OtherPlatform(
        "Amazon Seller Central",
        ("amazon_seller", "seller_central"),
        (
            ("amazon-order-id", "purchase-date"),
            ("Ordered Product Sales", "Units Ordered"),
            ("Bestellte Einheiten", "Bestellposten insgesamt"),
        ),
    ),
    OtherPlatform(
        "Square", ("square",), (("PAN Suffix", "Gross Sales"), ("Partial Refunds", "Net Sales"))
    ),
    OtherPlatform(
        "Mollie",
        ("mollie",),
        (("Settlement reference", "Settlement amount"), ("Consumer name", "Consumer bank account")),
    ),
    OtherPlatform("HubSpot", ("hubspot",), (("Deal Name", "Deal Stage"),)),
    OtherPlatform("Salesforce", ("salesforce",), (("Opportunity Name", "Stage"),)),
    OtherPlatform(
        "Plausible",
        ("plausible",),
        (("views_per_visit", "visit_duration"), ("bounce_rate", "visit_duration")),
    ),
    OtherPlatform("Fathom", ("fathom",), (("Event Completions", "Avg Time On Site"),)),
    OtherPlatform("Google Play Console", ("google_play",), (("Package Name", "Star Rating"),)),
)
