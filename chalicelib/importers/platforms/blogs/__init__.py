"""Blogs: exports of a blog, of embedded comment services, and of mentions on other sites.

Exports of a blog are booked to `company_blog`, those of services that any site can embed to
`community`. Naming the other of the two as the platform books to that channel instead, e.g. for a
private WordPress blog or a company blog with Disqus.
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
    """Return an importer for the other channel, active only if the user names it."""

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
            looks_for="the same files as for the company blog, if the platform is named",
            notes=(
                "These exports are read like those of the company blog and booked to `community`.",
                "If you import several blogs, give each its own account.",
            ),
        ),
    ),
    _when_named(
        _COMPANY_BLOG,
        _OF_ANY_SITE,
        replace(
            DISQUS.declaration,
            title="Company blog: Disqus, Isso, webmentions, with `--platform company_blog`",
            looks_for="the same files as for communities, if the platform is named",
            notes=(
                "These exports are read like those of communities and booked to `company_blog`.",
            ),
        ),
    ),
)
