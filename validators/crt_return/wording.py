"""Plain words for fields, rows and providers: the phrases that messages and pages share. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crt_return.standard import Code, Field, Standard

MOST_CODES_LISTED = 20


def expected(field: Field, codes: tuple[Code, ...]) -> str:
    """What a cell of the field should hold, in plain words."""
    if codes:
        listed = ", ".join(code.code for code in codes)
        return f"one of {listed}" if len(codes) <= MOST_CODES_LISTED else f"a code of the list {field.codelist}"
    limits = field.constraints
    if "pattern" in limits:
        return f"written like {field.example}"
    if "maxLength" in limits or "minLength" in limits:
        return f"text of {limits.get('minLength', 1)} to {limits.get('maxLength', 'any number of')} characters"
    return KINDS[field.type] + span(field)


def span(field: Field) -> str:
    """How small and how large a figure may be, to go on from its kind: ` from 0 to 50`, ` of 0 or more`, or nothing."""
    least, most = field.constraints.get("minimum"), field.constraints.get("maximum")
    return f" from {least} to {most}" if most is not None else f" of {least} or more" if least is not None else ""


KINDS: Mapping[str, str] = {
    "string": "text",
    "integer": "a whole number of at most 12 digits",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date such as 2007-03-31",
    "datetime": "a date and time such as 2007-03-31T09:05",
}


def counted(count: int, thing: str) -> str:
    """A count with its noun: `1 row`, `2 rows`."""
    return f"{count:,} {noun(count, thing)}"


def noun(count: int, thing: str) -> str:
    """The noun of a count, in the plural but for one."""
    return thing if count == 1 else f"{thing}s"


def rows_named(numbers: list[str], total: int) -> str:
    """Row numbers as a list in words, cut where it is long: `3, 7 and 12 more`."""
    rest = total - len(numbers)
    if rest:
        return f"{', '.join(numbers)} and {rest:,} more"
    return " and ".join([", ".join(numbers[:-1]), numbers[-1]]) if len(numbers) > 1 else numbers[0]


def listed(parts: list[str]) -> str:
    """Names as a list in words: `RZA-T01, RZA-T02 and RZA-T03`."""
    return rows_named(parts, len(parts))


def columns(lines: Sequence[Sequence[str]], indent: str) -> Iterator[str]:
    """Lines of cells as text, each column as wide as its longest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        yield indent + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def is_synthetic(provider: str | None, standard: Standard) -> bool:
    """Whether a provider was invented for examples and tests."""
    return any(one["code"] == provider and one["synthetic"] == "true" for one in standard.reference["provider"])
