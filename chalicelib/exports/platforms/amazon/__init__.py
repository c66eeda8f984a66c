"""Amazon: product reviews, from the research data sets in which they are published."""

from chalicelib.exports.platforms.amazon.customer_reviews import CUSTOMER_REVIEWS
from chalicelib.exports.platforms.amazon.review_lines import REVIEW_LINES

IMPORTERS = (CUSTOMER_REVIEWS, REVIEW_LINES)
