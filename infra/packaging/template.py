"""The template that deploys the packages: that of Chalice, merged with `infra/stack/`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.commands import run
from infra.packaging.content import ROOT
from infra.packaging.targets import ARCHITECTURES, PACKAGES, RUNTIME, Architecture, PackageError
from infra.stack import resources

INCOMPLETE = "Could not install dependencies"
"""Chalice prints this if a package is incomplete, and still exits with 0."""


def merged_template(stage: str) -> dict[str, Any]:
    """The output of `chalice package` for the application and the resources, without code.

    `stage`: a stage of `.chalice/config.json`.

    Raises
    ------
    PackageError
        If Chalice fails or reports that something is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / ".chalice", project / ".chalice")
        shutil.copytree(
            ROOT / "chalicelib",
            project / "chalicelib",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        shutil.copy(ROOT / "app.py", project)
        (project / "resources.json").write_text(json.dumps(resources()), encoding="utf-8")
        (project / "requirements.txt").touch()  # empty: infra/packaging installs the packages
        chalice = str(Path(sys.executable).with_name("chalice"))
        done = run(
            [chalice, "package", "--stage", stage, "--merge-template", "resources.json", "out"],
            only=os.environ | {"AWS_DEFAULT_REGION": "eu-central-1"},
            folder=project,
        )
        if done.failed or INCOMPLETE in done.output:
            raise PackageError(f"Chalice did not write a template:\n{done.output}")
        made: dict[str, Any] = json.loads((project / "out" / "sam.json").read_text())
    return made


def deployable(template: dict[str, Any], architecture: Architecture) -> dict[str, Any]:
    """The template with package, Python version and processor of each function.

    Raises
    ------
    PackageError
        If a function is in the template but in no package, or the reverse.
    """
    code = {name: f"./{package.name}.zip" for package in PACKAGES for name in package.functions}
    given = template["Resources"]
    functions = {name for name, one in given.items() if one["Type"] == "AWS::Serverless::Function"}
    if functions != set(code):
        raise PackageError(f"only in the template or only in the packages: {functions ^ set(code)}")
    changed = {
        name: {
            **given[name],
            "Properties": {
                **given[name]["Properties"],
                "CodeUri": code[name],
                "Runtime": RUNTIME,
                "Architectures": [architecture.name],
            },
        }
        for name in functions
    }
    return {**template, "Resources": {**given, **changed}}


if __name__ == "__main__":  # for `make lint-template`
    json.dump(deployable(merged_template("dev"), ARCHITECTURES["x86_64"]), sys.stdout, indent=1)
