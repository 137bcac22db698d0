"""What a snapshot for a court holds: a comment as it stands, with all that it can be judged by.

Words of every wording with the salts that tie them to the decisions, the conversation around, the
article, each decision with its digest, and where the ledger stood. Plain JSON: a court's expert
needs nothing of ours to read it, and ``VERIFY`` says how each hash is worked out again.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from palabre.application.ports import Stored, UnitOfWork
from palabre.application.read_thread import Located
from palabre.domain.decision import DecisionRecord
from palabre.domain.ledger import Line, digest

FORMAT = "palabre-evidence-1"
VERIFY = {
    "this file": "SHA-256 of these very bytes is in the ledger's line of kind snapshot",
    "decisions.commitment": "HMAC-SHA-256 of a wording's text under its salt (hexadecimal)",
    "ledger.hash": "SHA-256 over the line and the hash of the line before it",
}
_ABOVE = 40
_AROUND = 200
Json = dict[str, Any]


def content_of(unit: UnitOfWork, found: Located, *, made_at: datetime, base_url: str) -> bytes:
    """Return the snapshot as canonical JSON in UTF-8."""
    comment, article = found.comment, found.thread.article
    history = unit.decisions.history(comment.id)
    head = unit.ledger.head()
    kept = unit.people.kept_words(comment.id)
    said: Json = {
        "format": FORMAT,
        "made_at": _at(made_at),
        "verify": VERIFY,
        "comment": {
            **_comment(found.stored),
            "page": f"{base_url}/comments/{comment.id}",
            "email": found.stored.author.email,
            "language": comment.lang,
            "votes": {"for": comment.up, "against": comment.down},
            "passage": found.stored.passage.exact if found.stored.passage else None,
            "wordings": [
                {"revision": body.revision, "text": body.text, "salt": body.salt.hex()}
                for body in unit.comments.bodies(comment.id)
            ],
            "kept_by_a_hold": json.loads(kept) if kept else None,
            "sealed_connections": len(unit.legal.of_comment(comment.id)),
        },
        "article": {
            "site": found.site.name,
            "url": article.url,
            "title": article.title,
            "language": article.lang,
            "thread": found.thread.id,
        },
        "answers_to": [_comment(each) for each in _above(unit, found.stored)],
        "conversation": [
            _comment(each)
            for each in unit.comments.replies_after(comment.root_id, limit=_AROUND, after=None)
            if each.comment.id != comment.id
        ],
        "decisions": [_decision(record) for record in history],
        "ledger": {
            "length": head.length,
            "hash": head.hash,
            "lines": [_line(line) for line in unit.ledger.of_comment(comment.id)],
        },
    }
    text = json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def _above(unit: UnitOfWork, stored: Stored) -> Sequence[Stored]:
    """Return what a comment answers, and what that answers; the nearest last."""
    found: list[Stored] = []
    while len(found) < _ABOVE and (up := (found[0] if found else stored).comment.parent_id):
        parent = unit.comments.stored(up)
        if parent is None:
            break
        found.insert(0, parent)
    return found


def _comment(stored: Stored) -> Json:
    comment = stored.comment
    return {
        "id": comment.id,
        "answers": comment.parent_id,
        "status": comment.status.value,
        "written_at": _at(comment.created_at),
        "edited_at": _at(comment.edited_at),
        "name": stored.author.name,
        "is_newsroom": stored.author.is_staff,
        "revision": comment.revision,
        "text": stored.body.text if stored.body else None,
    }


def _decision(record: DecisionRecord) -> Json:
    decision, ground = record.decision, record.decision.ground
    return {
        "id": record.id,
        "at": _at(record.at),
        "revision": record.revision,
        "verdict": decision.verdict.value,
        "rules": list(decision.rules),
        "ground": [ground.kind.value, ground.reference] if ground else None,
        "by": [record.actor.kind.value, record.actor.id],
        "automated_detection": bool(record.automated_detection),
        "automated_decision": bool(record.automated_decision),
        "rules_version": decision.rules_version,
        "versions": dict(decision.versions),
        "commitment": record.commitment,
        "supersedes": record.supersedes,
        "digest": digest(record),
    }


def _line(line: Line) -> Json:
    return {
        "number": line.number,
        "id": line.id,
        "kind": line.kind.value,
        "subject": line.subject,
        "at": _at(line.at),
        "content": dict(line.content),
        "commitment": line.commitment,
        "previous": line.previous,
        "hash": line.hash,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
