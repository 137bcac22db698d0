"""What a newsroom did in the last weeks, from the ledger: volume, delay, reversals, rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from statistics import median

from palabre.application.ports import Clock, Store
from palabre.domain.ledger import Line, LineKind
from palabre.domain.report import Finding

DAYS = 30
_BOUNDS = tuple(timedelta(minutes=n) for n in (15, 60, 240, 1440))
_READ = (LineKind.DECISION, LineKind.STATEMENT, LineKind.REPORT, LineKind.ANSWER, LineKind.REVIEW)


@dataclass(slots=True)
class RuleFigures:
    """How often a rule restricted a comment, by whom, and how often that was reversed."""

    engine: int = 0
    people: int = 0
    appeals: int = 0
    reversed: int = 0


@dataclass(slots=True)
class Figures:
    """The counts of a period. ``hours`` are medians, None of nothing.

    ``waits`` counts held comments by how long they waited: under 15 minutes, 60 minutes, 4 hours,
    24 hours, and longer.
    """

    days: dict[date, int] = field(default_factory=dict)
    hours_of_day: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(24), 0))
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[str, RuleFigures] = field(default_factory=dict)
    waits: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(5), 0))
    held_hours: float | None = None
    report_hours: float | None = None

    def rule(self, name: str) -> RuleFigures:
        """Return the counts of a rule, to be added to."""
        return self.rules.setdefault(name, RuleFigures())


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFigures:
    """The use case; days and hours are those of ``zone``."""

    store: Store
    clock: Clock
    zone: tzinfo

    def __call__(self, site_ids: Sequence[str]) -> Figures:
        """Count the last 30 days of some sites."""
        now = self.clock()
        found = Figures()
        first = (now - timedelta(days=DAYS - 1)).astimezone(self.zone).date()
        found.days = {first + timedelta(days=n): 0 for n in range(DAYS)}
        held: dict[str, datetime] = {}
        reports: dict[str, datetime] = {}
        waits: list[timedelta] = []
        answers: list[timedelta] = []
        with self.store.reading() as unit:
            for line in unit.ledger.between(_READ, now - timedelta(days=DAYS), now):
                if line.site_id not in site_ids:
                    continue
                if line.kind is LineKind.DECISION:
                    self._decision(found, line, held, waits)
                elif line.kind is LineKind.STATEMENT:
                    rule = found.rule(str(line.content["rule"]))
                    rule.engine += line.content["decided_by"] == "engine"
                    rule.people += line.content["decided_by"] != "engine"
                elif line.kind is LineKind.REVIEW:
                    rule = found.rule(str(line.content["rule"]))
                    rule.appeals += 1
                    rule.reversed += line.content["finding"] == Finding.REVERSED.value
                elif line.kind is LineKind.REPORT:
                    reports[line.id] = line.at
                elif line.subject in reports:
                    answers.append(line.at - reports[line.subject])
        for wait in waits:
            found.waits[sum(wait >= bound for bound in _BOUNDS)] += 1
        found.held_hours, found.report_hours = _hours(waits), _hours(answers)
        return found

    def _decision(
        self, found: Figures, line: Line, held: dict[str, datetime], waits: list[timedelta]
    ) -> None:
        at = datetime.fromisoformat(str(line.content["decided_at"]))
        local = at.astimezone(self.zone)
        actor, verdict = str(line.content["actor"]), str(line.content["verdict"])
        if local.date() in found.days:
            found.days[local.date()] += 1
            found.hours_of_day[local.hour] += 1
            found.verdicts[actor, verdict] += 1
        comment_id = line.comment_id or ""
        if verdict == "hold":
            held[comment_id] = at
        elif comment_id in held and actor == "moderator":
            waits.append(at - held.pop(comment_id))


def _hours(times: Sequence[timedelta]) -> float | None:
    return round(median(t / timedelta(hours=1) for t in times), 2) if times else None
