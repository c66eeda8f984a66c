"""`make site`: build the documentation as static files in build/site (ADR 59).

python -m infra.site [--out build/site]

The build of a wheel runs this module too (`infra/wheel.py`), in an environment that has Zensical
but none of the packages of the service.

Zensical turns the pages of docs/ into HTML. This module then puts all files that pages load into
one folder without subfolders, because the API serves them by one route, and checks that no page
loads anything from another host.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chalicelib import documentation
from chalicelib.documentation import markdown_sources
from infra.commands import run

HERE = Path(__file__).parent
FILES = ("extra.css", "favicon.svg")
"""Files of this folder that pages load."""

UNREAD = ("404.html", "sitemap.xml", "objects.inv")
"""Files that Zensical writes and the service does not show."""

CHANGES_OF_SCRIPT = (
    (r'"search\.json"', '"assets/search.json"'),
    (
        r'(\w+)\.appendChild\(\w+\("style",\{\},(\w+)\.toString\(\)\)\)',
        r"(s=>{s.replaceSync(\2.toString());\1.adoptedStyleSheets=[s]})(new CSSStyleSheet)",
    ),
)
"""Pattern -> replacement in the script of the pages, each once: the search index is in assets/, and
the search dialog has no inline style, which the content security policy would block."""

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=["']?([^"'>\s]+)"""
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class SiteError(Exception):
    """The site cannot be built, or must not be shown."""


def build(out: Path) -> None:
    """Build the site into a folder, in place of what is there.

    Raises
    ------
    SiteError
        If Zensical fails or warns, or a page would load something from another host.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        write_sources(project)
        _run_zensical(project)
        made = project / "site"
        _flatten(made)
        foreign = sorted(set(foreign_addresses(made)))
        if foreign:
            raise SiteError(f"pages must not load files of other hosts: {', '.join(foreign)}")
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, out)


def write_sources(project: Path) -> None:
    """Write the configuration and the pages as Zensical reads them."""
    pages = project / "docs"
    pages.mkdir()
    for name in (documentation.INDEX, *documentation.PAGES):
        (pages / f"{name}.md").write_text(markdown_sources.source(name), encoding="utf-8")
    for name in FILES:
        shutil.copy(HERE / name, pages)
    config = (HERE / "mkdocs.yml").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(f"{config}nav: {json.dumps(navigation())}\n")


def navigation() -> list[dict[str, str | list[str]]]:
    """The sections of the documentation, as MkDocs expects them. JSON is YAML."""
    found: list[dict[str, str | list[str]]] = [{"Overview": f"{documentation.INDEX}.md"}]
    for title, names in documentation.SECTIONS.items():
        files = [f"{name}.md" for name in names]
        found.append({title: files if len(files) > 1 else files[0]})
    return found


def _run_zensical(project: Path) -> None:
    done = run([sys.executable, "-m", "zensical", "build", "--strict"], folder=project)
    if done.failed:
        said = _COLOUR.sub("", done.output).partition("Traceback")[0]
        raise SiteError(f"Zensical failed:\n{said}")


def _flatten(made: Path) -> None:
    """Move every file that pages load into assets/, and change all references to it."""
    for name in UNREAD:
        (made / name).unlink(missing_ok=True)
    assets = made / "assets"
    files = [one for one in made.rglob("*") if one.is_file() and one.suffix != ".html"]
    moved = {one.relative_to(made).as_posix(): one.name for one in files}
    if len(set(moved.values())) != len(moved):
        raise SiteError(f"two files have the same name: {sorted(moved)}")
    pages = sorted(made.glob("*.html"))
    for page in pages:
        html = page.read_text(encoding="utf-8")
        for old, name in moved.items():
            html = re.sub(rf'(")(?:\./)?{re.escape(old)}(?=")', rf"\1assets/{name}", html)
        page.write_text(html, encoding="utf-8")
    used = "".join(page.read_text(encoding="utf-8") for page in pages)
    contents = {
        one.name: one.read_bytes()
        for one in files
        if one.name == "search.json" or f"assets/{one.name}" in used
    }
    shutil.rmtree(assets)
    for one in files:
        one.unlink(missing_ok=True)
    assets.mkdir()
    for name, content in contents.items():
        (assets / name).write_bytes(content)
    (script,) = assets.glob("bundle.*.js")
    script.write_text(_changed(script.read_text(encoding="utf-8")), encoding="utf-8")


def _changed(script: str) -> str:
    for pattern, replacement in CHANGES_OF_SCRIPT:
        script, times = re.subn(pattern, replacement, script)
        if times != 1:
            raise SiteError(f"the script of this version of Zensical differs: {pattern}")
    return script


def foreign_addresses(made: Path) -> Iterator[str]:
    """Addresses outside the site from which a page or a style would load something."""
    for page in made.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        yield from (address for address in _LOADED.findall(html) if "//" in address)
    for style in (made / "assets").glob("*.css"):
        text = style.read_text(encoding="utf-8")
        yield from re.findall(r"url\([\"']?((?:https?:)?//[^)\"']+)", text)


def main() -> int:
    """Build the site and print a line about it."""
    parser = argparse.ArgumentParser(prog="make site", description=__doc__)
    parser.add_argument("--out", type=Path, default=documentation.BUILT, metavar="DIR")
    out: Path = parser.parse_args().out
    try:
        build(out)
    except SiteError as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    size = sum(one.stat().st_size for one in out.rglob("*") if one.is_file())
    print(f"{out}: {len(list(out.glob('*.html')))} pages, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
