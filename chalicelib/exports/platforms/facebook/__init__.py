"""Facebook Page Insights, as they could be exported until 2021: posts, and the page day by day."""

from chalicelib.exports.platforms.facebook.page import PAGE
from chalicelib.exports.platforms.facebook.post_sheets import POSTS

IMPORTERS = (POSTS, PAGE)
