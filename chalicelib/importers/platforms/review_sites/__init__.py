"""Reviews of a company on Trustpilot and Google, and the performance of its Google profile."""

from chalicelib.importers.platforms.review_sites.business_performance import (
    DAILY_PERFORMANCE,
    PERFORMANCE_TABLE,
)
from chalicelib.importers.platforms.review_sites.google_reviews import GOOGLE_REVIEWS
from chalicelib.importers.platforms.review_sites.trustpilot_api import TRUSTPILOT_API
from chalicelib.importers.platforms.review_sites.trustpilot_table import TRUSTPILOT_TABLE

IMPORTERS = (
    TRUSTPILOT_TABLE,
    TRUSTPILOT_API,
    GOOGLE_REVIEWS,
    DAILY_PERFORMANCE,
    PERFORMANCE_TABLE,
)
