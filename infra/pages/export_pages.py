"""Pages of exports: docs/exports.md lists them all, and a page for each family explains them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from chalicelib.importers.mappings.mapping_fields import CONSTANT_MEANINGS, FIELD_MEANINGS
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.values.languages import LANGUAGES
from infra.pages.markdown import filled, table

ADS, SOCIAL, REVIEWS, SHOPS, OTHERS = (
    "adexports",
    "socialexports",
    "reviewexports",
    "shopexports",
    "otherexports",
)
FAMILIES = {
    ADS: "Exports of ad platforms",
    SOCIAL: "Exports of social networks",
    REVIEWS: "Exports of reviews, blogs and communities",
    SHOPS: "Exports of shops and payments",
    OTHERS: "Exports of analytics and other tools",
}
"""Name of a page -> its title."""

_PLATFORMS = {
    ADS: ("meta_conversions",),
    SOCIAL: (
        *("agorapulse", "bluesky", "buffer", "facebook", "google_plus", "hootsuite", "instagram"),
        *("later", "linkedin", "mastodon", "metricool", "sprout_social", "tiktok", "twitter"),
        *("xing", "youtube"),
    ),
    REVIEWS: ("amazon", "community", "company_blog", "google_business_profile", "trustpilot"),
    SHOPS: ("etsy", "paypal", "shopify", "stripe", "woocommerce"),
}
"""Page -> its platforms, besides those with a name that ends in ``_ads``; all others are on
`OTHERS`."""


def family_of(platform: str) -> str:
    """Return the page of a platform."""
    if platform.endswith("_ads"):
        return ADS
    return next((page for page, listed in _PLATFORMS.items() if platform in listed), OTHERS)


def exports_page() -> str:
    """docs/exports.md: the rules, mappings, and a list of all exports."""
    return filled(
        "exports.md", {"fields": _fields(), "contents": _contents(), "languages": _languages()}
    )


def family_page(page: str) -> str:
    """Return the text of the page of a family: every export of its platforms."""
    lines = [
        "<!-- Made by `make docs` from the declarations of the importers. -->",
        f"# {FAMILIES[page]}",
        "What each export contains, where to get it, and what its rows become. [Importing platform "
        "exports](exports.md) has the rules for all of them.",
    ]
    for platform, declarations in _platforms():
        if family_of(platform) == page:
            lines.append(f"## {platform}")
            lines += [_section(declaration) for declaration in declarations]
    return "\n\n".join(lines) + "\n"


def _platforms() -> list[tuple[str, list[Declaration]]]:
    by_platform = sorted(IMPORTERS, key=lambda importer: importer.platform)
    grouped = groupby(by_platform, key=lambda importer: importer.platform)
    return [(platform, [one.declaration for one in group]) for platform, group in grouped]


def _contents() -> str:
    """One table for each family. The anchors are those of earlier links to this page."""
    parts = []
    for page, title in FAMILIES.items():
        rows = []
        for platform, declarations in _platforms():
            if family_of(platform) != page:
                continue
            name = f'<a id="{platform}"></a>[`{platform}`]({page}.md#{platform})'
            for declaration in declarations:
                rows.append((name, declaration.title, declaration.looks_for))
                name = ""
        parts += [f"### [{title}]({page}.md)", table(("platform", "export", "recognised by"), rows)]
    return "\n\n".join(parts)


def _languages() -> str:
    """Reports by language: how many columns have a known heading."""
    known = {
        (importer.platform, importer.declaration.title): importer.declaration.languages
        for importer in IMPORTERS
        if len(importer.declaration.languages) > 1
    }
    codes = [code for code in LANGUAGES if any(_is_read(row, code) for row in known.values())]
    names = [LANGUAGES[code].name for code in codes]
    lines = ["| report | " + " | ".join(names) + " |", "|---|" + "---|" * len(codes)]
    for (platform, title), row in sorted(known.items()):
        cells = [_part(*row[code]) if _is_read(row, code) else "" for code in codes]
        lines.append(f"| `{platform}`: {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _is_read(row: Mapping[str, tuple[int, int]], code: str) -> bool:
    """Whether most columns are known; in some languages a platform has only one known heading."""
    have, all_of_them = row.get(code, (0, 1))
    return 2 * have > all_of_them


def _part(have: int, all_of_them: int) -> str:
    return "all" if have == all_of_them else f"{have} of {all_of_them}"


def _section(declaration: Declaration) -> str:
    parts = [f"### {declaration.title}", f"**Where**: {declaration.where}"]
    parts.append(f"**Recognised by** {declaration.looks_for}.")
    if declaration.becomes:
        rows = ((one.source, one.event) for one in declaration.becomes)
        parts.append(table(("in the file", "becomes"), rows))
    if declaration.rejected:
        rows = ((f"`{code}`", when) for code, when in declaration.rejected)
        parts.append(table(("rejected", "when"), rows))
    if declaration.notes:
        parts.append("\n".join(f"- {note}" for note in declaration.notes))
    return "\n\n".join(parts)


def _fields() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in FIELD_MEANINGS.items()]
    constants = [(f"`{name}`", meaning) for name, meaning in CONSTANT_MEANINGS.items()]
    return "\n\n".join(
        (table(("a column may be", "meaning"), rows), table(("a constant", "meaning"), constants))
    )
