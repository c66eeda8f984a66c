"""Google+ (closed in 2019): Takeout archives and saved API responses."""

from chalicelib.importers.platforms.google_plus.google_plus_api import API
from chalicelib.importers.platforms.google_plus.takeout import TAKEOUT
from chalicelib.importers.platforms.google_plus.web_page import WEB_PAGE

IMPORTERS = (WEB_PAGE, TAKEOUT, API)
