"""Suites for social media: files of several networks, in which the channel is a column."""

from chalicelib.importers.platforms.social_suites.suite_posts import POST_REPORTS
from chalicelib.importers.platforms.social_suites.suite_profiles import PROFILES

IMPORTERS = (*(report.importer() for report in POST_REPORTS), *PROFILES)
