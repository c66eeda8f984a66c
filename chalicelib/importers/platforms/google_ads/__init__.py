"""Google Ads (formerly AdWords): reports of the interface and of the report editor."""

from chalicelib.importers.platforms.google_ads.google_ads_report import GOOGLE_ADS

IMPORTERS = (GOOGLE_ADS,)
