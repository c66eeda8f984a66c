"""Meta Business Suite: content of Facebook pages and Instagram accounts, and daily results."""

from chalicelib.importers.platforms.meta_business_suite.content import FACEBOOK, INSTAGRAM
from chalicelib.importers.platforms.meta_business_suite.daily_results import (
    RESULTS,
    RESULTS_OF_INSTAGRAM,
)

IMPORTERS = (FACEBOOK, INSTAGRAM, RESULTS, RESULTS_OF_INSTAGRAM)
