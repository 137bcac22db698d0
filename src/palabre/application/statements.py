"""Statements of reasons (DSA, Art. 17): one template for all rules, made from what was decided.

A statement is a view of a decision and never a second opinion of it. It is written into the ledger
once, without a word of the author's, and is the one source of what the author reads, of the mail,
of the yearly tables and of what the Transparency Database gets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from palabre.domain.decision import ActorKind, DecisionRecord, GroundKind, Verdict
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind, Value
from palabre.domain.report import Source

TEMPLATE = 1
REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
# Art. 17(2): no statement is owed for deceptive commercial content in great numbers.
SPAM_RULES = frozenset({"spam", "flood"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What a statement says of the rule that decided, in the comment's language."""

    id: str
    sentence: str
    ground: GroundKind
    reference: str
    category: str
    keyword: str


RuleOf = Callable[[str, str | None], RuleFacts | None]
UNKNOWN = RuleFacts(
    id="",
    sentence="",
    ground=GroundKind.TERMS,
    reference="",
    category="STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    keyword="KEYWORD_OTHER",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The reasons for one restriction, by the letters of Article 17(3).

    ``visibility`` is the restriction (a), without end and without limit of place; ``source`` and
    the two flags of automation are (b) and (c); the ground is (d) or (e). ``exempt`` says why no
    statement is owed ("spam", "order"), "" where one is. ``number`` is the decision's own date.
    ``service``: the author was kept from writing instead, by this ``measure`` and ``until`` then.
    """

    id: str
    decision_id: str
    comment_id: str
    at: datetime
    written_at: datetime
    visibility: str
    rule: str
    sentence: str
    ground: GroundKind
    reference: str
    category: str
    keyword: str
    source: Source
    automated_detection: bool
    automated_decision: bool
    decided_by: str
    lang: str
    exempt: str = ""
    service: str = ""
    measure: str = ""
    until: datetime | None = None

    @property
    def kind(self) -> str:
        """What was done, in the word that the catalogues know it by (``law.what.<kind>``)."""
        if self.service:
            return self.measure
        return "disabled" if self.visibility == DISABLED else "removed"


def restricts(record: DecisionRecord, before: Verdict | None) -> str | None:
    """Return the restriction that a decision puts on a comment, None when it puts none.

    A comment that waits before it was ever seen is not restricted yet: a person looks at it first.
    """
    if record.decision.verdict is Verdict.REFUSE:
        return REMOVED
    if record.decision.verdict is Verdict.HOLD and before is Verdict.PUBLISH:
        return DISABLED
    return None


def entry_of(
    record: DecisionRecord,
    *,
    site_id: str,
    visibility: str,
    rule: RuleFacts,
    lines: Sequence[Line],
    lang: str,
    written_at: datetime,
) -> Entry:
    """Return the statement of a decision as a line; ``lines``: reports and orders before it."""
    source = source_of(record, lines)
    by_engine = record.actor.kind is ActorKind.ENGINE
    exempt = "spam" if rule.id in SPAM_RULES else ""
    if any(line.kind is LineKind.ORDER and line.at <= record.at for line in lines):
        exempt = "order"  # Art. 17(5)
    content: Mapping[str, Value] = {
        "template": TEMPLATE,
        "written_at": written_at.isoformat(),
        "visibility": visibility,
        "rule": rule.id,
        "sentence": rule.sentence,
        "ground": rule.ground.value,
        "reference": rule.reference,
        "category": rule.category,
        "keyword": rule.keyword,
        "source": source.value,
        # Told of by a person: then no machine found it, whatever it had thought before.
        "automated_detection": record.automated_detection and source is Source.OWN,
        "automated_decision": record.automated_decision,
        "decided_by": record.actor.kind.value,
        "lang": lang,
        "exempt": exempt,
        "solely_automated": by_engine,
    }
    return Entry(
        id=new_id(record.at),
        kind=LineKind.STATEMENT,
        site_id=site_id,
        comment_id=record.comment_id,
        subject=record.id,
        at=record.at,
        content=content,
    )


def source_of(record: DecisionRecord, lines: Sequence[Line]) -> Source:
    """Return how a comment came to be looked at: by the best notice since it was last decided."""
    if record.actor.kind is ActorKind.ENGINE:
        return Source.OWN
    answered = {
        line.subject
        for line in lines
        if line.kind is LineKind.ANSWER and line.content["decision"] != record.id
    }
    open_ones = [
        line
        for line in lines
        if line.kind is LineKind.REPORT and line.at <= record.at and line.id not in answered
    ]
    if any(line.content.get("flagger") for line in open_ones):
        return Source.TRUSTED
    if any(line.content.get("complete") for line in open_ones):
        return Source.NOTICE
    return Source.OTHER if open_ones else Source.OWN


def statement_of(line: Line) -> Statement:
    """Return the statement that a line holds."""
    said = line.content
    return Statement(
        id=line.id,
        decision_id=line.subject or "",
        comment_id=line.comment_id or "",
        at=line.at,
        written_at=datetime.fromisoformat(str(said["written_at"])),
        visibility=str(said["visibility"]),
        rule=str(said["rule"]),
        sentence=str(said["sentence"]),
        ground=GroundKind(str(said["ground"])),
        reference=str(said["reference"]),
        category=str(said["category"]),
        keyword=str(said["keyword"]),
        source=Source(str(said["source"])),
        automated_detection=bool(said["automated_detection"]),
        automated_decision=bool(said["automated_decision"]),
        decided_by=str(said["decided_by"]),
        lang=str(said["lang"]),
        exempt=str(said["exempt"]),
        service=str(said.get("service") or ""),
        measure=str(said.get("measure") or ""),
        until=datetime.fromisoformat(str(said["until"])) if said.get("until") else None,
    )
