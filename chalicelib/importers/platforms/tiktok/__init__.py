"""TikTok: ads, and the views and engagements of an account's own videos and profile.

Ads reports belong to the channel `tiktok_ads`, all other files to `tiktok`.
"""

from chalicelib.importers.platforms.tiktok.ads_manager import TIKTOK_ADS
from chalicelib.importers.platforms.tiktok.overview import FOLLOWERS, OVERVIEW
from chalicelib.importers.platforms.tiktok.videos import VIDEOS

IMPORTERS = (TIKTOK_ADS, OVERVIEW, FOLLOWERS, VIDEOS)
