"""Payments and orders of Stripe, PayPal and Etsy."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "stripe payments": (
        "stripe",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,"
        "Description,Fee,Status,Customer Email,Card ID\n"
        "ch_1,2026-03-01 10:11:12,25.00,5.00,eur,true,25.00,Chair,0.90,Paid,ada@x.org,card_1\n"
        "ch_2,2026-03-02 10:11:12,25.00,25.00,eur,true,25.00,Chair,0.90,Refunded,,card_1\n"
        "ch_3,2026-03-03 10:11:12,25.00,0.00,eur,false,25.00,Chair,0.00,Failed,,card_1\n",
    ),
    "stripe balance": (
        "stripe",
        "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description\n"
        "txn_1,charge,ch_1,25.00,0.90,24.10,eur,2026-03-01 10:11,2026-03-03 00:00,Chair\n"
        "txn_2,refund,re_1,-5.00,0.00,-5.00,eur,2026-03-02 10:11,2026-03-03 00:00,Back\n"
        "txn_3,payout,po_1,-19.10,0.00,-19.10,eur,2026-03-03 10:11,2026-03-03 00:00,Payout\n",
    ),
    "stripe balance report": (
        "stripe",
        "balance_transaction_id,created_utc,created,available_on_utc,currency,gross,fee,net,"
        "reporting_category,source_id,description\n"
        "txn_1,2026-03-01 10:11:12,2026-03-01 11:11:12,2026-03-03 00:00:00,eur,25.00,0.90,24.10,"
        "charge,ch_1,Chair\n",
    ),
    "paypal activity": (
        "paypal",
        '\ufeff"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net",'
        '"From Email Address","Transaction ID","Reference Txn ID","Balance Impact"\n'
        '"25/03/2026","10:11:12","CET","Ada L","Express Checkout Payment","Completed","EUR",'
        '"40.00","-1.40","38.60","ada@example.org","1AB","","Credit"\n'
        '"26/03/2026","10:11:12","CET","Ada L","Payment Refund","Completed","EUR","-10.00","0.30",'
        '"-9.70","shop@example.org","2AB","1AB","Debit"\n',
    ),
    "paypal, German": (
        "paypal",
        '"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Gebühr","Netto",'
        '"Transaktionscode","Zugehöriger Transaktionscode","Auswirkung auf Guthaben"\n'
        '"25.03.2026","10:11:12","Europe/Berlin","Ada L","Website-Zahlung","Abgeschlossen","EUR",'
        '"1.040,00","-1,40","1.038,60","1AB","","Haben"\n',
    ),
    "etsy orders": (
        "etsy",
        "Sale Date,Order ID,Buyer User ID,Full Name,Number of Items,Date Shipped,Street 1,Currency,"
        "Order Value,Discount Amount,Shipping,Sales Tax,Order Total,Status,Order Net,"
        "Adjusted Order Total\n"
        "03/14/26,701,ada,Ada L,2,,12 Secret Lane,EUR,20.00,2.00,4.00,0.00,22.00,,20.00,0.00\n",
    ),
    "etsy items": (
        "etsy",
        "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,"
        "Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Order ID\n"
        "03/14/26,Chair,ada,1,12.00,,0.00,4.00,0.00,12.00,EUR,31,9,03/14/26,701\n"
        "03/14/26,Cushion,ada,2,4.00,,0.00,4.00,0.00,8.00,EUR,32,8,03/14/26,701\n",
    ),
}
