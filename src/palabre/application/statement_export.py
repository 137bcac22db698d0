"""Statements of reasons as the DSA Transparency Database takes them (Art. 24(5)).

The schema is that of the Commission's repository digital-services-act/transparency-database
(``POST /api/v1/statement``, as of June 2026). No personal data: nothing of the author or of the
notifier is in a line of the ledger, and ``check`` refuses what the database would.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from palabre.application.statements import Statement, statement_of
from palabre.domain.decision import GroundKind
from palabre.domain.identifier import is_id
from palabre.domain.ledger import Line
from palabre.domain.report import Source

Field = str | list[str]
_MAXIMUM = {
    "puid": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "decision_facts": 5000,
}
_REQUIRED = (
    "puid", "decision_ground", "content_type", "category", "content_date",
    "application_date", "decision_facts", "source_type", "automated_detection",
    "automated_decision",
)  # fmt: skip
_FACTS = {
    Source.NOTICE: "The comment was looked at because of a notice under Article 16.",
    Source.TRUSTED: "The comment was looked at because of a trusted flagger's notice.",
    Source.OTHER: "The comment was looked at because somebody pointed it out.",
    Source.OWN: "The comment was looked at on the provider's own initiative.",
}


def exported(line: Line, platform: str | None = None) -> dict[str, Field] | None:
    """Return a statement in the database's schema; None for one that is owed to nobody."""
    said = statement_of(line)
    if said.exempt:
        return None
    content: dict[str, Field] = {
        # The line's identifier is random and leads nowhere: it is neither comment nor author.
        "puid": said.id,
        **_restriction(said),
        **_ground(said),
        "content_type": ["CONTENT_TYPE_TEXT"],
        "category": said.category,
        "content_date": _content_date(said),
        "application_date": f"{said.at:%Y-%m-%d}",
        "decision_facts": _facts(said),
        "source_type": said.source.value,
        "automated_detection": "Yes" if said.automated_detection else "No",
        "automated_decision": (
            "AUTOMATED_DECISION_FULLY"
            if said.automated_decision
            else "AUTOMATED_DECISION_PARTIALLY"
            if said.automated_detection
            else "AUTOMATED_DECISION_NOT_AUTOMATED"
        ),
    }
    if said.keyword != "KEYWORD_OTHER":
        content["category_specification"] = [said.keyword]
    lang = said.lang.partition("-")[0].upper()
    if re.fullmatch(r"[A-Z]{2}", lang):
        content["content_language"] = lang
    if platform:
        content["platform_name"] = platform
    wrong = check(content)
    if wrong:
        raise ValueError(f"{said.id}: {wrong}")
    return content


def check(content: Mapping[str, Field]) -> str | None:
    """Return the first thing that the database would refuse, None when it would take it."""
    for name in _REQUIRED:
        if not content.get(name):
            return f"{name} is missing"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(content["puid"])):
        return "puid holds other characters than letters, digits, - and _"
    for name, maximum in _MAXIMUM.items():
        if len(str(content.get(name, ""))) > maximum:
            return f"{name} is longer than {maximum} characters"
    if not (content.get("decision_visibility") or content.get("decision_provision")):
        return "decision_visibility is missing"
    law = content["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    kind = "illegal_content_legal_ground" if law else "incompatible_content_ground"
    explanation = "illegal_content" if law else "incompatible_content"
    for name in (kind, f"{explanation}_explanation"):
        if not content.get(name):
            return f"{name} is missing"
    return None


def _restriction(said: Statement) -> dict[str, Field]:
    if not said.service:
        return {"decision_visibility": [said.visibility]}
    ends = {"end_date_service_restriction": f"{said.until:%Y-%m-%d}"} if said.until else {}
    return {"decision_provision": said.service, **ends}


def _ground(said: Statement) -> dict[str, Field]:
    named, explained = said.reference or said.rule or "house rules", said.sentence or "house rules"
    if said.ground is GroundKind.LAW:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": named[:500],
            "illegal_content_explanation": explained[:2000],
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": named[:500],
        "incompatible_content_explanation": explained[:2000],
        "incompatible_content_illegal": "No",
    }


def _content_date(said: Statement) -> str:
    """Return the day of the comment: its identifier holds the moment (RFC 9562, section 5.7)."""
    if not is_id(said.comment_id):
        return f"{said.at:%Y-%m-%d}"
    milliseconds = int(said.comment_id.replace("-", "")[:12], 16)
    return f"{datetime.fromtimestamp(milliseconds / 1000, tz=said.at.tzinfo):%Y-%m-%d}"


def _facts(said: Statement) -> str:
    rule = f" It breaks the rule “{said.sentence}”" if said.sentence else ""
    return f"A reader's comment on an article.{rule} {_FACTS[said.source]}".replace("  ", " ")
