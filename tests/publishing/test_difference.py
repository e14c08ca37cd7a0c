"""What differs between two versions is found whatever its kind, and says what an implementer must do."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from crt_return.publishing.catalogue import catalogue
from crt_return.publishing.difference import KINDS, Difference, difference, idle, things, unexplained
from crt_return.publishing.implementing import BY_KIND, NOTHING, to_do
from crt_return.standard import load_standard
from crt_return.versions import Reason, Version, snapshot

Catalogue = dict[str, Any]


@cache
def now() -> Catalogue:
    return catalogue(load_standard())


@cache
def draft() -> Catalogue:
    return snapshot("0.9.0")


def changed(change: Callable[[Catalogue], object]) -> Catalogue:
    """The catalogue of today with a change made to it."""
    other = copy.deepcopy(now())
    change(other)
    return other


def found(change: Callable[[Catalogue], object]) -> list[Difference]:
    return [*difference(now(), changed(change))]


def table(of: Catalogue, name: str) -> dict[str, Any]:
    return next(one for one in of["tables"] if one["name"] == name)


def field(of: Catalogue, name: str) -> dict[str, Any]:
    own, _, wanted = name.partition(".")
    return next(one for one in table(of, own)["fields"] if one["name"] == wanted)


def rule(of: Catalogue, name: str) -> dict[str, Any]:
    return next(one for one in of["rules"] if one["id"] == name)


def test_a_version_does_not_differ_from_itself() -> None:
    assert difference(now(), now()) == ()
    assert difference(draft(), copy.deepcopy(draft())) == ()


def test_looked_at_the_other_way_round_what_was_added_is_retired_and_what_was_new_is_old() -> None:
    there, back = difference(draft(), now()), difference(now(), draft())
    turned = {"added": "retired", "retired": "added", "changed": "changed"}
    assert {(one.kind, one.name, turned[one.change]) for one in there} == {
        (one.kind, one.name, one.change) for one in back
    }
    old_to_new = {(one.kind, one.name, of.name, repr(of.old), repr(of.new)) for one in there for of in one.attributes}
    new_to_old = {(one.kind, one.name, of.name, repr(of.new), repr(of.old)) for one in back for of in one.attributes}
    assert old_to_new == new_to_old


def test_between_the_first_draft_and_1_0_0_explanations_got_two_columns_and_a_rule() -> None:
    differences = {(one.kind, one.name): one for one in difference(draft(), now())}
    assert differences["fields", "explanations.values_hash"].change == "added"
    assert differences["fields", "explanations.reason_code"].change == "added"
    assert differences["rules", "EXP-03"].change == "added"
    assert [of.name for of in differences["tables", "explanations"].attributes] == ["description"]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_of_a_kind_that_goes_is_found_and_says_what_to_do(kind: str) -> None:
    empty = {key: type(value)() for key, value in now().items()} | {"calendar": {"quarters": []}}
    gone = [one for one in difference(now(), empty) if one.kind == kind]
    come = [one for one in difference(empty, now()) if one.kind == kind]
    assert [one.name for one in gone] == [one.name for one in come] == [*things(kind, now())]
    assert {one.change for one in gone} == {"retired"}
    assert all(re.fullmatch(r"[A-Z].*\.", to_do(one)) for one in (*gone, *come))


def test_each_kind_of_difference_says_what_follows() -> None:
    assert set(BY_KIND) == set(KINDS)


def test_a_required_field_is_to_be_filled_in_at_its_place() -> None:
    (one,) = [one for one in difference(draft(), now()) if one.name == "explanations.values_hash"]
    assert to_do(one).startswith("Add the column after `record_key`. Fill it in for every row, with text like `")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda of: field(of, "gatekeeping.admissions_total").update(title="Other words"), NOTHING),
        (lambda of: rule(of, "GTK-01").update(message="Other words."), NOTHING),
        (
            lambda of: field(of, "gatekeeping.admissions_total")["constraints"].pop("required"),
            "The column may be left blank.",
        ),
        (
            lambda of: field(of, "gatekeeping.admissions_total")["constraints"].update(minimum=1),
            "See that no value is under 1.",
        ),
        (lambda of: table(of, "episodes").update(presence="required"), "Send the file always."),
        (
            lambda of: table(of, "explanations")["fields"].insert(0, table(of, "explanations")["fields"].pop(1)),
            "Put the columns in their new order: period, provider_code,",
        ),
        (
            lambda of: of["codelists"]["outcome"][0].update(until="2027-03-31"),
            "Do not use the code for quarters that end after 2027-03-31.",
        ),
        (
            lambda of: of["codelists"]["outcome"][0]["flags"].update(vodim="other"),
            "Nothing in a return. If you run the rules or measures yourself, load the list anew.",
        ),
        (
            lambda of: rule(of, "GTK-01").update(severity="warning"),
            "Run the check before a return is sent: what it finds has to be mended or explained.",
        ),
        (
            lambda of: rule(of, "GTK-01").update(until="2027-28-Q4", reason="Not needed."),
            "Leave the check out for quarters after 2027-28-Q4.",
        ),
        (
            lambda of: rule(of, "GTK-01").update(must="true"),
            "If you run the check yourself, take its new logic from the rule's page.",
        ),
        (
            lambda of: of["measures"][0]["thresholds"][0].update(met={"at_least": 0.5}),
            "If you show measures, hold quarters that start on 2006-04-01 or later to it.",
        ),
        (lambda of: of["calendar"]["quarters"][0].update(deadline="2005-08-01"), "in time up to 2005-08-01."),
    ],
)
def test_a_change_says_what_an_implementer_must_do(change: Callable[[Catalogue], object], said: str) -> None:
    (one,) = found(change)
    assert one.change == "changed"
    assert said in to_do(one)


def test_what_a_rule_reads_is_no_change_by_itself() -> None:
    assert found(lambda of: rule(of, "GTK-01").update(reads={})) == []


def test_a_field_added_in_the_middle_does_not_change_the_one_after_it() -> None:
    new = {"name": "beds", "type": "integer", "constraints": {}, "example": "1"}
    (one,) = found(lambda of: table(of, "gatekeeping")["fields"].insert(3, new))
    assert (one.kind, one.name, one.change) == ("fields", "gatekeeping.beds", "added")
    assert "It may be left blank, or hold a whole number" in to_do(one)


def test_a_difference_without_a_reason_and_a_reason_without_a_difference_are_named() -> None:
    differences = found(lambda of: rule(of, "GTK-01").update(must="true"))
    version = Version("1.1.0", "More.", changes=(Reason("Because.", {"rules": ("STF-*",)}),))
    assert [one.name for one in unexplained(differences, version)] == ["GTK-01"]
    assert idle(differences, version) == ["rules: STF-*"]
    covered = Version("1.1.0", "More.", changes=(Reason("Because.", {"rules": ("GTK-*",)}),))
    assert (unexplained(differences, covered), idle(differences, covered)) == ([], [])
