"""Test that patient data is found and hidden, and that figures which only look like it are kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crt_return.privacy import MASK_NHS_NUMBER, holds_nhs_number, is_nhs_number, masked

NHS_NUMBER = "9434765919"


@pytest.mark.parametrize(
    "text",
    [
        NHS_NUMBER,
        "943 476 5919",
        "943-476-5919",
        "943\u00a0476\u00a05919",
        "943\u2013476\u20135919",
        "943.476.5919",
        f"seen {NHS_NUMBER}.",
        f"({NHS_NUMBER})",
    ],
)
def test_nhs_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_nhs_number(text)
    assert not re.search("943.?476", masked(text))
    assert MASK_NHS_NUMBER in masked(text)


@pytest.mark.parametrize("text", ["9434765918", "0113 496 0000", f"a{NHS_NUMBER}f", "0000000000", "94347659190"])
def test_other_figures_are_kept(text: str) -> None:
    assert not holds_nhs_number(text)
    assert masked(text) == text


def test_nine_digits_whose_check_would_be_ten_have_no_nhs_number() -> None:
    assert not any(is_nhs_number(f"100000001{digit}") for digit in range(10))  # 10 + 2 = 12, and 12 mod 11 is 1


@given(st.integers(0, 10**9 - 1))
def test_each_nine_digits_have_one_check_digit_at_most(start: int) -> None:
    assert sum(is_nhs_number(f"{start:09d}{digit}") for digit in range(10)) <= 1


def test_addresses_and_postcodes_are_hidden() -> None:
    assert masked("write to a.b@nhs.uk at LS1 4AP") == "write to [e-mail address hidden] at [postcode hidden]"
    assert masked("crt@example.nhs.uk", email_belongs=True) == "crt@example.nhs.uk"


def test_codes_of_the_return_are_not_taken_for_postcodes() -> None:
    for text in ("RZA-T01", "2006-07-Q4", "A02", "GTK-01", "RZA01"):
        assert masked(text) == text
