"""Amazon Ads: Sponsored Products, Sponsored Brands and Sponsored Display.

Amazon's reviews are another platform, `amazon`.
"""

from chalicelib.importers.platforms.amazon_ads.sponsored import AMAZON_ADS

IMPORTERS = (AMAZON_ADS,)
