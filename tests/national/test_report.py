"""The national report as its readers get it: figures, coverage and status, providers, and what stops a publication."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crt_return.national import disclosure
from crt_return.national.content import NOT_RECEIVED
from crt_return.national.data import NationalData, NoSuchPeriod
from crt_return.national.write import NotFitToPublish, write_national
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.validate import run
from tests.national.made import PERIOD, QUARTERS, STANDARD, YEAR, Change, england

TEAMS = {"RZA": 9, "RZB": 6, "RZC": 2}
# Each quarter of a made-up team starts 3 x (15 + its number) episodes.
EPISODES = {provider: sum(12 * (15 + team) for team in range(1, teams + 1)) for provider, teams in TEAMS.items()}


def report(data: NationalData, out: Path) -> dict[str, Any]:
    write_national(data, STANDARD, out)
    return data_of(out)


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(made: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A figure without what the standard says of it."""
    said = ("title", "kind", "unit", "target", "source", "standing", "state")
    return {part: value for part, value in made["indicators"][name].items() if part not in said}


@pytest.fixture(autouse=True)
def without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no charts and fill in no workbook, except for the report on the year: `test_forms.py` looks at both."""
    if "year" not in request.fixturenames:
        monkeypatch.setattr(import_module("crt_return.national.page"), "svg", lambda *_, **__: "<svg></svg>")
        monkeypatch.setattr(import_module("crt_return.national.write"), "workbook_bytes", lambda *_: b"")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a year of three providers, and one that sent nothing."""
    out = tmp_path_factory.mktemp("year")
    write_national(england(TEAMS, silent={"RZD": 3}), STANDARD, out)
    return out


def data_of(out: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((out / "national.json").read_text(encoding="utf-8"))
    return made


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


def test_status_is_read_in_the_last_quarter_with_a_return_and_flows_over_the_year(tmp_path: Path) -> None:
    def unlike(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        if table == "team_register" and row["period"] == QUARTERS[0]:
            return {**row, "operational_status_self": "not_operational"}
        of_last = row["period"] == QUARTERS[3] and not table.startswith("acceptance.expected")
        return None if of_last else row

    made = report(england(TEAMS, change=unlike), tmp_path)
    assert made["status_as_at"] == "2006-12-31"
    assert made["indicators"]["N3"]["numerator"] == 9
    assert made["indicators"]["N6"]["value"] == sum(EPISODES.values()) * 3 / 4


def test_a_year_without_the_returns_of_a_quarter_has_no_estimate_and_no_growth(tmp_path: Path) -> None:
    made = report(england(TEAMS, change=without(QUARTERS[1])), tmp_path)
    reason = "no return of 2006-07-Q2 has been accepted"
    assert made["indicators"]["N6"]["estimate_because"] == reason
    assert "estimate" not in made["indicators"]["N6"]
    for name in ("N8", "N9"):
        assert made["indicators"][name]["state"] == "not evaluated"
        assert made["indicators"][name]["because"] == reason
    assert made["status"] == "withheld"


def without(period: str) -> Change:
    """Everything but the returns of a quarter; what was expected of it stays."""

    def kept(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        return None if row["period"] == period and table != "acceptance.expected_provider" else row

    return kept


def test_a_quarter_is_not_compared_with_a_year(tmp_path: Path) -> None:
    made = report(england(TEAMS, quarters=[PERIOD]), tmp_path)
    assert made["period"] == PERIOD
    assert made["indicators"]["N6"]["estimate"] == sum(EPISODES.values()) / 4
    assert "whole year" in made["indicators"]["N8"]["because"]
    assert [row["what"] for row in rows(tmp_path, "growth") if row["note"].startswith("Not to be compared")]


def test_each_quarter_is_grossed_up_by_its_own_coverage(tmp_path: Path) -> None:
    def rzb_left_out(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        gone = row["provider_code"] == "RZB" and row["period"] == QUARTERS[0]
        return None if gone and table != "acceptance.expected_provider" else row

    made = report(england(TEAMS, change=rzb_left_out), tmp_path)
    full = sum(EPISODES.values()) / 4
    first = (EPISODES["RZA"] + EPISODES["RZC"]) / 4 * 17 / 11
    assert made["by_quarter"][QUARTERS[0]]["N6"]["estimate"] == pytest.approx(first)
    assert made["indicators"]["N6"]["estimate"] == pytest.approx(first + 3 * full)


@pytest.mark.parametrize(
    ("returned", "silent", "status"),
    [
        (20, 0, "final"),
        (19, 1, "final"),
        (18, 2, "provisional"),
        (16, 4, "provisional"),
        (15, 5, "withheld"),
    ],
)
def test_the_status_goes_by_coverage(returned: int, silent: int, status: str, tmp_path: Path) -> None:
    codes = [f"RZ{letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]
    teams, missing = dict.fromkeys(codes[:returned], 1), dict.fromkeys(codes[returned:], 1)
    made = write_national(england(teams, silent=missing, quarters=[PERIOD]), STANDARD, tmp_path)
    assert (made.status, len(codes[returned:])) == (status, silent)
    assert [one.rule for one in made.warnings] == ([] if status == "final" else ["NAT-01"])


def test_teams_count_as_well_as_providers(tmp_path: Path) -> None:
    teams = dict.fromkeys([f"RZ{letter}" for letter in "ABCDEFGHIJKLMNOPQRS"], 1)
    made = write_national(england(teams, silent={"RZT": 9}, quarters=[PERIOD]), STANDARD, tmp_path)
    assert made.status == "withheld"  # 19 of 20 providers, but 19 of 28 teams


def test_a_year_is_no_more_final_than_its_worst_quarter(tmp_path: Path) -> None:
    made = write_national(england(TEAMS, change=without(QUARTERS[2])), STANDARD, tmp_path)
    assert made.status == "withheld"
    (warning,) = made.warnings
    assert "2006-07-Q3: 0 of 17 expected teams" in warning.message
    assert "Withheld" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_where_nobody_was_expected_nothing_is_final(tmp_path: Path) -> None:
    data = england(TEAMS)
    tables = {name: frame for name, frame in data.tables.items() if name != "acceptance.expected_provider"}
    assert write_national(NationalData(YEAR, tables), STANDARD, tmp_path).status == "withheld"


def test_a_period_without_any_return_is_reported_as_such(tmp_path: Path) -> None:
    data = england({}, silent={"RZA": 2, "RZB": 3})
    made = report(data, tmp_path)
    assert (made["status"], made["status_as_at"]) == ("withheld", None)
    assert figure(made, "N2") == {"numerator": 0, "denominator": 5, "value": 0}
    assert made["indicators"]["N3"]["state"] == "not evaluated"
    assert made["indicators"]["N3"]["because"].startswith("no return of 2006-07-Q1, 2006-07-Q2, 2006-07-Q3 and 2006")
    assert {one["outcome"] for one in made["returns"]} == {NOT_RECEIVED}
    assert "No return of this period has been accepted" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_an_empty_register_and_store_give_a_report_that_says_so(tmp_path: Path) -> None:
    made = report(NationalData(PERIOD, {}), tmp_path)
    assert made["indicators"]["N2"]["state"] == "not applicable"
    assert (made["synthetic"], made["providers"]) == (False, [])


@pytest.mark.parametrize("period", ["2006", "2006-08", "2006-07-Q5", "1999-00", "", "2006-07-q4"])
def test_a_period_there_is_not_is_refused_with_a_sentence(period: str, tmp_path: Path) -> None:
    with pytest.raises(NoSuchPeriod, match="neither a financial year, as 2006-07, nor a quarter"):
        write_national(NationalData(period, {}), STANDARD, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_of_other_periods_are_left_out(tmp_path: Path) -> None:
    data = england(TEAMS)
    made = report(NationalData(PERIOD, data.tables), tmp_path)
    assert made["indicators"]["N6"]["value"] == sum(EPISODES.values()) / 4


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


def test_a_provider_says_which_of_its_quarters_are_in_the_figures(tmp_path: Path) -> None:
    def only_rzb_left_out(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        return row if row["provider_code"] != "RZB" else without(QUARTERS[1])(table, row)

    made = report(england(TEAMS, change=only_rzb_left_out), tmp_path)
    quarters = {provider["code"]: provider["quarters"] for provider in made["providers"]}
    assert quarters == {"RZA": [*QUARTERS], "RZB": [QUARTERS[0], *QUARTERS[2:]], "RZC": [*QUARTERS]}


def test_what_became_of_each_return_is_listed(tmp_path: Path) -> None:
    def rejected(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        if row["provider_code"] != "RZC" or table.startswith("acceptance.expected"):
            return row
        return {**row, "outcome": "rejected", "late": True} if table == "acceptance.submission" else None

    report(england(TEAMS, silent={"RZD": 3}, quarters=[PERIOD], change=rejected), tmp_path)
    assert [(one["provider_code"], one["outcome"], one["late"]) for one in rows(tmp_path, "returns")] == [
        ("RZA", "accepted", "no"),
        ("RZB", "accepted", "no"),
        ("RZC", "rejected", "yes"),
        ("RZD", "not_received", ""),
    ]


def test_fewer_teams_than_five_have_no_distribution(tmp_path: Path) -> None:
    made = report(england({"RZA": 3}, quarters=[PERIOD]), tmp_path)
    assert all("too few to be shown" in one["because"] for one in made["distributions"].values())
    assert all("bands" not in one and "quartiles" not in one for one in made["distributions"].values())


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


@pytest.fixture
def undisclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disclosure control that has broken: it hides nothing."""
    monkeypatch.setattr(disclosure, "hidden", lambda *_: frozenset())


@pytest.mark.usefixtures("undisclosed")
def test_a_small_count_that_slips_through_stops_the_publication(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(NotFitToPublish, match=r"NAT-02: Unrounded or unsuppressed sub-national count 0 in providers"):
        write_national(england(TEAMS, quarters=[PERIOD]), STANDARD, out)
    assert not out.exists()


@pytest.mark.usefixtures("undisclosed")
def test_a_publication_that_is_stopped_leaves_the_last_one_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("last year's", encoding="utf-8")
    with pytest.raises(NotFitToPublish):
        write_national(england(TEAMS, quarters=[PERIOD]), STANDARD, tmp_path)
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
    with pytest.raises(NotFitToPublish) as stopped:
        write_national(england(TEAMS, quarters=[PERIOD]), STANDARD, tmp_path / "out")
    assert {one.rule for one in stopped.value.findings} == {"NAT-03"}


def test_a_single_hidden_provider_stops_the_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "_derivable", lambda *_: False)
    with pytest.raises(NotFitToPublish) as stopped:
        write_national(england(TEAMS, quarters=[PERIOD]), STANDARD, tmp_path / "out")
    assert {one.rule for one in stopped.value.findings} == {"NAT-04"}


def test_a_later_report_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    first = write_national(england(TEAMS, quarters=[PERIOD]), STANDARD, tmp_path)
    second = write_national(england(TEAMS), STANDARD, tmp_path)
    assert first.files == second.files
    assert sorted(tmp_path.iterdir()) == sorted(second.files)
    assert json.loads((tmp_path / "national.json").read_text(encoding="utf-8"))["period"] == YEAR


def test_the_same_input_gives_the_same_bytes_in_whatever_order_its_rows_come(year: Path, tmp_path: Path) -> None:
    data = england(TEAMS, silent={"RZD": 3})
    backwards = NationalData(YEAR, {name: frame.reverse() for name, frame in data.tables.items()})
    again = write_national(backwards, STANDARD, tmp_path)
    assert {file.name: file.read_bytes() for file in again.files} == {
        file.name: file.read_bytes() for file in year.iterdir()
    }


def test_only_a_report_of_invented_providers_alone_is_called_synthetic(tmp_path: Path) -> None:
    invented, real = {"RZA": 5}, {"R1A": 2}
    for teams, silent, synthetic in ((invented, {}, True), (invented | real, {}, False), (invented, real, False)):
        data = england(teams, silent=silent, quarters=[PERIOD])
        assert report(data, tmp_path)["synthetic"] is synthetic
        assert ("SYNTHETIC" in (tmp_path / "index.html").read_text(encoding="utf-8")) is synthetic


@pytest.mark.slow
def test_accepted_returns_as_the_validator_leaves_them_give_a_report(tmp_path: Path) -> None:
    """The tables come from validating whole returns, as the store holds them."""
    frames: dict[str, list[pl.DataFrame]] = {}
    for provider in ("RZA", "RZB"):
        for name, frame in validated(provider, tmp_path / provider):
            frames.setdefault(name, []).append(frame)
    tables = {name: pl.concat(of) for name, of in frames.items()}
    expected = pl.DataFrame({"provider_code": ["RZA", "RZB"], "period": [PERIOD] * 2, "teams_expected": [3, 3]})
    made = report(NationalData(PERIOD, {**tables, "acceptance.expected_provider": expected}), tmp_path / "out")
    assert figure(made, "N2") == {"numerator": 6, "denominator": 6, "value": 1}
    assert figure(made, "N16")["numerator"] == 6
    assert made["indicators"]["N6"]["value"] == tables["home_treatment"]["episodes_started"].sum() > 0
    assert made["status"] == "final"


def validated(provider: str, folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    write_folder(files_of(valid_return(STANDARD, provider, 3, PERIOD, 1), STANDARD), folder)
    done = run(folder)
    assert done.report.outcome == "accepted", done.report.findings
    assert done.data
    assert done.assessment
    yield from ((name, table.values.drop("row_number", strict=False)) for name, table in done.data.tables.items())
    for name, frame in done.assessment.tables.items():
        yield name, frame.with_columns(pl.lit(PERIOD).alias("period"))
