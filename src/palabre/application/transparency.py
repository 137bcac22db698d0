"""The yearly transparency report: the tables of Implementing Regulation (EU) 2024/2835, Annex I.

Each figure is a count or a median over lines of the ledger, so that whoever has the ledger can
compute them anew. Tables 9 and 10 are for very large platforms only. Nothing is estimated: where
something was not measured, the cell is empty (tables 7 and 8: ``transparency_outcomes``).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from palabre.application.audit_ports import Audited
from palabre.application.statements import DISABLED, REMOVED
from palabre.application.transparency_outcomes import appeals, automated
from palabre.application.transparency_table import (
    TOTAL,
    Cell,
    Period,
    Provider,
    Row,
    Seen,
    Table,
    by_category,
    median_hours,
)
from palabre.domain.ledger import Line, LineKind
from palabre.domain.report import Outcome, Source

READ = (
    LineKind.STATEMENT, LineKind.REPORT, LineKind.ANSWER, LineKind.APPEAL, LineKind.REVIEW,
    LineKind.ORDER, LineKind.EFFECT,
)  # fmt: skip


def tables(
    lines: Iterable[Line], period: Period, provider: Provider, audited: Sequence[Audited] = ()
) -> tuple[Table, ...]:
    """Return the tables of a period from all lines up to its end (``READ`` names their kinds).

    ``audited`` are the draws of the audit sample in the period, with their answers.
    """
    seen = Seen()
    for line in lines:
        seen.by_id[line.id] = line
        if line.at in period:
            seen.by_kind[line.kind].append(line)
    return (
        _identification(period, provider),
        _categories(seen),
        _orders(seen),
        _notices(seen),
        _measures(seen, "law", "5_own_initiative_illegal"),
        _measures(seen, "terms", "6_own_initiative_TC"),
        appeals(seen),
        automated(seen, audited),
        Table(
            name="11_qualitative",
            columns=("indicator", "text"),
            rows=tuple((key, text) for key, text in provider.qualitative),
        ),
    )


def _identification(period: Period, provider: Provider) -> Table:
    return Table(
        name="1_identification",
        columns=("indicator", "value"),
        rows=(
            ("name_of_service_provider", provider.name),
            ("service", provider.service),
            ("date_of_publication", f"{provider.made_at:%Y-%m-%d}"),
            ("period", str(period)),
            ("start_of_period", f"{period.begin:%Y-%m-%d}"),
            ("end_of_period", f"{period.end - timedelta(days=1):%Y-%m-%d}"),
        ),
    )


def _categories(seen: Seen) -> Table:
    """Table 2: which categories and keywords the other tables use."""
    pairs: set[tuple[str, str]] = {
        (str(s.content["category"]), str(s.content["keyword"]))
        for s in seen.by_kind[LineKind.STATEMENT]
    } | {
        (str(r.content["dsa_category"]), str(r.content["dsa_keyword"]))
        for r in seen.by_kind[LineKind.REPORT]
    }
    return Table(name="2_categories", columns=("category", "keyword"), rows=tuple(sorted(pairs)))


def _orders(seen: Seen) -> Table:
    """Table 3: orders by category and Member State, and how long it took (Arts. 9 and 10)."""
    effects: dict[tuple[str, str], datetime] = {}
    for line in seen.by_id.values():
        if line.kind is LineKind.EFFECT and line.subject:
            effects.setdefault((line.subject, str(line.content["step"])), line.at)
    found = seen.by_kind[LineKind.ORDER]
    rows: list[Row] = []
    scopes = [TOTAL, *sorted({str(o.content["member_state"]) for o in found})]
    for scope in scopes:
        here = [o for o in found if scope in {TOTAL, o.content["member_state"]}]
        for category in (TOTAL, *sorted({str(o.content["category"]) for o in here})):
            some = [o for o in here if category in {TOTAL, o.content["category"]}]
            acts = [o for o in some if o.content["order"] == "act"]
            asks = [o for o in some if o.content["order"] == "inform"]
            rows.append(
                (
                    scope,
                    category,
                    len(acts),
                    sum(_number(o.content.get("items", 1)) for o in acts),
                    median_hours(_until(effects, acts, "informed")),
                    median_hours(_until(effects, acts, "effect")),
                    len(asks),
                    median_hours(_until(effects, asks, "informed")),
                    median_hours(_until(effects, asks, "effect")),
                )
            )
    return Table(
        name="3_orders",
        columns=(
            "scope", "category", "orders_to_act", "items_of_information",
            "median_hours_to_inform_of_receipt", "median_hours_to_give_effect",
            "orders_to_provide_information", "median_hours_to_inform_of_receipt_information",
            "median_hours_to_give_effect_information",
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _notices(seen: Seen) -> Table:
    """Table 4: notices by category, those of trusted flaggers apart (TF)."""
    answers: dict[str, Line] = {}
    for line in seen.by_id.values():
        if line.kind is LineKind.ANSWER and line.subject:
            answers.setdefault(line.subject, line)
    found = [r for r in seen.by_kind[LineKind.REPORT] if r.content["complete"]]
    rows: list[Row] = []
    for label, of in by_category(found, "dsa_category", "dsa_keyword"):
        trusted = [r for r in of if r.content["flagger"]]
        row: list[Cell] = [label]
        for some in (of, trusted):
            acted = [answers[r.id] for r in some if r.id in answers]
            removed = [a for a in acted if a.content["outcome"] == Outcome.REMOVED.value]
            times = [answers[r.id].at - r.at for r in some if r.id in answers]
            row += [
                len({(r.at, r.content["category"], r.content["flagger"]) for r in some}),
                len(some),
                median_hours(times),
                sum(a.content["ground"] == "law" for a in removed),
                sum(a.content["ground"] == "terms" for a in removed),
            ]
        rows.append(tuple(row))
    names = ("notices", "items", "median_hours_to_action", "actions_law", "actions_TC")
    return Table(
        name="4_notices",
        columns=("category", *names, *(f"{name}_TF" for name in names)),
        rows=tuple(rows),
    )


def _measures(seen: Seen, ground: str, name: str) -> Table:
    """Tables 5 and 6: measures on our own initiative, by law and by terms."""
    found = [
        s
        for s in seen.by_kind[LineKind.STATEMENT]
        if s.content["source"] == Source.OWN.value and s.content["ground"] == ground
        and s.content["exempt"] != "order"
    ]  # fmt: skip
    rows = [
        (
            label,
            len(of),
            sum(bool(s.content["automated_detection"]) for s in of),
            sum(s.content["visibility"] == REMOVED for s in of),
            sum(s.content["visibility"] == DISABLED for s in of),
            *(0,) * 8,
            sum(bool(s.content.get("service")) for s in of),
            *(0,) * 2,
        )
        for label, of in by_category(found, "category", "keyword")
    ]
    return Table(
        name=name,
        columns=(
            "category", "measures", "of_which_detected_by_automated_means",
            "visibility_removal", "visibility_disable", "visibility_demoted",
            "visibility_age_restricted", "visibility_interaction_restricted",
            "visibility_labelled", "visibility_other", "monetary_suspension",
            "monetary_termination", "monetary_other", "provision_suspension",
            "provision_termination", "account_suspension_or_termination",
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _until(
    effects: Mapping[tuple[str, str], datetime], orders: Sequence[Line], step: str
) -> list[timedelta]:
    return [effects[o.id, step] - o.at for o in orders if (o.id, step) in effects]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 1
