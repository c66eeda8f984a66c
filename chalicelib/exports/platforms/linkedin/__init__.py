"""LinkedIn, what is not paid by the click: company pages and the content of members."""

from chalicelib.exports.platforms.linkedin.competitors import COMPETITORS
from chalicelib.exports.platforms.linkedin.member import MEMBER
from chalicelib.exports.platforms.linkedin.page import PAGE

IMPORTERS = (PAGE, MEMBER, COMPETITORS)
