"""Amazon Ads: Sponsored Products, Sponsored Brands and Sponsored Display.

Reviews on Amazon belong to the platform `amazon`.
"""

from chalicelib.importers.platforms.amazon_ads.sponsored import AMAZON_ADS

IMPORTERS = (AMAZON_ADS,)
