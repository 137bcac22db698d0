"""/transparency: what this house restricts and why, in figures, for everybody (DSA, Arts. 15, 24).

The figures are those of the tables that can be had beside as CSV and XLSX; they are computed from
the ledger and kept for a few minutes, since reading years of it takes longer than a page may.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.application.report_year import ReportYear, Year
from palabre.domain.errors import Code, Refusal
from palabre.web import views
from palabre.web.house import House
from palabre.web.languages import catalogue_for

_KEPT_FOR = timedelta(minutes=10)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Asked = Request[Any, Any, Any]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transparency:
    """The report, and how its tables become files."""

    report: ReportYear
    as_csv: Callable[[Rows], bytes]
    as_xlsx: Callable[[Mapping[str, Rows]], bytes]
    _kept: dict[int, tuple[datetime, Year]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def year(self, number: int, now: datetime) -> Year:
        """Return a year's report, computed once in ten minutes however many ask."""
        with self._turn:
            kept = self._kept.get(number)
            if kept is None or kept[0] + _KEPT_FOR <= now:
                kept = (now, self.report(number))
                self._kept[number] = kept
            return kept[1]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use cases has none."""
    law = house.law
    if law is None or law.transparency is None:
        return []
    cases, facts = law.transparency, law.facts

    def asked_year(request: Asked) -> Year:
        name = str(request.path_params["year"])
        if not (name.isascii() and name.isdigit() and len(name) == len("2026")):
            raise Refusal(Code.NOT_FOUND)
        return cases.year(int(name), house.clock())

    def shown(request: Asked) -> Response[str]:
        words = catalogue_for(request, house, house.config.lang)
        years = [cases.year(number, house.clock()) for number in cases.report.years()]
        with law.store.reading() as unit:
            head = unit.ledger.head()
        values = {
            "facts": facts,
            "site_name": facts.provider,
            "years": [
                (year.number, year.is_over, year.figures(), [t.name for t in year.tables])
                for year in years
            ],
            "number": lambda n: "–" if n is None else words.number(n),
            "head": head,
            "qualitative": cases.report.qualitative,
        }
        return views.page("law/transparency.html", words, values)

    @get("/transparency")
    async def page(request: Asked) -> Response[str]:
        answer = await asyncio.to_thread(shown, request)
        return views.shared(request, answer, personal=False)

    @get("/transparency/{year:str}/tables.xlsx")
    async def workbook(request: Asked) -> Response[bytes]:
        year = await asyncio.to_thread(asked_year, request)
        sheets = {t.name: [t.columns, *t.rows] for t in year.tables}
        return _file(cases.as_xlsx(sheets), _XLSX, f"transparency-{year.number}.xlsx")

    @get("/transparency/{year:str}/{table:str}")
    async def sheet(request: Asked) -> Response[bytes]:
        year = await asyncio.to_thread(asked_year, request)
        name = str(request.path_params["table"]).removesuffix(".csv")
        for table in year.tables:
            if table.name == name:
                content = cases.as_csv([table.columns, *table.rows])
                return _file(content, "text/csv; charset=utf-8", f"{name}-{year.number}.csv")
        raise Refusal(Code.NOT_FOUND)

    return [page, workbook, sheet]


def _file(content: bytes, kind: str, name: str) -> Response[bytes]:
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "public, max-age=600",
        },
    )
