"""Social media suites: exports that cover several networks and have the channel as a column."""

from chalicelib.importers.platforms.social_suites.suite_posts import POST_REPORTS
from chalicelib.importers.platforms.social_suites.suite_profiles import PROFILES

IMPORTERS = (*(report.importer() for report in POST_REPORTS), *PROFILES)
