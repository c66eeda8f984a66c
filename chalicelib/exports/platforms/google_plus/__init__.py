"""Google+ (closed in 2019): what Takeout archives and the API kept of it."""

from chalicelib.exports.platforms.google_plus.api import API
from chalicelib.exports.platforms.google_plus.takeout import TAKEOUT
from chalicelib.exports.platforms.google_plus.web_page import WEB_PAGE

IMPORTERS = (WEB_PAGE, TAKEOUT, API)
