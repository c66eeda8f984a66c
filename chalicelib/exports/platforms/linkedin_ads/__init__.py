"""LinkedIn Ads: reports of Campaign Manager."""

from chalicelib.exports.platforms.linkedin_ads.report import LINKEDIN_ADS

IMPORTERS = (LINKEDIN_ADS,)
