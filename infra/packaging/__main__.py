"""Build the packages and the template, or report why they must not be deployed.

python -m infra.packaging [--arch x86_64] [--stage dev] [--out build/package]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from infra.packaging import archive, checking
from infra.packaging.content import gather, install_runtime
from infra.packaging.targets import (
    ARCHITECTURES,
    ESTIMATING,
    PACKAGES,
    Architecture,
    Package,
    PackageError,
    architecture_here,
    find_python,
)
from infra.packaging.template import deployable, merged_template

OUT = Path("build/package")


def main() -> int:
    """Build everything and print a line for each package."""
    parser = argparse.ArgumentParser(prog="make package", description=__doc__)
    parser.add_argument("--arch", choices=ARCHITECTURES, default="x86_64")
    parser.add_argument("--stage", default="dev", help="a stage of .chalice/config.json")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    given = parser.parse_args()
    architecture = ARCHITECTURES[given.arch]
    try:
        python = find_python()
        template = deployable(merged_template(given.stage), architecture)
        shutil.rmtree(given.out, ignore_errors=True)
        given.out.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as folder:
            runtime = Path(folder, "runtime")
            install_runtime(runtime, architecture)
            for package in PACKAGES:
                print(make(package, architecture, python, runtime, given.out), flush=True)
        (given.out / "template.json").write_text(json.dumps(template, indent=1) + "\n")
    except PackageError as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    print(f"{given.out / 'template.json'}: the template that deploys them")
    return 0


def make(
    package: Package, architecture: Architecture, python: Path, runtime: Path, out: Path
) -> str:
    """Build and check a package; return the line to print."""
    path = out / f"{package.name}.zip"
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, package.name)
        content.mkdir()
        gather(content, package, architecture)
        archive.compile_all(content, python)
        digest = archive.pack(content, path)
    size = checking.check_size(path)
    checking.check_content(path, package, architecture)
    result = "not tested: this machine has another processor"
    if architecture == architecture_here():
        checking.check_start(path, package, python, runtime)
        result = "starts"
        if package.needed >= ESTIMATING:
            difference = checking.check_estimates(path, python, runtime)
            result = f"starts, and its estimates equal those of this code (to {difference:.0e})"
    return (
        f"{path}: {architecture.name}, {size / 1e6:.1f} MB, zipped {path.stat().st_size / 1e6:.1f} "
        f"MB, sha256 {digest[:16]}; {result}"
    )


if __name__ == "__main__":
    sys.exit(main())
