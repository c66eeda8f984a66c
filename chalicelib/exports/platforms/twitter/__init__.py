"""X, formerly Twitter: analytics by post and by day, the archive's tweets, and reports of X Ads."""

from chalicelib.exports.platforms.twitter.ads import ADS
from chalicelib.exports.platforms.twitter.analytics import DAYS, POSTS
from chalicelib.exports.platforms.twitter.archive import ARCHIVE

IMPORTERS = (POSTS.importer(), DAYS.importer(), ARCHIVE, ADS.importer())
