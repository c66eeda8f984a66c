"""Meta Business Suite: the content of Facebook pages and Instagram accounts, from 2022 on."""

from chalicelib.exports.platforms.meta_business_suite.content import FACEBOOK, INSTAGRAM

IMPORTERS = (FACEBOOK, INSTAGRAM)
