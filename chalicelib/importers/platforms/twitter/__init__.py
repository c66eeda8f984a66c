"""X, formerly Twitter: analytics by post and by day, the archive's tweets, and reports of X Ads."""

from chalicelib.importers.platforms.twitter.ads import ADS
from chalicelib.importers.platforms.twitter.analytics import DAYS, POSTS
from chalicelib.importers.platforms.twitter.archive import ARCHIVE

IMPORTERS = (POSTS.importer(), DAYS.importer(), ARCHIVE, ADS.importer())
