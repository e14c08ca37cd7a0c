"""The pages on versions: nothing that changed is left out, each with its reason, and no link leads nowhere."""

from __future__ import annotations

import re
from functools import cache

import pytest

from crt_return.publishing.catalogue import catalogue
from crt_return.publishing.changes import changes_page, compared, difference_page, differences_of, linking, page_name
from crt_return.publishing.difference import Attribute, Difference, difference
from crt_return.standard import load_standard
from crt_return.versions import Version, load_versions

STANDARD = load_standard()
VERSIONS = load_versions()


@cache
def changes() -> str:
    return changes_page(STANDARD)


@cache
def page_of(version: str) -> str:
    """The page of what a version changed."""
    return difference_page(STANDARD, VERSIONS[version])


def flat(text: str) -> str:
    return re.sub(r"&#(\d+);", lambda sign: chr(int(sign[1])), " ".join(text.split()))


def test_every_version_is_on_the_page_with_its_summary_the_newest_first() -> None:
    assert re.findall(r"^## (.+)$", changes(), re.MULTILINE) == [*reversed(VERSIONS)]
    for version in VERSIONS.values():
        assert version.summary in flat(changes())
        assert str(version.published or "Not yet published.") in changes()


def test_every_reason_is_on_both_pages() -> None:
    for version in compared():
        for reason in version.changes:
            assert reason.reason in flat(changes())
            assert reason.reason in flat(page_of(version.version))


@pytest.mark.parametrize("version", compared(), ids=lambda version: version.version)
def test_every_difference_is_on_the_page_of_its_version(version: Version) -> None:
    page = flat(page_of(version.version))
    assert [one.name for one in differences_of(version, STANDARD) if one.name not in page] == []


def test_the_first_page_of_differences_links_the_new_columns_and_says_what_to_do() -> None:
    page = page_of("1.0.0")
    assert page_name(VERSIONS["1.0.0"]) == "0.9.0-to-1.0.0.md"
    assert "[explanations.values_hash](../tables/explanations.md#values_hash)" in page
    assert "Add the column after `record_key`." in page
    assert "[F2.1](../requirements/gatekeeping.md#f21)" in page
    assert "[C2 from 2005-04-01](../requirements/completeness.md#c2)" in page
    assert "explanations.values_hash is added, holding 000000000000." in page


def test_only_what_still_has_a_page_is_linked() -> None:
    link = linking(STANDARD)
    kept = Difference("rules", "GTK-01", "changed", {}, (Attribute("why", "a", "b"),))
    gone = Difference("rules", "GTK-99", "added", {})
    retired = Difference("rules", "GTK-01", "retired", {})
    assert [link(one) for one in (kept, gone, retired)] == ["[GTK-01](../rules/GTK-01.md)", "GTK-99", "GTK-01"]


def test_every_link_names_a_thing_of_the_standard() -> None:
    link, now = linking(STANDARD), catalogue(STANDARD)
    empty = {key: type(value)() for key, value in now.items()} | {"calendar": {"quarters": []}}
    pages = {found[1] for one in difference(empty, now) if (found := re.search(r"\]\((.+)\)$", link(one)))}
    own = {f"../tables/{name}.md" for name in STANDARD.tables}
    own |= {f"../tables/{table.name}.md#{name}" for table in STANDARD.tables.values() for name in table.names}
    own |= {f"../codelists/{name}.md" for name in STANDARD.codelists}
    own |= {
        f"../rules/{name}.md"
        for of in ("rules", "acceptance_rules", "national_rules")
        for name in getattr(STANDARD, of)
    }
    own |= {
        f"../requirements/{measure.requirement}.md#{measure.id.lower().replace('.', '')}"
        for measure in STANDARD.measures.values()
    }
    own |= {f"../indicators.md#{name.lower()}" for name in STANDARD.indicators}
    assert pages == own
