"""The page of the national indicators, from `schema/national/`."""

from __future__ import annotations

from crt_return.pages import markdown
from crt_return.publishing.site.links import Links
from crt_return.standard import Standard

CAPTIONS = {
    "numerator": "Numerator",
    "denominator": "Denominator",
    "unknown": "What the numerator could not judge",
    "estimate": "As it would be if every team had returned",
    "upper_bound": "The most it can be",
}


def national_pages(standard: Standard) -> dict[str, str]:
    """The national indicators, the limits of coverage and disclosure, and what they are compared with."""
    return {
        "indicators.md": markdown(
            "site/indicators.md",
            indicators=standard.indicators.values(),
            control=standard.national.disclosure[-1],
            coverage=standard.national.coverage[-1],
            comparators=standard.national.comparators,
            captions=CAPTIONS,
            sources=Links(standard, "").sources,
            percent=lambda share: f"{share:.0%}",
        )
    }
