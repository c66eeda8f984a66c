"""TikTok: its ads, and what an account's own videos and profile were seen and liked.

The reports of ads are of the channel `tiktok_ads`, everything else of `tiktok`.
"""

from chalicelib.importers.platforms.tiktok.ads_manager import TIKTOK_ADS
from chalicelib.importers.platforms.tiktok.overview import FOLLOWERS, OVERVIEW
from chalicelib.importers.platforms.tiktok.videos import VIDEOS

IMPORTERS = (TIKTOK_ADS, OVERVIEW, FOLLOWERS, VIDEOS)
