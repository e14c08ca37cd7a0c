"""Patient data that has strayed into a return: found here, and masked before anything is written.

It knows three shapes: NHS numbers (with their modulus 11 check), e-mail addresses and postcodes. It does not
look for names; no program can be trusted to.
"""

from __future__ import annotations

import re

# No count of a quarter comes near it. A longer number may be an NHS number in the wrong cell, and would show in a sum.
LARGEST_COUNT = 10**8 - 1
EMAIL_FIELD = "contact_email"  # the one field in which an e-mail address belongs
MASK_NHS_NUMBER = "[NHS number hidden]"
MASK_LARGE_NUMBER = "[number of nine digits or more hidden]"
MASK_EMAIL = "[e-mail address hidden]"
MASK_POSTCODE = "[postcode hidden]"

# Ten digits as NHS numbers are written: 3-3-4, with spaces, dashes, full stops or nothing between. They stand by
# themselves: ten digits inside a longer run of letters and digits (a pseudonym) are not one.
_BETWEEN = "[ .\u00a0\u2010-\u2015-]?"  # a space, a full stop, a no-break space or any of the dashes
_TEN_DIGITS = f"[0-9]{{3}}{_BETWEEN}[0-9]{{3}}{_BETWEEN}[0-9]{{4}}"
_NHS_NUMBER = re.compile(rf"(?<![0-9A-Za-z]){_TEN_DIGITS}(?![0-9A-Za-z])")
# The same without look-around, for the engines that have none: whether a text may hold an NHS number.
MAY_HOLD_NHS_NUMBER = rf"(?:^|[^0-9A-Za-z]){_TEN_DIGITS}(?:[^0-9A-Za-z]|$)"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)


def is_nhs_number(text: str) -> bool:
    """Whether ten digits (spaces and hyphens aside) pass the NHS number's modulus 11 check."""
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    remainder = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - remainder) % 11 == digits[9]


def holds_nhs_number(text: str) -> bool:
    """Whether an NHS number stands anywhere in a text."""
    return any(is_nhs_number(found) for found in _NHS_NUMBER.findall(text))


def masked(text: str, *, email_belongs: bool = False) -> str:
    """A text with every NHS number, e-mail address (unless one belongs there) and postcode hidden."""
    text = _NHS_NUMBER.sub(lambda found: MASK_NHS_NUMBER if is_nhs_number(found[0]) else found[0], text)
    if not email_belongs:
        text = _EMAIL.sub(MASK_EMAIL, text)
    return _POSTCODE.sub(MASK_POSTCODE, text)


def safe(text: str) -> str:
    """A text made from many cells, with all that might be patient data hidden, however it came into it."""
    return without_long_numbers(masked(text))


def without_long_numbers(text: str) -> str:
    """A text with every number of nine digits or more hidden: beside a hidden one, a sum would give it away."""
    return re.sub(r"[0-9]{9,}", MASK_NHS_NUMBER, text)
