"""What the tables of the transparency report are made of: cells, categories, periods, medians."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from palabre.domain.ledger import Line, LineKind

TOTAL = "TOTAL"
CATEGORIES = tuple(
    f"STATEMENT_CATEGORY_{name}"
    for name in (
        "ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE", "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS", "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "PROTECTION_OF_MINORS", "RISK_FOR_PUBLIC_SECURITY", "SCAMS_AND_FRAUD", "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE", "OTHER_VIOLATION_TC",
    )
)  # fmt: skip
Cell = str | int | float | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its number and name in the annex, its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the report says of the house itself."""

    name: str
    service: str
    made_at: datetime
    qualitative: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time from ``begin`` on and before ``end``; a calendar year for those who are not VLOPs."""

    begin: datetime
    end: datetime

    @classmethod
    def year(cls, year: int) -> "Period":
        """Return a calendar year in UTC."""
        return cls(begin=datetime(year, 1, 1, tzinfo=UTC), end=datetime(year + 1, 1, 1, tzinfo=UTC))

    def __contains__(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def __str__(self) -> str:
        last = self.end - timedelta(days=1)
        return f"{self.begin:%Y-%m-%d}/{last:%Y-%m-%d}"


@dataclass(slots=True)
class Seen:
    """The lines of a period by kind, and earlier lines that they answer by identifier."""

    by_kind: dict[LineKind, list[Line]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, Line] = field(default_factory=dict)


def by_category(
    found: Sequence[Line], category: str, keyword: str
) -> Iterator[tuple[str, list[Line]]]:
    """Yield the total, then each category of the annex, then each keyword that occurs."""
    yield TOTAL, list(found)
    for name in CATEGORIES:
        yield name, [line for line in found if line.content[category] == name]
    for name in sorted({str(line.content[keyword]) for line in found}):
        yield name, [line for line in found if line.content[keyword] == name]


def median_hours(times: Sequence[timedelta]) -> float | None:
    """Return the median in hours, to two decimals; None of nothing."""
    return round(median(t / timedelta(hours=1) for t in times), 2) if times else None
