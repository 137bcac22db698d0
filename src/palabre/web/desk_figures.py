"""The desk's figures: what was decided when, how long it took, and which rule was wrong how often.

Plots are drawn here as SVG, without a script; the same figures stand beside them as a table. They
are counted once a minute at most, however many look.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.desk_figures import Figures
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.web import views
from palabre.web.counted import Counted
from palabre.web.desk_door import who
from palabre.web.house import House
from palabre.web.languages import catalogue_for

_MOST = 8  # rules in a plot; the table has them all
_SEE_OTHER: Final = 303
_WIDTH, _HEIGHT, _GAP = 720, 120, 2
_WIDEST = 90
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot: where it stands, and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


KeptFigures = Counted[Figures]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use case has none."""
    law = house.law
    if law is None or law.figures is None:
        return []
    figures: KeptFigures = law.figures

    @get("/desk/figures")
    async def page(request: Asked) -> Response[Any]:
        try:
            moderator, _ = await who(request, house)
        except Refusal as refusal:
            if refusal.code is not Code.SIGN_IN_REQUIRED:
                raise
            return Redirect("/desk/sign-in", status_code=_SEE_OTHER)
        return await asyncio.to_thread(_page, request, house, moderator, figures)

    return [page]


def bars(counted: dict[str, int]) -> list[Bar]:
    """Return a plot of counts as bars of a box of 720 by 120."""
    highest = max(counted.values(), default=0) or 1
    width = min(_WIDTH / max(len(counted), 1), _WIDEST)
    return [
        Bar(
            x=round(n * width, 1),
            y=round(_HEIGHT - _HEIGHT * value / highest, 1),
            width=round(width - _GAP, 1),
            height=round(_HEIGHT * value / highest, 1),
            label=label,
            value=value,
        )
        for n, (label, value) in enumerate(counted.items())
    ]


def _page(
    request: Asked, house: House, moderator: Moderator, figures: KeptFigures
) -> Response[str]:
    words = catalogue_for(request, house)
    site_ids = tuple(site.id for site in house.sites() if moderator.works_on(site.id))
    kept = figures.of(site_ids, house.clock())
    if kept is None:
        given = {"moderator": moderator, "kind": "figures", "counts": {}}
        answer = views.page("desk/counting.html", words, given)
        answer.headers["Refresh"] = "2"
        return answer
    found = kept[1]
    rules = {rule.id: rule for rule in house.rules.rules}
    lang = words.lang

    def label(name: str) -> str:
        rule = rules.get(name)
        return (rule.label.get(lang) or rule.clause.get(lang) or name) if rule else name or "–"

    waits = sorted(found.waits.items())
    most = sorted(found.rules.items(), key=lambda pair: -(pair[1].engine + pair[1].people))[:_MOST]
    rare = (
        ("delays", {words.say(f"desk.figures.delay.{n}"): count for n, count in waits}),
        ("acted", {label(rule): each.engine + each.people for rule, each in most}),
        ("reversals", {label(rule): each.reversed for rule, each in most}),
    )
    values = {
        "moderator": moderator,
        "kind": "figures",
        "counts": {},
        # Of what never happened there is nothing to draw.
        "plots": [
            ("days", bars({f"{day:%d.%m.}": n for day, n in found.days.items()})),
            ("hours", bars({str(hour): n for hour, n in found.hours_of_day.items()})),
            *((name, bars(counted)) for name, counted in rare if any(counted.values())),
        ],
        "verdicts": sorted(found.verdicts.items()),
        "rules": sorted(
            ((label(name), each) for name, each in found.rules.items()),
            key=lambda pair: -(pair[1].engine + pair[1].people),
        ),
        "held_hours": found.held_hours,
        "report_hours": found.report_hours,
    }
    return views.page("desk/figures.html", words, values)
