"""X (formerly Twitter): analytics by post and by day, archived tweets, and X Ads reports."""

from chalicelib.importers.platforms.twitter.ads import ADS
from chalicelib.importers.platforms.twitter.analytics import DAYS, POSTS
from chalicelib.importers.platforms.twitter.archive import ARCHIVE, ARCHIVED_FOLLOWERS

IMPORTERS = (POSTS.importer(), DAYS.importer(), ARCHIVE, ARCHIVED_FOLLOWERS, ADS.importer())
