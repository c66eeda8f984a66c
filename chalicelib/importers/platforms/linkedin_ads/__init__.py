"""LinkedIn Ads: reports of Campaign Manager."""

from chalicelib.importers.platforms.linkedin_ads.linkedin_ads_report import LINKEDIN_ADS

IMPORTERS = (LINKEDIN_ADS,)
