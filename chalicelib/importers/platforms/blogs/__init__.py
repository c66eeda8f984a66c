"""Blogs: exports of the blog itself, of the comment services in it, and of mentions elsewhere.

A blog's own exports are booked to `company_blog`, those of the services that any site may embed to
`community`. Whoever names the other of the two as the platform gets the other channel: a private
blog runs WordPress too, and a company's blog Disqus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.importers.platforms.blogs.disqus import DISQUS
from chalicelib.importers.platforms.blogs.feeds import FEED
from chalicelib.importers.platforms.blogs.isso import ISSO
from chalicelib.importers.platforms.blogs.microformats import MICROFORMATS
from chalicelib.importers.platforms.blogs.site import SiteExport
from chalicelib.importers.platforms.blogs.webmentions import WEBMENTIONS
from chalicelib.importers.platforms.blogs.wordpress import WORDPRESS
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Recognition

_COMPANY_BLOG = "company_blog"
_COMMUNITY = "community"
_OF_A_BLOG = (WORDPRESS, FEED)
_OF_ANY_SITE = (DISQUS, ISSO, WEBMENTIONS, MICROFORMATS)


def _usual(channel: str, export: SiteExport) -> Importer:
    return Importer(channel, export.declaration, lambda glimpse: export.recognise(glimpse, channel))


def _when_named(channel: str, exports: Sequence[SiteExport], declaration: Declaration) -> Importer:
    """An importer for the other channel, which takes part only if the user names it."""

    def recognise(glimpse: Glimpse) -> Recognition | None:
        if not glimpse.named:
            return None
        claims = (export.recognise(glimpse, channel) for export in exports)
        return max((claim for claim in claims if claim), key=lambda claim: claim.hits, default=None)

    return Importer(channel, declaration, recognise)


IMPORTERS = (
    *(_usual(_COMPANY_BLOG, export) for export in _OF_A_BLOG),
    *(_usual(_COMMUNITY, export) for export in _OF_ANY_SITE),
    _when_named(
        _COMMUNITY,
        _OF_A_BLOG,
        replace(
            WORDPRESS.declaration,
            title="Private blogs: WordPress exports and feeds, with `--platform community`",
            looks_for="the same files as of the company's blog, if the platform is named",
            notes=(
                "Read as the exports of the company's blog are, and booked to `community`.",
                "Of several blogs import each with its own account.",
            ),
        ),
    ),
    _when_named(
        _COMPANY_BLOG,
        _OF_ANY_SITE,
        replace(
            DISQUS.declaration,
            title="Company blog: Disqus, Isso, webmentions, with `--platform company_blog`",
            looks_for="the same files as of communities, if the platform is named",
            notes=("Read as those of communities are, and booked to `company_blog`.",),
        ),
    ),
)
