"""Meta Ads Manager: reports on ads on Facebook, Instagram and the rest of Meta's network."""

from chalicelib.importers.platforms.meta_ads.meta_ads_report import META_ADS

IMPORTERS = (META_ADS,)
