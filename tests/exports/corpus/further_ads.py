"""Reports of TikTok, Microsoft, Amazon, Snapchat, Reddit and Spotify, and of senders of e-mail."""

from __future__ import annotations

from tests.exports.workbook_files import workbook

TEXTS: dict[str, tuple[str, str]] = {
    "tiktok ads": (
        "tiktok_ads",
        "By Day,Campaign name,Ad group name,Cost (EUR),Impressions,Clicks (destination),"
        "Clicks (all),CTR (destination),Complete payment,Complete payment value\n"
        "2026-03-01,Spring,Group,8.25,3100,61,77,1.97%,1,12.40\n"
        "2026-03-02,Spring,Group,4.00,1500,20,31,1.33%,0,0.00\n"
        "Total of 2 results,-,-,12.25,4600,81,108,1.76%,1,12.40\n",
    ),
    "tiktok business suite": (
        "tiktok",
        "\ufeffDate,Video views,Reached audience,Profile views,Likes,Shares,Comments,"
        "Phone number clicks ,Leads submission,Net growth,New followers,Lost followers\n"
        "2026/03/01,900,NAN,20,31,5,6,0,0,3,5,2\n2026/03/02,610,590,11,17,2,0,0,0,-1,0,1\n",
    ),
    "tiktok studio videos": (
        "tiktok",
        '"Time","Video title","Video link","Post time","Total likes","Total comments",'
        '"Total shares","Total views"\n"March 20","A, b",'
        '"https://www.tiktok.com/@brand/video/7612345678901234567","March 1","52","7","3","2811"\n',
    ),
    "tiktok studio followers": (
        "tiktok",
        '"Date","Followers","Difference in followers from previous day"\n'
        '"2026-03-01","812","4"\n"2026-03-02","810","-2"\n',
    ),
    "microsoft ads": (
        "microsoft_ads",
        '\ufeff"Report Name: Campaigns by day"\r\n"Report Time: 3/1/2026,3/31/2026"\r\n'
        '"Time Zone: (GMT) Dublin, Lisbon"\r\n"Last Completed Available Day: 3/31/2026 11:00:00 PM '
        '(GMT)"\r\n"Report Aggregation: Daily"\r\n"Potential Incomplete Data: false"\r\n"Rows: 2"'
        '\r\n\r\n"TimePeriod","AccountName","CampaignId","CampaignName","Impressions","Clicks",'
        '"CurrencyCode","Spend","ConversionsQualified","Revenue"\r\n'
        '"3/4/2026","Brand","71","Search","640","19","EUR","11.40","1","40.00"\r\n'
        '"3/5/2026","Brand","71","Search","580","12","EUR","7.05","0","0.00"\r\n\r\n'
        '"©2026 Microsoft Corporation. All rights reserved. "\r\n',
    ),
    "amazon ads": (
        "amazon_ads",
        "Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Targeting,Match Type,"
        "Customer Search Term,Impressions,Clicks,Spend,7 Day Total Sales ,"
        "Total Advertising Cost of Sales (ACOS) ,7 Day Total Orders (#)\n"
        "2026-03-01,,EUR,Chairs,Group,chair,BROAD,blue chair,90,3,1.20,19.90,0.06,1\n",
    ),
    "snapchat ads": (
        "snapchat_ads",
        "Date,Campaign ID,Campaign Name,Ad Set Name,Currency,Amount Spent,Paid Impressions,"
        "Swipe Ups,eCPSU,Purchases,Purchases Value\n"
        "2026-03-01,ab-1,Spring,Teens,EUR,6.10,2400,37,0.16,1,19.00\n",
    ),
    "reddit ads": (
        "reddit_ads",
        "Date,Campaign Name,Ad Group Name,Impressions,Clicks,Amount Spent (USD),CTR,eCPM,Upvotes,"
        "Downvotes\n2026-03-01,Spring,Makers,3300,21,9.99,0.6%,3.03,4,1\n",
    ),
    "spotify ads": (
        "spotify_ads",
        "Report Name: Spring\nDate,Campaign name,Ad set name,Currency,Spend,Impressions,Reach,"
        "First quartiles,Completes,Clicks\n2026-03-01,Spring,Pop,EUR,14.00,1000,800,980,940,6\n",
    ),
    "mailchimp": (
        "mailchimp",
        "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,"
        "Total Bounces,Times Forwarded,Unique Opens,Open Rate,Total Opens,Unique Clicks,"
        "Total Clicks,Unsubscribes,Abuse Complaints,Unique Id,Total Orders,Total Revenue\n"
        'Spring,"Hello, you",Main,"Mar 01, 2026 10:00 am",Sunday,500,490,10,1,200,40%,310,60,71,2,'
        "0,ab12,1,30.00\n",
    ),
    "klaviyo": (
        "klaviyo",
        "Campaign Name,Tags,Subject,List,Send Time,Total Recipients,Unique Placed Order,"
        "Placed Order Rate,Revenue,Unique Opens,Total Opens,Unique Clicks,Total Clicks,"
        "Unsubscribes,Spam Complaints Rate,Campaign ID,Campaign Channel\n"
        "Spring,,Hello,Main,2026-03-01 10:00:00,500,2,0.4%,58.00,210,300,40,52,1,0%,01AB,email\n"
        "Text,,Hello,Main,2026-03-02 10:00:00,300,1,0.3%,20.00,,,30,33,4,0%,01AC,sms\n",
    ),
}

BINARIES: dict[str, tuple[str, bytes]] = {
    "amazon ads workbook": (
        "amazon_ads",
        workbook(
            {
                "Sponsored Products Campaign": [
                    (
                        *("Date", "Currency", "Campaign Name", "Impressions", "Clicks", "Spend"),
                        *("7 Day Total Sales ", "7 Day Total Orders (#)"),
                    ),
                    ("2026-03-01", "EUR", "Chairs", 90, 3, 1.2, 19.9, 1),
                ]
            }
        ),
    ),
}
