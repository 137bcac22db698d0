"""The transparency report of a year, from the ledger: for the page, the command and the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from palabre.application.ports import Clock, Store
from palabre.application.transparency import READ, tables
from palabre.application.transparency_table import Period, Provider, Table
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import LineKind

FIRST_YEAR = 2024  # the DSA applies since 17 February 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The tables of a year. ``is_over``: nothing will be added to it but late answers."""

    number: int
    tables: tuple[Table, ...]
    is_over: bool

    def figures(self) -> Mapping[str, int | float | None]:
        """Return the few figures that people ask for, by name."""
        by_name = {table.name: table for table in self.tables}

        def cell(table: str, row: str, column: str) -> int | float | None:
            found = by_name[table]
            at = found.columns.index(column)
            value = next((r[at] for r in found.rows if r[0] == row), None)
            return value if isinstance(value, int | float) else None

        own = ("5_own_initiative_illegal", "6_own_initiative_TC")
        return {
            "measures": sum(int(cell(t, "TOTAL", "measures") or 0) for t in own),
            "automated": cell("8_automated_means", "TOTAL", "measures_solely_automated"),
            "notices": cell("4_notices", "TOTAL", "items"),
            "hours": cell("4_notices", "TOTAL", "median_hours_to_action"),
            "complaints": cell("7_appeals_recidivism", "TOTAL", "complaints"),
            "reversed": cell("7_appeals_recidivism", "TOTAL", "decision_reversed"),
            "orders": cell("3_orders", "TOTAL", "orders_to_act"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportYear:
    """The use case. ``qualitative`` are the sentences of table 11."""

    store: Store
    clock: Clock
    name: str
    service: str
    qualitative: tuple[tuple[str, str], ...] = ()

    def years(self) -> Sequence[int]:
        """Return the years that there is something to report of, the present one first."""
        now = self.clock()
        with self.store.reading() as unit:
            first = next(iter(unit.ledger.chain(after=0, limit=1)), None)
        begun = max(first.at.year if first else now.year, FIRST_YEAR)
        return range(now.year, begun - 1, -1)

    def __call__(self, year: int) -> Year:
        """Return a year's report; ``not_found`` for one that has not begun."""
        now = self.clock()
        if not FIRST_YEAR <= year <= now.year:
            raise Refusal(Code.NOT_FOUND)
        period = Period.year(year)
        provider = Provider(
            name=self.name, service=self.service, made_at=now, qualitative=self.qualitative
        )
        with self.store.reading() as unit:
            # What was reported in the year may have been answered after its end.
            lines = unit.ledger.between(READ, period.begin, now)
            counted = (line for line in lines if _counts(line.kind, line.at, period))
            site_ids = [site.id for site in unit.sites.all()]
            drawn = unit.audits.since(site_ids, period.begin)
            audited = [each for each in drawn if each.draw.drawn_at in period]
            made = tables(counted, period, provider, audited)
        return Year(number=year, tables=made, is_over=now >= period.end)


_FOLLOW_UP = frozenset({LineKind.ANSWER, LineKind.REVIEW, LineKind.EFFECT})


def _counts(kind: LineKind, at: datetime, period: Period) -> bool:
    return kind in _FOLLOW_UP or at.astimezone(UTC) in period
