"""One small file of every kind that is imported: what is fuzzed, and what recognition is held to.

Made up in code in the shapes that the platforms give their files; no line is a platform's. A module
for each family of platforms has `TEXTS` and, where workbooks and archives are given, `BINARIES`:
name -> (platform, content).
"""

from __future__ import annotations

from tests.exports.corpus import (
    ads,
    communities,
    facebook,
    further_ads,
    networks,
    payments,
    pipelines,
    shops,
    social,
    trackers,
    twitter,
)

FAMILIES: tuple[dict[str, tuple[str, bytes]], ...] = (
    *(
        {name: (platform, text.encode()) for name, (platform, text) in family.TEXTS.items()}
        for family in (
            ads,
            further_ads,
            facebook,
            twitter,
            networks,
            shops,
            communities,
            payments,
            pipelines,
            social,
            trackers,
        )
    ),
    ads.BINARIES,
    further_ads.BINARIES,
    networks.BINARIES,
    pipelines.BINARIES,
    social.BINARIES,
)

FILES = {name: file for family in FAMILIES for name, file in family.items()}
"""Name -> (platform, bytes)."""
