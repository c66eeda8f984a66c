"""Facebook Page Insights as exported until 2021: by post, and of the page by day."""

from chalicelib.importers.platforms.facebook.facebook_page import PAGE
from chalicelib.importers.platforms.facebook.post_sheets import POSTS

IMPORTERS = (POSTS, PAGE)
