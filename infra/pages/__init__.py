"""`make docs`: the pages of docs/ that are made from the code and from recorded answers.

declared_pages   errors and codes, from their declarations
export_pages     every export, by family, from the declarations of the importers
endpoint_pages   every endpoint and every kind of event, from the OpenAPI description
answer_pages     every answer, with examples
event_fields     meanings of the fields of events
examples         the examples, from tests/goldens/http
command_pages    every command, from the parser
setting_pages    every setting, from its declaration
markdown         tables and code blocks

Texts around the generated parts are in docs/templates/.
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

from infra.pages.answer_pages import answers_page
from infra.pages.command_pages import commands_page
from infra.pages.declared_pages import codes_page, errors_page
from infra.pages.endpoint_pages import endpoints_page, events_page
from infra.pages.export_pages import FAMILIES, exports_page, family_page
from infra.pages.markdown import DOCS
from infra.pages.setting_pages import settings_page

PAGES = {
    DOCS / "answers.md": answers_page,
    DOCS / "codes.md": codes_page,
    DOCS / "commands.md": commands_page,
    DOCS / "endpoints.md": endpoints_page,
    DOCS / "errors.md": errors_page,
    DOCS / "events.md": events_page,
    DOCS / "exports.md": exports_page,
    DOCS / "settings.md": settings_page,
    **{DOCS / f"{page}.md": functools.partial(family_page, page) for page in FAMILIES},
}


def made_files() -> dict[Path, str]:
    """The text of each page that `make docs` writes, by path."""
    return {path: make() for path, make in PAGES.items()}


def main() -> int:
    """Write the pages, or with ``--check`` only compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one differs")
    check = parser.parse_args().check
    stale = {path: text for path, text in made_files().items() if _read(path) != text}
    for path, text in stale.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {'stale, run make docs' if check else 'written'}")
    return int(check and bool(stale))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
