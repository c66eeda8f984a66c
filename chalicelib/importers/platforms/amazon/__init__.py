"""Amazon: product reviews from published research data sets."""

from chalicelib.importers.platforms.amazon.customer_reviews import CUSTOMER_REVIEWS
from chalicelib.importers.platforms.amazon.review_lines import REVIEW_LINES

IMPORTERS = (CUSTOMER_REVIEWS, REVIEW_LINES)
