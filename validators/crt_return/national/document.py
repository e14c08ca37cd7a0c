"""The report as `national.json`: every figure as data, for programs. England is not rounded; providers are as shown.

The same content gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crt_return.national.content import Content, Provider
from crt_return.national.counting import Counted, Spread
from crt_return.national.coverage import QuarterCoverage
from crt_return.national.figures import Figure
from crt_return.national.tables import plain
from crt_return.standard import Standard, rule_set_sha256
from crt_return.version import __version__


def json_text(content: Content, standard: Standard) -> str:
    """The report as JSON text."""
    return json.dumps(document(content, standard), ensure_ascii=False, indent=1) + "\n"


def document(content: Content, standard: Standard) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "standard": {"name": standard.name, "version": standard.version, "rule_set_sha256": rule_set_sha256()},
        "tool": {"name": "crt-return", "version": __version__},
        "period": content.period,
        "quarters": [quarter.period for quarter in content.quarters],
        "status_as_at": content.as_at.ends.isoformat() if content.as_at else None,
        "status": content.status,
        "synthetic": content.synthetic,
        "coverage": [_coverage(one) for one in content.coverage],
        "indicators": {name: _figure(one) for name, one in content.figures.items()},
        "by_quarter": {
            period: {name: _values(one) for name, one in of.items()} for period, of in content.by_quarter.items()
        },
        "comparators": {name: asdict(one) for name, one in standard.national.comparators.items()},
        "breakdowns": {name: _counted(one) for name, one in content.breakdowns.items()},
        "distributions": {name: _spread(one) for name, one in content.spreads.items()},
        "disclosure": {"small_number": content.control.small_number, "rounded_to": content.control.rounded_to},
        "providers": [_provider(one) for one in content.providers],
        "returns": [asdict(one) for one in content.returns],
    }


def _coverage(one: QuarterCoverage) -> dict[str, Any]:
    providers, teams = (plain(share) for share in one.shares)
    return {**asdict(one), "providers_share": providers, "teams_share": teams}


def _values(one: Figure) -> dict[str, Any]:
    names = ("numerator", "denominator", "value", "unknown", "estimate", "upper_bound")
    numbers = {name: plain(getattr(one, name)) for name in names}
    reasons = {"because": one.because, "estimate_because": one.estimate_because}
    return {"state": one.state, **{name: value for name, value in {**numbers, **reasons}.items() if value is not None}}


def _figure(one: Figure) -> dict[str, Any]:
    own = one.indicator
    return {
        "title": own.title,
        "kind": own.kind,
        "unit": own.unit,
        **_values(one),
        **({"target": asdict(own.target)} if own.target else {}),
        "source": own.source,
        "standing": own.standing,
    }


def _counted(one: Counted) -> dict[str, Any]:
    rows = [{**dict(zip(one.columns, codes, strict=True)), "value": count} for codes, count in one.counts.items()]
    own = one.breakdown
    return {"title": own.title, "unit": own.unit, "counts": rows, "standing": own.standing}


def _spread(one: Spread) -> dict[str, Any]:
    own = one.distribution
    bands = [{"band": band, "teams": teams} for band, teams in one.bands]
    found = {"bands": bands, "quartiles": [plain(value) for value in one.quartiles]} if one.quartiles else {}
    reason = {"because": one.because} if one.because else {}
    return {"title": own.title, "unit": own.unit, "teams": one.teams, **found, **reason, "standing": own.standing}


def _provider(one: Provider) -> dict[str, Any]:
    figures: Mapping[str, Any] = {
        name: {part: value for part, value in asdict(shown).items() if value is not None}
        for name, shown in one.figures.items()
    }
    return {"code": one.code, "name": one.name, "quarters": one.quarters, "figures": figures}
