"""Google Ads, formerly AdWords: reports of the interface and of the report editor."""

from chalicelib.exports.platforms.google_ads.report import GOOGLE_ADS

IMPORTERS = (GOOGLE_ADS,)
