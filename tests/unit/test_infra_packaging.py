"""The output of `make package`: its content, reproducible bytes, and rejected packages."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.commands import Ended
from infra.packaging import archive, checking, content, targets
from infra.packaging import template as template_module
from infra.packaging.targets import ARCHITECTURES, PACKAGES, Package, PackageError
from infra.packaging.template import deployable
from tests import packaged

LOCK = """\
# made by hand
apple==1 \\
    --hash=sha256:aa
    # via -r requirements.txt
core==2 ; python_full_version < '3.12' \\
    --hash=sha256:bb
    # via
    #   apple
    #   pear
core==3 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
    # via
    #   apple
    #   pear
pear==1 \\
    --hash=sha256:dd
    # via apple
seed==1 \\
    --hash=sha256:ee
    # via core
soil==1 \\
    --hash=sha256:ff
    # via
    #   -r requirements.txt
    #   core
"""
ELF = {
    name: b"\x7fELF" + bytes(14) + one.elf_machine.to_bytes(2, "little")
    for name, one in ARCHITECTURES.items()
}
MODULE = {
    "chalicelib/__init__.py": b"",
    f"chalicelib/__pycache__/__init__.cpython-{''.join(map(str, targets.VERSION))}.pyc": b"",
}
TINY = Package("tiny", ("AppHandler",), frozenset(), frozenset({"chalicelib"}))


# --- what goes in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        ({"seed"}, {"seed"}),
        ({"pear"}, {"pear"}),
        ({"apple"}, {"apple", "pear", "core", "seed"}),
        (set(), set()),
    ],
)
def test_requirements_of_only_excluded_distributions_are_excluded(
    names: set[str], gone: set[str]
) -> None:
    assert content.with_what_only_they_need(LOCK, frozenset(names)) == gone


def test_a_name_that_is_not_in_the_lock_file_is_an_error() -> None:
    with pytest.raises(PackageError, match="plum"):
        content.with_what_only_they_need(LOCK, frozenset({"plum"}))


def test_both_versions_of_a_distribution_keep_their_markers() -> None:
    cores = [one for one in content.entries(LOCK) if content.name_of(one) == "core"]
    assert [one.partition(" ;")[0] for one in cores] == ["core==2", "core==3"]
    assert "".join(content.entries(LOCK)) == LOCK.partition("\n")[2]


def test_the_lock_file_has_everything_that_each_package_needs() -> None:
    lock = content.LOCK.read_text(encoding="utf-8")
    for package in PACKAGES:
        gone = content.with_what_only_they_need(lock, package.without | targets.IN_THE_RUNTIME)
        left = {content.name_of(one).replace("-", "_") for one in content.entries(lock)}
        left -= {name.replace("-", "_") for name in gone}
        assert package.needed - {"chalice", "chalicelib"} <= left
        assert not {"boto3", "botocore", "s3transfer"} & left
        assert ("pandas" in left) == ("statsmodels" in package.needed)


@pytest.mark.parametrize(
    "place",
    [
        "numpy/__init__.pyi",
        "scipy/linalg/_flapack.pyf",
        "statsmodels/datasets/fair/fair.csv",
        "statsmodels/datasets/fair/src/1978ADAT.asc",
        "pandas-3.dist-info/RECORD",
        "statsmodels/tsa/statespace/sarimax.py",
        "holidays/locale/de/LC_MESSAGES/AT.po",
        "scipy/io/matlab/_mio.py",
        "aws_lambda_powertools/event_handler/__init__.py",
    ],
)
def test_unused_files_are_removed(place: str) -> None:
    assert content.is_unread_file(Path(place))


@pytest.mark.parametrize(
    "place",
    [
        "numpy/__init__.py",
        "scipy.libs/libscipy_openblas-5f890258.so",
        "statsmodels/datasets/utils.py",
        "statsmodels/tsa/statespace/structural.py",
        "statsmodels/tsa/statespace/_kalman_filter.cpython-313-x86_64-linux-gnu.so",
        "holidays/locale/de/LC_MESSAGES/DE.mo",
        "pandas-3.dist-info/METADATA",
        "chalicelib/documentation/pages/api.html",
        "numpy/f2py/__init__.py",
    ],
)
def test_used_files_are_kept(place: str) -> None:
    assert not content.is_unread_file(Path(place))


def test_test_folders_are_removed_unless_they_are_used_at_run_time() -> None:
    assert content.is_unread_folder(Path("scipy/stats/tests"))
    assert not content.is_unread_folder(Path("numpy/testing"))
    assert not content.is_unread_folder(Path("chalicelib/storage"))


def test_pruning_removes_only_unused_files(tmp_path: Path) -> None:
    for place in ("a/__init__.py", "a/tests/test_a.py", "a/a.pyi", "a/tests/deep/x.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    content.prune(tmp_path)
    left = sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*"))
    assert left == ["a", "a/__init__.py"]


# --- the same bytes ---------------------------------------------------------------------------


def packed_twice(tmp_path: Path) -> list[bytes]:
    made = []
    for number in range(2):
        folder = tmp_path / f"made{number}" / "tiny"
        folder.mkdir(parents=True)
        for name in ("b.py", "app.py", "lib.so") if number else ("lib.so", "app.py", "b.py"):
            (folder / name).write_text(f"name = {name!r}\nother = {{'x', 'y', 'z'}}\n")
        archive.compile_all(folder, Path(sys.executable))
        archive.pack(folder, tmp_path / f"{number}.zip")
        made.append((tmp_path / f"{number}.zip").read_bytes())
    return made


def test_the_same_content_gives_the_same_zip(tmp_path: Path) -> None:
    one, other = packed_twice(tmp_path)
    assert one == other
    assert archive.pack(tmp_path / "made0" / "tiny", tmp_path / "x.zip") == (
        hashlib.sha256(one).hexdigest()
    )


def imported(folder: Path, code: str) -> str:
    """What a Python without packages prints that imports from a folder."""
    asked = "import sys; sys.path.insert(0, sys.argv[1]); exec(sys.argv[2])"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", asked, str(folder), code],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_compiled_files_are_used_without_check_and_have_the_paths_in_lambda(tmp_path: Path) -> None:
    packed_twice(tmp_path)
    module = tmp_path / "made0" / "tiny" / "app.py"
    module.write_text("name = 'changed since'\n")
    assert imported(module.parent, "import app; print(app.name)") == "app.py\n"
    (compiled,) = module.parent.glob("__pycache__/app.*.pyc")
    assert b"/var/task/app.py" in compiled.read_bytes()
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_libraries_have_no_sources_and_name_their_lines(tmp_path: Path) -> None:
    for place in ("app.py", "chalicelib/__init__.py", "library/__init__.py", "single.py"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("def fail():\n    raise ValueError(__file__)\n")
    archive.compile_all(tmp_path, Path(sys.executable))
    files = sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*.py*"))
    tag = sys.implementation.cache_tag
    assert files == [
        f"__pycache__/app.{tag}.pyc",
        "app.py",
        "chalicelib/__init__.py",
        f"chalicelib/__pycache__/__init__.{tag}.pyc",
        "library/__init__.pyc",
        "single.pyc",
    ]
    for name, source in (("library", "library/__init__.py"), ("single", "single.py")):
        code = f"""
import {name}, traceback
try:
    {name}.fail()
except ValueError:
    print(traceback.format_exc())
"""
        assert f'"/var/task/{source}", line 2, in fail' in imported(tmp_path, code)


def test_a_module_that_cannot_be_compiled_fails_the_package(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def:\n")
    with pytest.raises(PackageError, match="compiled"):
        archive.compile_all(tmp_path, Path(sys.executable))


# --- what is rejected --------------------------------------------------------------------------


def a_zip(tmp_path: Path, files: dict[str, bytes]) -> Path:
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path


def test_a_package_that_is_too_large_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_zip(tmp_path, {"a": b"x" * 100, "b": b"y" * 50})
    assert checking.check_size(path) == 150
    monkeypatch.setattr(checking, "MAX_UNPACKED_BYTES", 150)
    with pytest.raises(PackageError, match="150"):
        checking.check_size(path)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_library_for_another_processor_is_rejected(name: str, tmp_path: Path) -> None:
    (other,) = set(ARCHITECTURES) - {name}
    good = a_zip(tmp_path, MODULE | {"x.so": ELF[name]})
    checking.check_content(good, TINY, ARCHITECTURES[name])
    for data in (ELF[other], b"no library"):
        bad = a_zip(tmp_path, MODULE | {"x.cpython-313.so": data})
        with pytest.raises(PackageError, match=f"not a library for {name}"):
            checking.check_content(bad, TINY, ARCHITECTURES[name])


@pytest.mark.parametrize(
    ("name", "reason"), [("a", "lacks chalicelib"), ("chalicelib/__init__.py", "not compiled")]
)
def test_a_package_without_a_module_or_its_compiled_file_is_rejected(
    name: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(PackageError, match=reason):
        checking.check_content(a_zip(tmp_path, {name: b""}), TINY, ARCHITECTURES["x86_64"])


def test_a_library_may_be_without_sources_and_must_be(tmp_path: Path) -> None:
    library = Package("tiny", ("AppHandler",), frozenset(), frozenset({"library"}))
    compiled = {"library/__init__.pyc": b""}
    checking.check_content(a_zip(tmp_path, compiled), library, ARCHITECTURES["x86_64"])
    tag = "".join(map(str, targets.VERSION))
    source = {"library/a.py": b"", f"library/__pycache__/a.cpython-{tag}.pyc": b""}
    with pytest.raises(PackageError, match=r"sources of libraries: library/a\.py"):
        checking.check_content(a_zip(tmp_path, compiled | source), library, ARCHITECTURES["x86_64"])


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_only_the_package_of_the_api_contains_the_documentation(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    monkeypatch.setattr(content, "install", lambda *_: None)
    monkeypatch.setattr(content, "write_documentation", written.append)
    content.gather(tmp_path, package, ARCHITECTURES["x86_64"])
    expected = [tmp_path / "chalicelib" / "documentation"]
    assert written == (expected if "APIHandler" in package.functions else [])
    assert (tmp_path / "chalicelib" / "dashboard" / "index.html").exists()


def test_a_package_with_different_estimates_is_rejected() -> None:
    document = {"a": [1.0, {"b": 2.0}], "c": "x", "d": None}
    near = document | {"a": [1.0 + 1e-9, {"b": 2.0}]}
    assert 0 < checking.largest_difference(document, near) < 1e-8
    for changed in (
        {"a": [1.0 + 1e-4, {"b": 2.0}]},
        {"a": [1.0]},
        {"a": [1.0, {}]},
        {"c": "y"},
        {"d": 0.0},
    ):
        with pytest.raises(PackageError):
            checking.largest_difference(document, document | changed)


def test_a_package_needs_the_python_version_of_lambda(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "python3.13"
    wrong.write_text("#!/bin/sh\necho 3 12\n")
    wrong.chmod(0o755)
    monkeypatch.setenv("LIKEWORTH_PACKAGE_PYTHON", str(wrong))
    with pytest.raises(PackageError, match="LIKEWORTH_PACKAGE_PYTHON"):
        targets.find_python()
    wrong.write_text("#!/bin/sh\necho 3 13\n")
    assert targets.find_python() == wrong


# --- the template -----------------------------------------------------------------------------


def test_every_function_has_package_python_version_and_processor() -> None:
    made = deployable(packaged.template(), ARCHITECTURES["arm64"])
    for package in PACKAGES:
        for name in package.functions:
            properties = made["Resources"][name]["Properties"]
            assert properties["CodeUri"] == f"./{package.name}.zip"
            assert properties["Runtime"] == "python3.13"
            assert properties["Architectures"] == ["arm64"]
    assert packaged.template()["Resources"]["FitHandler"]["Properties"]["CodeUri"] != "./whole.zip"


def test_a_function_without_a_package_is_rejected() -> None:
    template: dict[str, Any] = copy.deepcopy(packaged.template())
    template["Resources"]["NewHandler"] = template["Resources"]["FitHandler"]
    with pytest.raises(PackageError, match="NewHandler"):
        deployable(template, ARCHITECTURES["x86_64"])


def test_the_template_contains_no_local_path() -> None:
    assert str(packaged.ROOT) not in json.dumps(
        deployable(packaged.template(), ARCHITECTURES["x86_64"])
    )


def test_a_package_that_chalice_reports_as_incomplete_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = Ended(False, "", "Could not install dependencies:\nnumpy==2.5.5\n")
    monkeypatch.setattr(template_module, "run", lambda *_, **__: said)
    with pytest.raises(PackageError, match="numpy"):
        template_module.merged_template("dev")


def test_the_decomposition_has_a_larger_tolerance_than_estimates() -> None:
    def document(baseline: float, delta: float) -> dict[str, Any]:
        return {"goals": {"g": {"delta": delta, "decomposition": {"baseline": [baseline]}}}}

    assert checking.largest_difference(document(4.5212, 1.0), document(4.52116, 1.0)) > 0
    with pytest.raises(PackageError, match="baseline"):
        checking.largest_difference(document(4.5, 1.0), document(4.6, 1.0))
    with pytest.raises(PackageError, match="delta"):
        checking.largest_difference(document(4.5, 1.0), document(4.5, 1.0001))
