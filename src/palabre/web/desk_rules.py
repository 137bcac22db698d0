"""The rules' page at the desk: how good each is, by the sample that people judged unseen.

Plots are SVG without a script; the same figures stand beside them as a table.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.application.rule_drift import Drift
from palabre.application.rules_report import RulesFigures
from palabre.application.threshold_advice import Dial, Turn
from palabre.domain.estimate import Estimate
from palabre.domain.permission import Task, may_do, require_somewhere
from palabre.domain.person import Moderator
from palabre.moderation.rule import OTHER
from palabre.web import views
from palabre.web.counted import Counted
from palabre.web.desk_door import who
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

_LEFT, _WIDE, _ROW = 200, 480, 24
_AGAIN: Final = {"Refresh": "2"}  # seconds until the browser asks again
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """A line of a plot: an estimate with its interval, in the units of the drawing."""

    label: str
    y: int
    low: float
    high: float
    at: float
    says: str


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house that counts nothing has none."""
    law = house.law
    if law is None or law.rules is None:
        return []
    counted: Counted[RulesFigures] = law.rules

    @get("/desk/rules")
    async def page(request: Asked) -> Response[Any]:
        moderator, _ = await who(request, house)
        return await asyncio.to_thread(_page, request, house, moderator, counted)

    return [page]


def _page(
    request: Asked, house: House, moderator: Moderator, counted: Counted[RulesFigures]
) -> Response[str]:
    require_somewhere(moderator, Task.FIGURES)
    words = catalogue_for(request, house)
    sites = tuple(s.id for s in house.sites() if may_do(moderator, Task.FIGURES, s.id))
    found = counted.of(sites, house.clock())
    given = {"moderator": moderator, "kind": "rules", "counts": {}}
    if found is None:
        answer = views.page("desk/counting.html", words, given)
        answer.headers.update(_AGAIN)
        return answer
    at, figures = found
    values = {**given, **_values(figures, house, words), "at": words.ago(at, house.clock())}
    return views.page("desk/rules.html", words, values)


def _values(figures: RulesFigures, house: House, words: Catalogue) -> dict[str, Any]:
    label = labels(house, words)
    quality = figures.quality
    all_of_them = words.say("desk.rules.all")
    lines = [
        (
            label(each.rule) if each.rule else all_of_them,
            *(percent(e, words) for e in (each.accuracy, each.precision, each.recall)),
        )
        for each in (quality.overall, *quality.rules)
    ]
    plots = [
        (name, whiskers([(label(r.rule), getattr(r, name)) for r in quality.rules], words))
        for name in ("precision", "recall")
    ]
    return {
        "cases": quality.cases,
        "lines": lines if quality.cases else [],
        "plots": [(name, marks) for name, marks in plots if marks],
        "plot_height": _ROW,
        "agreement": kappa(quality.agreement, words),
        "pairs": [
            (f"{figures.names.get(a, '–')} / {figures.names.get(b, '–')}", kappa(k, words))
            for a, b, k in quality.pairs
        ],
        "advice": [_advice(turn, words, label) for turn in figures.advice],
        "dials": [
            (_dial(dial, words, label), [_turn(t, words) for t in some])
            for dial, some in figures.dials.items()
        ],
        "drift": [_drift(each, words, label) for each in figures.drift],
        "decisions": words.number(figures.decisions),
    }


def labels(house: House, words: Catalogue) -> Callable[[str], str]:
    """Return what names a rule in these words."""
    rules = {rule.id: rule for rule in house.rules.rules}

    def label(name: str) -> str:
        rule = rules.get(name)
        if rule is None:
            return name or "–"
        return rule.label.get(words.lang) or rule.clause.get(words.lang) or name

    return label


def percent(estimate: Estimate | None, words: Catalogue) -> str:
    """Return a share in words: "83 % (71–91), 42 cases"."""
    if estimate is None:
        return "–"
    low, at, high = (round(100 * n) for n in (estimate.low, estimate.value, estimate.high))
    return words.count("desk.rules.share", estimate.cases, percent=at, low=low, high=high)


def kappa(estimate: Estimate | None, words: Catalogue) -> str:
    """Return an agreement in words: "0.72 (0.55 to 0.89), 60 cases"."""
    if estimate is None:
        return "–"
    low, at, high = (decimal(n, words) for n in (estimate.low, estimate.value, estimate.high))
    return words.count("desk.rules.kappa", estimate.cases, value=at, low=low, high=high)


def decimal(value: float, words: Catalogue) -> str:
    """Return two decimals as the language writes them; the lists of the desk know two of them."""
    text = f"{value:.2f}".replace("-", "−")
    return text.replace(".", ",") if words.lang.startswith("fr") else text


def whiskers(given: Sequence[tuple[str, Estimate | None]], words: Catalogue) -> list[Whisker]:
    """Return the lines of a plot from 0 to 100 %."""
    told = [(label, e) for label, e in given if e is not None]
    return [
        Whisker(
            label=label,
            y=n * _ROW + _ROW // 2,
            low=round(_LEFT + _WIDE * e.low, 1),
            high=round(_LEFT + _WIDE * e.high, 1),
            at=round(_LEFT + _WIDE * e.value, 1),
            says=f"{label} : {percent(e, words)}",
        )
        for n, (label, e) in enumerate(told)
    ]


def _dial(dial: Dial, words: Catalogue, label: Callable[[str], str]) -> str:
    how = "words" if not dial.lang else "other" if dial.lang == OTHER else "lang"
    said = words.say(f"desk.rules.dial.{how}", lang=dial.lang)
    return f"{label(dial.rule)}, {said} ({decimal(dial.now, words)})"


def _turn(turn: Turn, words: Catalogue) -> tuple[str, str, str, str]:
    sign = "+" if turn.queue >= 0 else "−"
    share = words.say("desk.rules.percent", percent=f"{sign}{round(abs(turn.queue) * 100)}")
    misses = f"{'+' if turn.misses >= 0 else '−'}{words.number(round(abs(turn.misses)))}"
    return decimal(turn.to, words), share, misses, words.number(turn.cases)


def _advice(turn: Turn, words: Catalogue, label: Callable[[str], str]) -> str:
    raised = turn.to > turn.dial.now
    return words.count(
        "desk.rules.raise" if raised else "desk.rules.lower",
        round(abs(turn.misses)),
        rule=_dial(turn.dial, words, label),
        to=decimal(turn.to, words),
        percent=round(abs(turn.queue) * 100),
        cases=words.number(turn.cases),
    )


def _drift(
    each: Drift, words: Catalogue, label: Callable[[str], str]
) -> tuple[str, str, str, bool]:
    name = label(each.rule) if each.rule else words.say("desk.rules.stopped")

    def share(estimate: Estimate) -> str:
        shown = decimal(estimate.value * 100, words)
        return words.say("desk.rules.percent", percent=shown)

    return name, share(each.before), share(each.lately), each.is_marked
