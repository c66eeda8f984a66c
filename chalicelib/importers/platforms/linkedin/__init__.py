"""LinkedIn without its ads: company pages and the content of members."""

from chalicelib.importers.platforms.linkedin.competitors import COMPETITORS
from chalicelib.importers.platforms.linkedin.linkedin_page import PAGE
from chalicelib.importers.platforms.linkedin.member import MEMBER

IMPORTERS = (PAGE, MEMBER, COMPETITORS)
