"""Shops: orders and sales, and the reviews of what is sold."""

from __future__ import annotations

import json

from tests.exports.files import lines, shop_export, shop_item, shop_row

TEXTS: dict[str, tuple[str, str]] = {
    "shopify orders": (
        "shopify",
        shop_export(shop_row(), shop_item(), shop_row(name="#2", id="2", status="pending")),
    ),
    "shopify sales": (
        "shopify",
        "Day,Product title,Gross sales,Discounts,Returns,Net sales,Taxes,Total sales,Orders\n"
        "2026-06-01,Chair,100,0,0,100,10,110,1\n2026-06-01,,0,0,0,0,0,5,0\n",
    ),
    "shopify order": (
        "shopify",
        json.dumps(
            {
                "id": 82,
                "created_at": "2026-06-01T10:00:00+02:00",
                "total_price": "100.00",
                "currency": "EUR",
                "financial_status": "paid",
                "line_items": [{"id": 1, "price": "100.00"}],
            }
        ),
    ),
    "woocommerce orders": (
        "woocommerce",
        '\ufeffDate,"Order #",Status,Customer,"Customer type","Product(s)","Items sold",'
        'Coupon(s),"N. Revenue"\n"2026-06-01 10:15:00",1234,completed,"Ada L",new,"1× Chair",1,,'
        "49.9\n",
    ),
    "amazon 2014": (
        "amazon",
        lines(
            {
                "reviewerID": "A1",
                "asin": "B01",
                "helpful": [2, 3],
                "reviewText": "x",
                "overall": 4.0,
                "summary": "x",
                "unixReviewTime": 1393545600,
                "reviewTime": "02 28, 2014",
            }
        ),
    ),
    "amazon 2023": (
        "amazon",
        lines(
            {
                "rating": 5.0,
                "title": "x",
                "text": "x",
                "images": [],
                "asin": "B01",
                "parent_asin": "B00",
                "user_id": "AE1",
                "timestamp": 1588687728923,
                "helpful_vote": 1,
                "verified_purchase": True,
            }
        ),
    ),
    "amazon tsv": (
        "amazon",
        "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\t"
        "product_category\tstar_rating\thelpful_votes\ttotal_votes\tvine\tverified_purchase\t"
        "review_headline\treview_body\treview_date\n"
        'US\t1\tR1\tB01\t2\tA "chair\tHome\t4\t2\t3\tN\tY\tx\tx<br />x\t2015-08-31\n',
    ),
}
