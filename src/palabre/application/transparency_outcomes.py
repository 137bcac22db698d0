"""Tables 7 and 8 of the transparency report: what was contested, and how right the machine was.

Appeals, rulings of out-of-court bodies and suspensions are lines of the ledger. Accuracy, precision
and recall are estimates from the audit sample, weighted back by the share with which each decision
was drawn; without an answer in the period their cells are empty.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from palabre.application.audit_ports import Audited
from palabre.application.transparency_table import TOTAL, Cell, Row, Seen, Table, median_hours
from palabre.domain.decision import Verdict
from palabre.domain.ledger import Line, LineKind
from palabre.domain.report import Finding, Source

DISPUTE: Final = "dispute"  # the step by which the ruling of an out-of-court body is recorded
_FINDINGS = (Finding.UPHELD, Finding.PARTLY, Finding.REVERSED, Finding.OMITTED)


def appeals(seen: Seen) -> Table:
    """Table 7: complaints by what they were against, out-of-court disputes, suspensions."""
    reviews: dict[str, Line] = {}
    for line in seen.by_id.values():
        if line.kind is LineKind.REVIEW and line.subject:
            reviews.setdefault(line.subject, line)
    against = "against"
    kinds: tuple[tuple[str, Callable[[Line], bool]], ...] = (
        (TOTAL, lambda _: True),
        ("visibility", lambda a: a.content[against] == "visibility"),
        ("monetary", lambda a: a.content[against] == "monetary"),
        ("provision", lambda a: a.content[against] in {"provision", "service"}),
        ("account", lambda a: a.content[against] == "account"),
        ("no_action_on_notice", lambda a: a.content[against] == "no_action"),
        (
            "no_action_on_TF_notice",
            lambda a: a.content[against] == "no_action" and bool(a.content["trusted"]),
        ),
    )
    rows: list[Row] = []
    for label, test in kinds:
        some = [a for a in seen.by_kind[LineKind.APPEAL] if test(a)]
        ruled = [(a, reviews[a.id]) for a in some if a.id in reviews]
        found = [str(r.content["finding"]) for _, r in ruled]
        # A notifier who was right brings a restriction that there was not before.
        brought = sum(
            a.content[against] == "no_action" and bool(r.content["decision"]) for a, r in ruled
        )
        rows.append(
            (
                label,
                len(some),
                *(found.count(finding.value) for finding in _FINDINGS),
                median_hours([r.at - a.at for a, r in ruled]),
                brought,
                None,
            )
        )
    rows += [_disputes(seen), *_suspensions(seen)]
    return Table(
        name="7_appeals_recidivism",
        columns=(
            "against", "complaints", "decision_upheld", "decision_partly_reversed",
            "decision_reversed", "decision_omitted", "median_hours_to_decision",
            "new_restrictions_after_complaint", "percent_implemented",
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _disputes(seen: Seen) -> Row:
    """Return the row of out-of-court disputes (Art. 21), by the year in which they were settled."""
    found = [e for e in seen.by_kind[LineKind.EFFECT] if e.content.get("step") == DISPUTE]
    findings = [str(e.content["finding"]) for e in found]
    done = sum(bool(e.content["implemented"]) for e in found)
    return (
        "out_of_court_disputes",
        len(found),
        *(findings.count(finding.value) for finding in _FINDINGS),
        median_hours([timedelta(minutes=_int(e.content["minutes"])) for e in found]),
        None,
        round(100 * done / len(found), 2) if found else None,
    )


def _suspensions(seen: Seen) -> Sequence[Row]:
    """Return how often somebody was suspended (Art. 23), and for what; warnings are not counted."""
    kept_out = [s for s in seen.by_kind[LineKind.STATEMENT] if s.content.get("service")]
    illegal = sum(s.content["ground"] == "law" for s in kept_out)
    unfounded = sum(bool(a.content.get("unfounded")) for a in seen.by_kind[LineKind.ANSWER])
    return [
        (name, number, *(None,) * 7)
        for name, number in (
            ("suspensions_manifestly_illegal_content", illegal),
            # Who sent them is erased in time: counted are the notices, not the people.
            ("manifestly_unfounded_notices", unfounded),
            ("suspensions_manifestly_unfounded_complaints", 0),
        )
    ]


def automated(seen: Seen, audited: Sequence[Audited]) -> Table:
    """Table 8: what a machine alone decided, and how often it was right."""
    statements = seen.by_kind[LineKind.STATEMENT]
    own = [s for s in statements if s.content["source"] == Source.OWN.value]
    answers = seen.by_kind[LineKind.ANSWER]
    trusted = {r.id for r in seen.by_id.values() if r.content.get("flagger")}
    # What the machine alone decides is decided before anybody reports it: all of it is one's own.
    quality = measured(audited)
    nothing: tuple[Cell, ...] = (None, None, None, None)
    rows: list[Row] = []
    for label, of, cells in (
        (TOTAL, statements, quality),
        ("own_initiative", own, quality),
        ("notices", answers, nothing),
        ("notices_TF", [a for a in answers if a.subject in trusted], nothing),
    ):
        alone = sum(bool(line.content["automated_decision"]) for line in of)
        rows.append((label, alone, len(of) - alone, *cells))
    return Table(
        name="8_automated_means",
        columns=(
            "scope", "measures_solely_automated", "measures_not_solely_automated",
            "accuracy_percent", "precision_percent", "recall_percent", "audited_decisions",
        ),
        rows=tuple(rows),
    )  # fmt: skip


def measured(audited: Sequence[Audited]) -> tuple[Cell, ...]:
    """Return accuracy, precision and recall in percent, and from how many answers.

    Only what the machine settled counts: what it held, a person decided. The first answer counts.
    """
    sums = {(restricted, breach): 0.0 for restricted in (True, False) for breach in (True, False)}
    number = 0
    for each in audited:
        if not each.answers or each.draw.verdict is Verdict.HOLD:
            continue
        number += 1
        restricted = each.draw.verdict is Verdict.REFUSE
        sums[restricted, each.answers[0].is_breach] += 1 / each.draw.share
    right = sums[True, True] + sums[False, False]
    return (
        _percent(right, sum(sums.values())),
        _percent(sums[True, True], sums[True, True] + sums[True, False]),
        _percent(sums[True, True], sums[True, True] + sums[False, True]),
        number,
    )


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
