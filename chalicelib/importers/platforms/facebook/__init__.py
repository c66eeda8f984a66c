"""Facebook Page Insights, as they could be exported until 2021: posts, and the page day by day."""

from chalicelib.importers.platforms.facebook.facebook_page import PAGE
from chalicelib.importers.platforms.facebook.post_sheets import POSTS

IMPORTERS = (POSTS, PAGE)
