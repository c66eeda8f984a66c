"""What the wheel contains and needs, for hatchling (pyproject.toml).

hatchling is the build backend because it can add files from outside of the package, and because
such a hook can read the requirements. setuptools would need copies of both in the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

REQUIREMENTS = "requirements-local.txt"
EXTRAS = {"mcp": "requirements-mcp.txt"}
SITE = Path("build", "site")
"""The built documentation; without it, pages are made when they are first requested."""


def read_requirements(file: Path) -> list[str]:
    """Return the requirements of a file and of those that it includes with ``-r``."""
    found: list[str] = []
    for raw in file.read_text(encoding="utf-8").splitlines():
        line = raw.partition(" #")[0].strip()
        if line.startswith("-r "):
            found += read_requirements(file.parent / line.removeprefix("-r ").strip())
        elif line and not line.startswith("#"):
            found.append(line)
    return found


def extra_files(root: Path) -> dict[str, str]:
    """Return the files outside of the package that an installation needs, and their places."""
    files = {str(root / "app.py"): "chalicelib/installed_app.py"}
    for page in sorted((root / "docs").glob("*.md")):
        files[str(page)] = f"chalicelib/documentation/docs/{page.name}"
    if (root / SITE).is_dir():
        files[str(root / SITE)] = "chalicelib/documentation/pages"
    return files


class Dependencies(MetadataHookInterface):
    """Sets the dependencies."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the requirements of one machine."""
        metadata["dependencies"] = read_requirements(Path(self.root, REQUIREMENTS))
        metadata["optional-dependencies"] = {
            name: read_requirements(Path(self.root, file)) for name, file in EXTRAS.items()
        }


class Files(BuildHookInterface[Any]):
    """Adds files to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files; an editable installation uses them where they are."""
        if version != "editable":
            build_data["force_include"] |= extra_files(Path(self.root))
