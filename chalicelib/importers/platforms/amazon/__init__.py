"""Amazon: product reviews, from the research data sets in which they are published."""

from chalicelib.importers.platforms.amazon.customer_reviews import CUSTOMER_REVIEWS
from chalicelib.importers.platforms.amazon.review_lines import REVIEW_LINES

IMPORTERS = (CUSTOMER_REVIEWS, REVIEW_LINES)
