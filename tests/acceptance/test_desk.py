"""The desk: everybody expected and everybody who sent something, with what to write to them."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from crt_return.acceptance.desk import Provider, QuarterDesk, quarter_desks
from crt_return.acceptance.register import Register
from tests.acceptance.runs import EARLIER, LATER, STANDARD, Place, a_return, empty_place, rejected_return

pytestmark = pytest.mark.slow


def desks(place: Place) -> dict[str, QuarterDesk]:
    with Register(place.url) as register:
        return {one.period: one for one in quarter_desks(register.entries(), register, STANDARD)}


def provider(place: Place, code: str, period: str = LATER) -> Provider:
    return next(one for one in desks(place)[period].providers if one.code == code)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Place:
    """An inbox that was judged: all kinds of outcome, and a provider that sent nothing."""
    place = empty_place(tmp_path_factory.mktemp("desk"), kept)
    place.put("RZA-q3.zip", rejected_return("RZA", EARLIER))
    place.put("RZA-v1.zip", a_return("RZA"))
    place.put("RZA-v2.zip", rejected_return("RZA", version=2))
    place.put("RZB.zip", a_return("RZB", submission_status="provisional", signatory_role="other_delegated"))
    (place.inbox / "who.zip").write_bytes(b"PK")
    place.expect(("RZA", EARLIER, 1), ("RZA", LATER, 1), ("RZB", LATER, 1), ("RZC", LATER, 4))
    place.accept()
    return place


def test_each_provider_stands_there_with_its_last_submission_and_what_stands(filled: Place) -> None:
    assert list(desks(filled)) == [LATER, EARLIER], "the latest quarter comes first"
    assert desks(filled)[LATER].teams_expected == 6
    assert {one.code: one.outcome for one in desks(filled)[LATER].providers} == {
        "RZA": "rejected", "RZB": "queried", "RZC": "not received",
    }  # fmt: skip
    standing = provider(filled, "RZA").standing
    assert standing is not None
    assert standing.file == "RZA-v1.zip"
    assert provider(filled, "RZB").unexplained == 1


def test_a_rule_that_failed_last_quarter_too_is_told_from_a_new_one(filled: Place) -> None:
    failing = {one.rule: one.repeated for one in provider(filled, "RZA").failing}
    assert failing["GTK-01"] is True
    (rule,) = (one for one in desks(filled)[LATER].rules if one.rule == "GTK-01")
    assert (rule.providers, rule.repeated, rule.count) == (1, 1, 1)
    assert not any(one.repeated for one in provider(filled, "RZB").failing)


def test_the_message_says_what_to_do_and_what_stands_meanwhile(filled: Place) -> None:
    said = provider(filled, "RZA").message
    assert "Outcome: rejected" in said
    assert "- GTK-01 Eligible admissions are the total less the exempt: 1 error, as last quarter" in said
    assert "Version 1, received on" in said
    assert "- HDR-08" in provider(filled, "RZB").message
    assert "It was due on 2007-05-01" in provider(filled, "RZC").message


def test_the_page_needs_nothing_from_outside_and_names_everyone(filled: Place) -> None:
    page = (filled.store.folder / "desk.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "SYNTHETIC DATA" in page
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        assert "<caption>" in table
    for link in re.findall(r'href="(receipts/[^"]+)"', page):
        assert (filled.store.folder / html.unescape(link)).is_file()
    assert "who.zip" in page
    assert page.count('<textarea id="message-') == 4


def test_what_a_file_is_called_cannot_become_part_of_the_page(place: Place) -> None:
    (place.inbox / "<script>alert(1)<").write_bytes(b"nothing")
    place.accept()
    page = (place.store.folder / "desk.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
