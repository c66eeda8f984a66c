"""What the wheel contains and needs, for hatchling (pyproject.toml).

hatchling is the build backend because it can add files from outside of the package, and because
such a hook can read the requirements. setuptools would need copies of both in the package.

Every wheel contains the documentation site, built from docs/ of the same source: the hook declares
the generator as a build requirement, so installers get it for the build and remove it afterwards.
"""

from __future__ import annotations

import subprocess  # with fixed arguments  # nosec B404
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

REQUIREMENTS = "requirements-local.txt"
EXTRAS = {"mcp": "requirements-mcp.txt"}
GENERATOR = "requirements-docs.txt"
"""What builds the documentation (ADR 59)."""

SITE = "chalicelib/documentation/pages"
"""The place of the built documentation in the wheel."""


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


def build_site(root: Path, out: Path) -> None:
    """Build the documentation of a source tree into a folder.

    Raises
    ------
    RuntimeError
        If it cannot be built, for example because Zensical is not installed.
    """
    done = subprocess.run(  # nosec B603
        [sys.executable, "-m", "infra.site", "--out", str(out)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"the documentation cannot be built; building needs {GENERATOR}:\n"
            f"{done.stdout}{done.stderr}"
        )


class Dependencies(MetadataHookInterface):
    """Sets the dependencies."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the requirements of one machine."""
        metadata["dependencies"] = read_requirements(Path(self.root, REQUIREMENTS))
        metadata["optional-dependencies"] = {
            name: read_requirements(Path(self.root, file)) for name, file in EXTRAS.items()
        }


class Files(BuildHookInterface[Any]):
    """Adds `app.py` and the documentation site to the wheel."""

    _folder: tempfile.TemporaryDirectory[str] | None = None

    def dependencies(self) -> list[str]:
        """What the build needs in addition to hatchling."""
        return read_requirements(Path(self.root, GENERATOR))

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files; an editable installation uses them where they are."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        site = Path(self._folder.name, "site")
        build_site(Path(self.root), site)
        build_data["force_include"] |= {
            str(Path(self.root, "app.py")): "chalicelib/installed_app.py",
            str(site): SITE,
        }

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder of the site, which the wheel now contains."""
        if self._folder is not None:
            self._folder.cleanup()
