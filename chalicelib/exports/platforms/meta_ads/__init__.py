"""Meta Ads Manager: reports of ads on Facebook, Instagram and the rest of Meta's network."""

from chalicelib.exports.platforms.meta_ads.report import META_ADS

IMPORTERS = (META_ADS,)
