"""Google Ads (AdWords): campaign, ad group, ad, keyword and search-term reports as CSV."""

from chalicelib.exports.platforms.google_ads.report import GOOGLE_ADS

IMPORTERS = (GOOGLE_ADS,)
