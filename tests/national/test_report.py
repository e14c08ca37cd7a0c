"""The national report as its readers get it: figures, coverage and status, providers, and what stops a publication."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from crt_return.national import disclosure
from crt_return.national.content import NOT_RECEIVED
from crt_return.national.coverage import QuarterCoverage, Status, status_of
from crt_return.national.data import NationalData, NoSuchPeriod
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import Standard
from crt_return.validate import run
from tests.national.made import PERIOD, QUARTERS, SILENT, STANDARD, TEAMS, YEAR, Change, england, with_evil_name

if TYPE_CHECKING:
    from crt_return.national.write import NationalReport, NotFitToPublish

# Each quarter of a made-up team starts 3 x (15 + its number) episodes.
EPISODES = {provider: sum(12 * (15 + team) for team in range(1, teams + 1)) for provider, teams in TEAMS.items()}
TWENTY = [f"RZ{letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]
LIMITS = STANDARD.national.coverage[0]


@dataclass(frozen=True)
class Made:
    """A report as written, with its folder and its data."""

    report: NationalReport
    out: Path
    data: Mapping[str, Any]

    @property
    def page(self) -> str:
        return (self.out / "index.html").read_text(encoding="utf-8")


def made(data: NationalData, out: Path, *, pictures: bool = False, standard: Standard = STANDARD) -> Made:
    """Write a report: without `pictures`, charts are not drawn and the workbook is empty."""
    from crt_return.national import page, write

    with pytest.MonkeyPatch.context() as patch:
        if not pictures:
            patch.setattr(page, "svg", lambda *_, **__: "<svg></svg>")
            patch.setattr(write, "workbook_bytes", lambda *_: b"")
        report = write.write_national(data, standard, out)
    return Made(report, out, data_of(out))


def data_of(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "national.json").read_text(encoding="utf-8"))
    return found


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A figure without what the standard says of it."""
    said = ("title", "kind", "unit", "target", "source", "standing", "state")
    return {part: value for part, value in data["indicators"][name].items() if part not in said}


def without(period: str, provider: str | None = None) -> Change:
    """Everything but the returns of a quarter, of one provider or of all; what was expected of it stays."""

    def kept(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        gone = row["period"] == period and provider in (None, row["provider_code"])
        return None if gone and table != "acceptance.expected_provider" else row

    return kept


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on the last quarter of the year, from the data of the whole year."""
    return made(NationalData(PERIOD, england(TEAMS).tables), tmp_path_factory.mktemp("quarter"))


@pytest.fixture(scope="module")
def quarter_missing(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a year without any return of its second quarter."""
    return made(england(TEAMS, change=without(QUARTERS[1])), tmp_path_factory.mktemp("quarter-missing"))


@pytest.fixture(scope="module")
def rzb_missing(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a year to which RZB sent no return of the second quarter."""
    return made(england(TEAMS, change=without(QUARTERS[1], "RZB")), tmp_path_factory.mktemp("rzb-missing"))


@pytest.fixture(scope="module")
def backwards(quarter: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on the year, from rows in the opposite order, written over a report on a quarter."""
    out = tmp_path_factory.mktemp("backwards")
    shutil.copytree(quarter.out, out, dirs_exist_ok=True)
    tables = {name: frame.reverse() for name, frame in england(TEAMS, silent=SILENT).tables.items()}
    return made(NationalData(YEAR, tables), out, pictures=True, standard=with_evil_name())


@pytest.fixture(scope="module")
def four_coverages(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a year with the returns of 19, 18, 16 and 15 of 20 providers of one team."""
    returned = dict(zip(QUARTERS, (19, 18, 16, 15), strict=True))

    def first_ones(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        sent = row["provider_code"] in TWENTY[: returned[row["period"]]]
        return row if sent or table == "acceptance.expected_provider" else None

    return made(england(dict.fromkeys(TWENTY, 1), change=first_ones), tmp_path_factory.mktemp("four-coverages"))


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a quarter of one invented provider with three teams."""
    return made(england({"RZA": 3}, quarters=[PERIOD]), tmp_path_factory.mktemp("invented"))


@pytest.fixture(scope="module")
def real_returned(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a quarter of 18 providers, of which one is real, and two invented ones that sent nothing."""
    teams, silent = dict.fromkeys([*TWENTY[:17], "R1A"], 1), dict.fromkeys(TWENTY[18:], 1)
    return made(england(teams, silent=silent, quarters=[PERIOD]), tmp_path_factory.mktemp("real-returned"))


@pytest.fixture(scope="module")
def real_silent(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report on a quarter of 19 invented providers of one team, and a real one of nine that sent nothing."""
    teams = dict.fromkeys(TWENTY[:19], 1)
    return made(england(teams, silent={"R1A": 9}, quarters=[PERIOD]), tmp_path_factory.mktemp("real-silent"))


def test_every_indicator_of_a_small_england_is_what_a_pencil_makes_it(year: Path) -> None:
    made = data_of(year)
    episodes, estimate = sum(EPISODES.values()), sum(EPISODES.values()) * 20 / 17
    numbers = {
        "C1": {"numerator": 3, "denominator": 4, "value": 0.75},
        "N1": {"numerator": 20, "value": 20},
        "N2": {"numerator": 17, "denominator": 20, "value": 0.85},
        "N3": {"numerator": 9, "denominator": 17, "value": 0.529411765},
        "N4": {"numerator": 9, "denominator": 17, "value": 0.529411765, "unknown": 0},
        "N5": {"numerator": 5, "denominator": 17, "value": 0.294117647},
        "N6": {"numerator": episodes, "value": episodes, "estimate": pytest.approx(estimate)},
        "N8": {"numerator": episodes, "denominator": 28000, "value": pytest.approx(episodes / 28000)}
        | {"estimate": pytest.approx(estimate / 28000)},
        "N9": {"numerator": episodes, "denominator": 100000, "value": pytest.approx(episodes / 100000)}
        | {"estimate": pytest.approx(estimate / 100000)},
        "N10": {"numerator": 17 * 4 * 30, "denominator": 17 * 4 * 93, "value": pytest.approx(30 / 93)},
        "N11": {"numerator": 5, "denominator": 17, "value": 0.294117647},
        "N12": {"numerator": 8, "denominator": 17, "value": 0.470588235},
        "N14": {"numerator": 4 * 221, "denominator": 4 * 17 * 26, "value": 0.5},
        "N15": {"numerator": 3, "denominator": 17, "value": 0.176470588, "unknown": 0},
        "N16": {"numerator": 4, "denominator": 17, "value": 0.235294118, "unknown": 0},
        "N17": {"numerator": 5, "denominator": 9, "value": 0.555555556, "unknown": 0},
        "N18": {"numerator": 8, "denominator": 17, "value": 0.470588235},
    }
    assert {name: figure(made, name) for name in numbers} == numbers


def test_people_are_not_added_up_but_bounded(year: Path) -> None:
    one = data_of(year)["indicators"]["N7"]
    assert (one["state"], one["upper_bound"]) == ("not evaluated", 17 * 4 * 40)
    assert "cannot be added up" in one["because"]
    assert "value" not in one


def test_status_is_of_the_last_quarter_and_flows_of_the_year(tmp_path: Path) -> None:
    def unlike(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        if table == "team_register" and row["period"] == QUARTERS[0]:
            return {**row, "operational_status_self": "not_operational"}
        return without(QUARTERS[3])(table, row)

    data = made(england(TEAMS, change=unlike), tmp_path).data
    assert data["status_as_at"] == "2006-12-31"
    assert data["indicators"]["N3"]["numerator"] == 9
    assert data["indicators"]["N6"]["value"] == sum(EPISODES.values()) * 3 / 4


def test_a_year_without_a_quarter_has_no_estimate_and_no_growth(quarter_missing: Made) -> None:
    data = quarter_missing.data
    reason = "no return of 2006-07-Q2 has been accepted"
    assert data["indicators"]["N6"]["estimate_because"] == reason
    assert "estimate" not in data["indicators"]["N6"]
    for name in ("N8", "N9"):
        assert data["indicators"][name]["state"] == "not evaluated"
        assert data["indicators"][name]["because"] == reason
    assert data["status"] == "withheld"


def test_a_quarter_is_not_compared_with_a_year(quarter: Made) -> None:
    assert quarter.data["period"] == PERIOD
    assert quarter.data["indicators"]["N6"]["estimate"] == sum(EPISODES.values()) / 4
    assert "whole year" in quarter.data["indicators"]["N8"]["because"]
    assert [row["what"] for row in rows(quarter.out, "growth") if row["note"].startswith("Not to be compared")]


def test_each_quarter_is_grossed_up_by_its_own_coverage(rzb_missing: Made) -> None:
    full = sum(EPISODES.values()) / 4
    second = (EPISODES["RZA"] + EPISODES["RZC"]) / 4 * 17 / 11
    assert rzb_missing.data["by_quarter"][QUARTERS[1]]["N6"]["estimate"] == pytest.approx(second)
    assert rzb_missing.data["indicators"]["N6"]["estimate"] == pytest.approx(second + 3 * full)


STATUSES: tuple[tuple[int, Status], ...] = (
    (20, "final"),
    (19, "final"),
    (18, "provisional"),
    (16, "provisional"),
    (15, "withheld"),
)


@pytest.mark.parametrize(("returned", "status"), STATUSES)
def test_the_status_goes_by_coverage(returned: int, status: Status) -> None:
    assert status_of([QuarterCoverage(PERIOD, returned, 20, returned, 20)], LIMITS) == status


def test_each_quarter_below_final_has_a_warning(four_coverages: Made) -> None:
    published = [(int(row["providers_accepted"]), row["status"]) for row in rows(four_coverages.out, "coverage")]
    assert published == [*STATUSES[1:]]
    assert [one.rule for one in four_coverages.report.warnings] == ["NAT-01"] * 3
    assert [one.message[:10] for one in four_coverages.report.warnings] == [*QUARTERS[1:]]
    assert four_coverages.report.status == "withheld"


def test_full_coverage_is_final_and_has_no_warning(quarter: Made) -> None:
    assert (quarter.report.status, quarter.report.warnings) == ("final", ())


def test_a_year_is_no_more_final_than_its_worst_quarter(quarter_missing: Made) -> None:
    assert quarter_missing.report.status == "withheld"
    (warning,) = quarter_missing.report.warnings
    assert "2006-07-Q2: 0 of 17 expected teams" in warning.message
    assert "Withheld" in quarter_missing.page


def test_a_quarter_with_18_of_20_providers_is_provisional(real_returned: Made) -> None:
    assert (real_returned.report.status, [one.rule for one in real_returned.report.warnings]) == (
        "provisional",
        ["NAT-01"],
    )


def test_teams_count_as_well_as_providers(real_silent: Made) -> None:
    assert real_silent.report.status == "withheld"  # 19 of 20 providers, but 19 of 28 teams


def test_where_nobody_was_expected_nothing_is_final(tmp_path: Path) -> None:
    data = england(TEAMS, quarters=[PERIOD])
    tables = {name: frame for name, frame in data.tables.items() if name != "acceptance.expected_provider"}
    assert made(NationalData(PERIOD, tables), tmp_path).report.status == "withheld"


def test_a_period_without_any_return_is_reported_as_such(tmp_path: Path) -> None:
    nothing = made(england({}, silent={"RZA": 2, "RZB": 3}), tmp_path, pictures=True)
    data = nothing.data
    assert (data["status"], data["status_as_at"]) == ("withheld", None)
    assert figure(data, "N2") == {"numerator": 0, "denominator": 5, "value": 0}
    assert data["indicators"]["N3"]["state"] == "not evaluated"
    assert data["indicators"]["N3"]["because"].startswith("no return of 2006-07-Q1, 2006-07-Q2, 2006-07-Q3 and 2006")
    assert {one["outcome"] for one in data["returns"]} == {NOT_RECEIVED}
    assert "No return of this period has been accepted" in nothing.page


def test_an_empty_register_and_store_give_a_report_that_says_so(tmp_path: Path) -> None:
    data = made(NationalData(PERIOD, {}), tmp_path, pictures=True).data
    assert data["indicators"]["N2"]["state"] == "not applicable"
    assert (data["synthetic"], data["providers"]) == (False, [])


@pytest.mark.parametrize("period", ["2006", "2006-08", "2006-07-Q5", "1999-00", "", "2006-07-q4"])
def test_a_period_there_is_not_is_refused_with_a_sentence(period: str, tmp_path: Path) -> None:
    with pytest.raises(NoSuchPeriod, match="neither a financial year, as 2006-07, nor a quarter"):
        made(NationalData(period, {}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_of_other_periods_are_left_out(quarter: Made) -> None:
    assert quarter.data["indicators"]["N6"]["value"] == sum(EPISODES.values()) / 4


def test_a_provider_is_published_under_disclosure_control(year: Path) -> None:
    shown = {(one["provider_code"], one["indicator"]): one for one in rows(year, "providers")}
    assert shown["RZA", "N6"]["numerator"] == str(EPISODES["RZA"])  # 2160 is a multiple of five
    assert shown["RZB", "N6"]["numerator"] == str(5 * round(EPISODES["RZB"] / 5))
    assert counts(shown["RZA", "N4"]) == ("5", "10", "56")
    assert counts(shown["RZB", "N4"]) == ("*", "*", "*")  # of its 6 teams: RZC's 2 could be told from England's 17
    assert counts(shown["RZD", "N6"]) == ("[x]", "", "")
    assert counts(shown["RZD", "N10"]) == ("[x]", "[x]", "[x]")
    assert counts(shown["", "N3"]) == ("9", "17", "52.941176471")


def counts(row: Mapping[str, str]) -> tuple[str, str, str]:
    return row["numerator"], row["denominator"], row["percentage"]


def test_the_page_the_data_and_the_files_show_the_same_of_providers(year: Path) -> None:
    of_files = {
        (one["provider_code"], one["indicator"]): [cell for cell in counts(one) if cell]
        for one in rows(year, "providers")
        if one["level"] == "provider"
    }
    of_data = {
        (provider["code"], name): [str(cell) for cell in shown.values()]
        for provider in data_of(year)["providers"]
        for name, shown in provider["figures"].items()
    }
    assert of_files == of_data
    page = (year / "index.html").read_text(encoding="utf-8")
    assert f"<td>{EPISODES['RZA']:,}</td>" in page
    assert f"<td>{EPISODES['RZB']:,}</td>" not in page


def test_a_provider_says_which_of_its_quarters_are_in_the_figures(rzb_missing: Made) -> None:
    quarters = {provider["code"]: provider["quarters"] for provider in rzb_missing.data["providers"]}
    assert quarters == {"RZA": [*QUARTERS], "RZB": [QUARTERS[0], *QUARTERS[2:]], "RZC": [*QUARTERS]}


def test_what_became_of_each_return_is_listed(tmp_path: Path) -> None:
    def rejected(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        if row["provider_code"] != "RZC" or table.startswith("acceptance.expected"):
            return row
        return {**row, "outcome": "rejected", "late": True} if table == "acceptance.submission" else None

    made(england(TEAMS, silent=SILENT, quarters=[PERIOD], change=rejected), tmp_path)
    assert [(one["provider_code"], one["outcome"], one["late"]) for one in rows(tmp_path, "returns")] == [
        ("RZA", "accepted", "no"),
        ("RZB", "accepted", "no"),
        ("RZC", "rejected", "yes"),
        ("RZD", "not_received", ""),
    ]


def test_fewer_teams_than_five_have_no_distribution(invented: Made) -> None:
    distributions = invented.data["distributions"].values()
    assert all("too few to be shown" in one["because"] for one in distributions)
    assert all("bands" not in one and "quartiles" not in one for one in distributions)


def test_distributions_count_every_team_with_a_value_once(year: Path) -> None:
    made = data_of(year)
    for one in made["distributions"].values():
        assert sum(band["teams"] for band in one["bands"]) == one["teams"] == 17
    hours = made["distributions"]["home_visit_hours"]["bands"]
    assert {band["band"]: band["teams"] for band in hours if band["teams"]} == {"42 to under 84": 8, "168, always": 9}


def test_fidelity_is_claimed_and_computed_side_by_side(year: Path) -> None:
    found = {(one["requirement"], one["claimed"], one["computed"]): int(one["teams"]) for one in rows(year, "fidelity")}
    assert sum(found.values()) == 5 * 17
    assert found["staffing_resources", "fully", "fully"] == 4
    assert found["staffing_resources", "fully", "partly"] == 5
    assert found["audit_development", "fully", "not assessed"] == 5
    assert found["gatekeeping", "not", "not"] == 0  # what nobody says is there as nought


def stopped(out: Path) -> NotFitToPublish:
    """Why the report on a quarter is not published."""
    from crt_return.national.write import NotFitToPublish

    with pytest.raises(NotFitToPublish) as found:
        made(england(TEAMS, quarters=[PERIOD]), out)
    return found.value


def test_a_small_count_that_slips_through_leaves_the_last_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Disclosure control has broken: it hides nothing."""
    monkeypatch.setattr(disclosure, "hidden", lambda *_: frozenset())
    (tmp_path / "index.html").write_text("last year's", encoding="utf-8")
    assert "NAT-02: Unrounded or unsuppressed sub-national count 0 in providers" in str(stopped(tmp_path))
    (left,) = tmp_path.iterdir()
    assert left.read_text(encoding="utf-8") == "last year's"


def test_a_percentage_beside_a_hidden_count_stops_the_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disclosure, "HIDDEN", "*")
    real = disclosure._shown

    def with_percentage(*given: Any) -> disclosure.ShownFigure:
        one = real(*given)
        return disclosure.ShownFigure(one.numerator, one.denominator, None if one.denominator is None else 50)

    monkeypatch.setattr(disclosure, "_shown", with_percentage)
    assert {one.rule for one in stopped(tmp_path / "out").findings} == {"NAT-03"}
    assert not (tmp_path / "out").exists()


def test_a_single_hidden_provider_stops_the_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "_derivable", lambda *_: False)
    assert {one.rule for one in stopped(tmp_path / "out").findings} == {"NAT-04"}
    assert not (tmp_path / "out").exists()


def test_a_later_report_takes_the_place_of_an_earlier_one(quarter: Made, backwards: Made) -> None:
    assert [file.name for file in quarter.report.files] == [file.name for file in backwards.report.files]
    assert sorted(backwards.out.iterdir()) == sorted(backwards.report.files)
    assert backwards.data["period"] == YEAR


def test_the_same_input_gives_the_same_bytes_in_whatever_order_its_rows_come(year: Path, backwards: Made) -> None:
    assert {file.name: file.read_bytes() for file in backwards.report.files} == {
        file.name: file.read_bytes() for file in year.iterdir()
    }


def test_only_a_report_of_invented_providers_alone_is_called_synthetic(
    invented: Made, real_returned: Made, real_silent: Made
) -> None:
    for report, synthetic in ((invented, True), (real_returned, False), (real_silent, False)):
        assert report.data["synthetic"] is synthetic
        assert ("SYNTHETIC" in report.page) is synthetic


@pytest.mark.slow
def test_accepted_returns_as_the_validator_leaves_them_give_a_report(tmp_path: Path) -> None:
    """The tables come from validating whole returns, as the store holds them."""
    frames: dict[str, list[pl.DataFrame]] = {}
    for provider in ("RZA", "RZB"):
        for name, frame in validated(provider, tmp_path / provider):
            frames.setdefault(name, []).append(frame)
    tables = {name: pl.concat(of) for name, of in frames.items()}
    expected = pl.DataFrame({"provider_code": ["RZA", "RZB"], "period": [PERIOD] * 2, "teams_expected": [3, 3]})
    data = made(NationalData(PERIOD, {**tables, "acceptance.expected_provider": expected}), tmp_path / "out").data
    assert figure(data, "N2") == {"numerator": 6, "denominator": 6, "value": 1}
    assert figure(data, "N16")["numerator"] == 6
    assert data["indicators"]["N6"]["value"] == tables["home_treatment"]["episodes_started"].sum() > 0
    assert data["status"] == "final"


def validated(provider: str, folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    write_folder(files_of(valid_return(STANDARD, provider, 3, PERIOD, 1), STANDARD), folder)
    done = run(folder)
    assert done.report.outcome == "accepted", done.report.findings
    assert done.data
    assert done.assessment
    yield from ((name, table.values.drop("row_number", strict=False)) for name, table in done.data.tables.items())
    for name, frame in done.assessment.tables.items():
        yield name, frame.with_columns(pl.lit(PERIOD).alias("period"))
