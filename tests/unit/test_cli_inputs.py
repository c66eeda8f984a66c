"""Files of a user: found, recognised, compared, and named if they are not used."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from chalicelib.cli import main
from chalicelib.cli.inputs.cost_tables import is_table_of_costs, raw_mapping_of_costs
from chalicelib.cli.inputs.file_options import FileOption, is_same_file, parse_option
from chalicelib.cli.inputs.found_files import FoundFile, split_pattern, with_short_names
from chalicelib.cli.inputs.gathering import Gathered, Gathering, ReadingOptions
from chalicelib.model.errors import ExportRejected
from chalicelib.model.events import Conversion, Cost, Engagement
from tests.factories import NOW, make_event
from tests.importers.files import google_report, google_row

Gather = Callable[..., Gathered]


@pytest.fixture
def gather(tmp_path_factory: pytest.TempPathFactory) -> Gather:
    def read(*paths: object, stdin: bytes = b"", **options: object) -> Gathered:
        gathering = Gathering(
            ReadingOptions(**options),  # type: ignore[arg-type]
            tmp_path_factory.mktemp("scratch"),
            NOW,
        )
        return gathering.gather([str(path) for path in paths], io.BytesIO(stdin), _silent)

    return read


def _silent(_share: float, _note: str = "") -> None:
    pass


def google_ads(*days: int, clicks: int = 7, campaign: str = "A") -> str:
    """A campaign report about days of January."""
    rows = [
        google_row(day=f"2026-01-{day:02d}", clicks=str(clicks + day % 5), campaign=campaign)
        for day in days
    ]
    period = f"January {min(days)}, 2026 - January {max(days)}, 2026"
    return google_report(*rows, period=period)


def shopify(*days_of_orders: str) -> str:
    head = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,"
    head += "Lineitem quantity,Lineitem name,Refunded Amount,Id\n"
    return head + "".join(
        f"#{n},a{n}@example.org,paid,{day} 10:00:00 +0000,EUR,9,9,"
        f"{day} 10:00:00 +0000,1,Chair,0,{n}\n"
        for n, day in enumerate(days_of_orders, 1)
    )


def clicks_of(gathered: Gathered) -> int:
    return sum(
        event.count
        for event in gathered.lines
        if isinstance(event, Engagement) and event.type == "click"
    )


# --- finding ----------------------------------------------------------------------------------


def test_folders_archives_events_and_standard_input_are_read_together(
    gather: Gather, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "google.csv").write_text(google_ads(1))
    (folder / ".hidden.csv").write_text("not for us")
    with zipfile.ZipFile(folder / "both.zip", "w") as archive:
        archive.writestr("shop.csv", shopify("2026-01-01", "2026-01-02"))
        archive.writestr("google.csv", google_ads(2))
    packed = tmp_path / "events.ndjson.gz"
    packed.write_bytes(gzip.compress(json.dumps(make_event()).encode() + b"\n"))

    gathered = gather(folder, packed, "-", stdin=google_ads(3).encode())

    names = {file.name: file.what for file in gathered.files}
    assert names == {
        f"{folder}/both.zip/shop.csv": "shopify orders",
        f"{folder}/both.zip/google.csv": "google_ads campaign",
        f"{folder}/inner/google.csv": "google_ads campaign",
        f"{packed}": "events",
        "standard input": "google_ads campaign",
    }
    assert gathered.problems == []
    kinds = [type(event) for event in gathered.lines]
    assert (kinds.count(Conversion), kinds.count(Engagement)) == (2, 7)


def test_event_lines_in_an_archive_are_read_together_with_its_exports(
    gather: Gather, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("google.csv", google_ads(1))
        archive.writestr("events.ndjson", json.dumps(make_event()) + "\n")

    gathered = gather(path)

    assert [file.what for file in gathered.files] == ["google_ads campaign", "events"]


def test_a_missing_file_ends_the_reading(gather: Gather, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        gather(tmp_path / "none.csv")


def test_names_leave_out_the_folder_that_all_files_share() -> None:
    def shown(*names: str, rules: type[PurePath] = PurePosixPath) -> list[str]:
        files = [FoundFile(name, Path(name)) for name in names]
        return [file.title for file in with_short_names(files, rules)]

    assert shown("/data/a/x.csv", "/data/b/x.csv") == ["a/x.csv", "b/x.csv"]
    assert shown("/data/x.csv") == ["/data/x.csv"]
    assert shown("x.csv", "/data/y.csv") == ["x.csv", "/data/y.csv"]
    assert shown("standard input", "/data/y.csv") == ["standard input", "/data/y.csv"]
    windows = [r"C:\Data\a\x.csv", r"c:\data\b.zip/x.csv"]
    assert shown(*windows, rules=PureWindowsPath) == [r"a\x.csv", r"b.zip\x.csv"]
    drives = [r"C:\data\x.csv", r"D:\data\y.csv"]
    assert shown(*drives, rules=PureWindowsPath) == drives


@pytest.mark.parametrize(
    ("text", "rules", "folder", "pattern"),
    [
        (r"C:\exports\*.csv", PureWindowsPath, "C:\\exports", "*.csv"),
        (r"exports\2026-*\ads?.csv", PureWindowsPath, "exports", "2026-*/ads?.csv"),
        ("*.csv", PureWindowsPath, ".", "*.csv"),
        ("/data/**/x.csv", PurePosixPath, "/data", "**/x.csv"),
    ],
)
def test_a_path_with_wildcards_is_a_folder_and_a_pattern(
    text: str, rules: type[PurePath], folder: str, pattern: str
) -> None:
    assert split_pattern(text, rules) == (rules(folder), pattern)
    assert split_pattern(text.replace("*", "x").replace("?", "x"), rules) is None


def test_a_pattern_that_the_shell_did_not_expand_names_the_files_that_it_matches(
    gather: Gather, tmp_path: Path
) -> None:
    for name, day in (("b.csv", 2), ("a.csv", 1), ("c.txt", 3), (".d.csv", 4)):
        (tmp_path / name).write_text(google_ads(day))
    (tmp_path / "[x].csv").write_text(google_ads(5))

    matched = gather(tmp_path / "?.csv")
    literal = gather(tmp_path / "[x].csv")

    assert [file.name for file in matched.files] == ["a.csv", "b.csv"]
    assert [file.events > 0 for file in literal.files] == [True]
    with pytest.raises(FileNotFoundError):
        gather(tmp_path / "*.json")


# --- what is not used is named ------------------------------------------------------------------


def test_a_file_that_is_not_recognised_is_named_with_the_reason(
    gather: Gather, tmp_path: Path
) -> None:
    unknown, empty = tmp_path / "unknown.csv", tmp_path / "empty.csv"
    unknown.write_text("Apples,Pears\n1,2\n")
    empty.touch()

    problems = gather(unknown, empty).problems

    assert len(problems) == 2
    assert problems[0].startswith("unknown.csv is not used. File not recognised: ")
    assert problems[1].startswith("empty.csv is not used. ")


def test_a_copy_under_another_name_is_read_once(gather: Gather, tmp_path: Path) -> None:
    one, other = tmp_path / "google.csv", tmp_path / "google (1).csv"
    for path in (one, other):
        path.write_text(google_ads(1, 2))

    gathered = gather(one, other)

    assert gathered.problems == ["google (1).csv is not used. It is a copy of google.csv."]
    assert clicks_of(gathered) == 8 + 9


def test_a_restated_report_replaces_the_days_of_the_earlier_one(
    gather: Gather, tmp_path: Path
) -> None:
    one, other = tmp_path / "january.csv", tmp_path / "later.csv"
    one.write_text(google_ads(1, 2))
    other.write_text(google_ads(2, 3, clicks=20))

    gathered = gather(one, other)

    (problem,) = gathered.problems
    assert problem.startswith("later.csv: it replaces ")
    assert "january.csv" in problem
    assert clicks_of(gathered) == 8 + 22 + 23


def test_another_report_of_the_same_numbers_is_not_counted_twice(
    gather: Gather, tmp_path: Path
) -> None:
    one, other = tmp_path / "campaigns.csv", tmp_path / "ads.csv"
    one.write_text(google_ads(*range(1, 11)))
    other.write_text(google_ads(*range(1, 11), campaign="Another name"))

    gathered = gather(one, other)

    (problem,) = gathered.problems
    assert "are not used, because they equal those of campaigns.csv on 10 days" in problem
    assert clicks_of(gathered) == sum(7 + n % 5 for n in range(1, 11))


def test_other_numbers_of_the_same_days_are_a_doubt(gather: Gather, tmp_path: Path) -> None:
    one, other = tmp_path / "campaigns.csv", tmp_path / "ads.csv"
    one.write_text(google_ads(*range(1, 11)))
    other.write_text(google_ads(*range(1, 11), campaign="B", clicks=40))

    gathered = gather(one, other)

    (caution,) = gathered.cautions
    assert "campaigns.csv has numbers of the same 10 days" in caution
    assert clicks_of(gathered) == sum(47 + 2 * (n % 5) for n in range(1, 11))


def test_a_file_whose_last_row_is_cut_off_is_named(gather: Gather, tmp_path: Path) -> None:
    report = tmp_path / "google.csv"
    report.write_text(google_ads(1, 2)[:-30].rstrip("\n"))
    lines = tmp_path / "events.ndjson"
    lines.write_text(json.dumps(make_event()) + "\n" + json.dumps(make_event())[:40])

    cautions = gather(report, lines).cautions

    assert [caution.partition(":")[0] for caution in cautions] == ["google.csv", "events.ndjson"]
    assert all("ends in the middle of a row" in caution for caution in cautions)


def test_a_report_whose_rows_are_all_rejected_declares_no_days(
    gather: Gather, tmp_path: Path
) -> None:
    shop = tmp_path / "shop.csv"
    shop.write_text(shopify("2026-01-01", "2026-01-02"))

    gathered = gather(shop, currency="AUD")

    (problem,) = gathered.problems
    assert "All 2 rows are rejected: Wrong currency (2)" in problem
    assert list(gathered.lines) == []


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name", "path", "expected"),
    [
        ("shop.csv", "shop.csv", PurePosixPath, True),
        ("shop.csv", "/data/shop.csv", PurePosixPath, True),
        ("data/shop.csv", "/data/shop.csv", PurePosixPath, True),
        ("other/shop.csv", "/data/shop.csv", PurePosixPath, False),
        ("op.csv", "shop.csv", PurePosixPath, False),
        ("", "shop.csv", PurePosixPath, False),
        ("shop.csv", r"C:\data\Shop.CSV", PureWindowsPath, True),
        (r"C:\data\shop.csv", r"c:\Data\shop.csv", PureWindowsPath, True),
        (r"data\shop.csv", "C:/data/shop.csv", PureWindowsPath, True),
        (r"D:\data\shop.csv", r"C:\data\shop.csv", PureWindowsPath, False),
    ],
)
def test_a_file_is_named_by_its_path_or_its_end(
    given: str, name: str, path: type, expected: bool
) -> None:
    assert is_same_file(given, name, path) is expected


def test_a_path_with_an_equals_sign_is_split_at_the_end_of_the_file_name() -> None:
    names = [r"C:\a=b\shop.csv"]
    text = r"C:\a=b\shop.csv=C:\maps\m=1.json"

    found = parse_option(text, names, PureWindowsPath)

    assert found == FileOption(r"C:\maps\m=1.json", r"C:\a=b\shop.csv")
    assert parse_option("m=1.json", names, PureWindowsPath) == FileOption("m=1.json")


@pytest.mark.parametrize(
    ("given", "name", "rules"),
    [
        ("exports/ads.csv", "exports", PurePosixPath),
        ("exports.zip/inner/ads.csv", "/data/exports.zip", PurePosixPath),
        (r"exports.zip\ads.csv", r"C:\data\Exports.zip", PureWindowsPath),
        (r"C:\data\exports/ads.csv", r"C:\data\exports", PureWindowsPath),
    ],
)
def test_an_option_can_name_a_file_in_a_folder_or_an_archive(
    given: str, name: str, rules: type[PurePath]
) -> None:
    assert parse_option(f"{given}=m.json", [name], rules) == FileOption("m.json", given)
    assert parse_option(f"other/{given}=m.json", ["none"], rules).file == ""


def test_a_platform_can_be_given_for_one_file_of_an_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("ads.csv", google_ads(1))
        target.writestr("events.ndjson", json.dumps(make_event()))

    main(["doctor", str(archive), "--platform", f"{archive}/ads.csv=meta_ads"])

    assert "a.zip/ads.csv is not used" in capsys.readouterr().err


def test_a_mapping_applies_to_the_named_file_or_to_all_that_are_not_recognised(
    gather: Gather, tmp_path: Path
) -> None:
    own, google, mapping = (tmp_path / name for name in ("own.csv", "google.csv", "m.json"))
    own.write_text("Tag;Mag\n2026-01-01;3\n")
    google.write_text(google_ads(1))
    mapping.write_text(
        json.dumps({"columns": {"Tag": "day", "Mag": "like"}, "constants": {"channel": "xing"}})
    )

    for option in (FileOption(str(mapping)), FileOption(str(mapping), "own.csv")):
        gathered = gather(own, google, mappings=[option])

        assert [file.unused for file in gathered.files] == ["", ""]
        assert gathered.files[1].what == "google_ads campaign"
        likes = [e for e in gathered.lines if isinstance(e, Engagement) and e.type == "like"]
        assert [like.count for like in likes] == [3]


# --- costs --------------------------------------------------------------------------------------


def test_a_table_of_costs_is_spread_over_its_periods(gather: Gather, tmp_path: Path) -> None:
    google, costs = tmp_path / "google.csv", tmp_path / "costs.csv"
    google.write_text(google_ads(1))
    costs.write_text("From,To,Channel,Cost\n2026-01-01,2026-01-31,Facebook,310\n")

    gathered = gather(google, costs=[str(costs)], currency="EUR")

    (cost,) = (event for event in gathered.lines if isinstance(event, Cost))
    assert (cost.channel, cost.period_days, cost.paid) == ("facebook", 31, False)
    assert (cost.amount.amount, cost.amount.currency) == (310, "EUR")


@pytest.fixture
def folder_with_costs(tmp_path: Path) -> Path:
    """A folder with a report of ads and a table of other costs."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "google.csv").write_text(google_ads(1))
    (folder / "costs.csv").write_text(
        "From,To,Channel,Cost,Currency\n2026-01-01,2026-01-31,facebook,310,EUR\n"
    )
    return folder


def amounts(gathered: Gathered) -> dict[str, int]:
    """Channel -> its costs that are not part of a click."""
    return {one.channel: int(one.amount.amount) for one in gathered.lines if isinstance(one, Cost)}


def test_a_table_of_costs_among_the_files_is_used_and_named(
    gather: Gather, folder_with_costs: Path
) -> None:
    gathered = gather(folder_with_costs)

    assert amounts(gathered)["facebook"] == 310
    assert {file.name: file.what for file in gathered.files}["costs.csv"] == "costs"
    assert (
        "costs.csv: it is used as a table of costs; to leave it out, use --no-costs"
        in gathered.problems
    )
    assert gathered.cautions == []


def test_a_table_of_costs_among_the_files_can_be_left_out(
    gather: Gather, folder_with_costs: Path
) -> None:
    gathered = gather(folder_with_costs, finds_costs=False)

    assert "facebook" not in amounts(gathered)
    assert gathered.cautions == [
        "costs.csv is not used. It is a table of costs, and --no-costs excludes them."
    ]


def test_a_named_table_of_costs_wins_over_one_among_the_files(
    gather: Gather, folder_with_costs: Path, tmp_path: Path
) -> None:
    named = tmp_path / "agency.csv"
    named.write_text("Date,Channel,Cost,Currency\n2026-01-01,facebook,7,EUR\n")

    gathered = gather(folder_with_costs, costs=[str(named)])

    assert amounts(gathered)["facebook"] == 7
    (caution,) = gathered.cautions
    assert caution.endswith(
        "costs.csv is not used. It is a table of costs, but --costs names the tables to use."
    )


def test_a_table_of_costs_that_is_named_and_among_the_files_counts_once(
    gather: Gather, folder_with_costs: Path
) -> None:
    gathered = gather(folder_with_costs, costs=[str(folder_with_costs / "costs.csv")])

    assert amounts(gathered)["facebook"] == 310
    assert [file.name for file in gathered.files] == ["google.csv", "costs.csv"]
    assert gathered.cautions == []


def test_a_found_table_with_the_costs_of_a_report_is_doubtful(
    gather: Gather, folder_with_costs: Path
) -> None:
    costs = folder_with_costs / "costs.csv"
    costs.write_text("Date,Channel,Cost,Currency\n2026-01-01,google_ads,310,EUR\n")

    (caution,) = gather(folder_with_costs).cautions

    assert caution.startswith("costs.csv: google.csv has costs of google_ads on the same days.")
    costs.write_text("Date,Channel,Cost,Currency\n2026-01-02,google_ads,310,EUR\n")
    assert gather(folder_with_costs).cautions == []


def test_a_found_table_of_costs_without_a_currency_is_named(
    gather: Gather, folder_with_costs: Path
) -> None:
    (folder_with_costs / "costs.csv").write_text("Date,Channel,Cost\n2026-01-01,facebook,310\n")

    (caution,) = gather(folder_with_costs).cautions

    assert "costs.csv is not used" in caution
    assert "a Currency unless --currency names it" in caution
    assert amounts(gather(folder_with_costs, currency="EUR"))["facebook"] == 310


@pytest.mark.parametrize(
    "text",
    [
        "Channel,Cost\nfacebook,3\n",
        "Date,Cost\n2026-01-01,3\n",
        "Date,Channel,Clicks\n2026-01-01,facebook,3\n",
        "nothing\n",
    ],
)
def test_a_table_without_a_necessary_column_is_no_table_of_costs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(text)

    assert not is_table_of_costs(path)
    with pytest.raises(ExportRejected, match="needs the columns"):
        raw_mapping_of_costs(path, "EUR")


# --- the command line ---------------------------------------------------------------------------


def test_a_platform_is_for_the_only_file_or_for_the_named_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generic, shop = tmp_path / "ads.csv", tmp_path / "shop.csv"
    generic.write_text("Campaign,Day,Currency code,Cost,Clicks\nA,2026-01-01,EUR,3,2\n")
    shop.write_text(shopify("2026-01-01"))

    main(["doctor", str(generic), "--platform", "google_ads"])
    assert "google_ads campaign" in capsys.readouterr().out

    main(["doctor", str(generic), str(shop), "--platform", "ads.csv=google_ads"])
    assert "google_ads campaign" in capsys.readouterr().out

    assert main(["doctor", str(generic), str(shop), "--platform", "google_ads"]) == 2
    assert "name the file" in capsys.readouterr().err


def test_rejected_rows_with_the_same_reason_are_shown_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop.csv"
    shop.write_text(shopify(*["2026-01-01"] * 8))

    main(["doctor", str(shop), "--currency", "AUD"])

    (line, *_) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{shop}: 8 rows are rejected (2, 3, 4, 5, 6, ...): Wrong currency: ")
