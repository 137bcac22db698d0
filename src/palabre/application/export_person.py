"""All that is held on a person, as plain values: what they see, and what they take along."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from palabre.application.mail_ports import MailKind
from palabre.application.own_pseudonyms import kept_by, with_what_they_keep
from palabre.application.person import Person
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.read_thread import locate
from palabre.domain.decision import DecisionRecord
from palabre.domain.subscription import Subscription

FORMAT = "palabre-person-1"
Json = dict[str, Any]
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPerson:
    """The use case."""

    store: Store
    clock: Clock

    def __call__(self, person: Person) -> Json:
        """Return everything, ready to be written as JSON; moments are ISO 8601 in UTC."""
        now = self.clock()
        with self.store.reading() as unit:
            person = with_what_they_keep(unit, person)
            hashes = sorted(person.address_hashes)
            return {
                "format": FORMAT,
                "made_at": _at(now),
                "addresses": sorted(person.addresses),
                "comments": [_comment(unit, i, now) for i in unit.people.comments(person)],
                "votes": [
                    {
                        "comment": vote.comment_id,
                        "article": locate(unit, vote.comment_id).thread.article.url,
                        "value": vote.value,
                        "at": _at(vote.at),
                    }
                    for vote in unit.people.votes(person)
                ],
                "subscriptions": [
                    _subscription(unit, s) for s in unit.people.subscriptions(person)
                ],
                "mail_address": [_address(unit, hashed) for hashed in hashes],
                "consents": [
                    {"kind": c.kind.value, "act": c.act.value, "text": c.text, "at": _at(c.at)}
                    for hashed in hashes
                    for c in unit.subscriptions.consents(hashed)
                ],
                "reports": [
                    {"at": _at(line.at), **dict(words.texts)}
                    for line in unit.ledger.with_words_of(sorted(person.mailboxes))
                    if (words := unit.ledger.words(line.id)) is not None
                ],
                "measures": [
                    {
                        "site": m.site_id,
                        "measure": m.trust.value,
                        "rule": m.rule,
                        "set_at": _at(m.set_at),
                        "until": _at(m.until),
                    }
                    for m in unit.measures.of_keys(sorted(person.author_keys))
                ],
                "pseudonyms": [
                    {
                        "id": p.id,
                        "site": p.site_id,
                        "name": p.name,
                        "address": p.address,
                        "kept_since": _at(p.kept_at),
                    }
                    for p in kept_by(unit, person)
                ],
                "mails": [
                    {"kind": m.kind.value, "made_at": _at(m.made_at), "state": m.state.value}
                    for hashed in hashes
                    for m in unit.mails.made_since(
                        _EVER, kinds=tuple(MailKind), address_hash=hashed
                    )
                ],
            }


def _comment(unit: UnitOfWork, comment_id: str, now: datetime) -> Json:
    found = locate(unit, comment_id)
    comment, author = found.comment, found.stored.author
    hold = unit.people.hold_of(comment_id, now)
    return {
        "id": comment.id,
        "article": {"url": found.thread.article.url, "title": found.thread.article.title},
        "answers": comment.parent_id,
        "status": comment.status.value,
        "written_at": _at(comment.created_at),
        "edited_at": _at(comment.edited_at),
        "language": comment.lang,
        "name": author.name,
        "badge": author.badge,
        "email": author.email,
        "wordings": [
            {"revision": b.revision, "text": b.text} for b in unit.comments.bodies(comment_id)
        ],
        "passage": found.stored.passage.exact if found.stored.passage else None,
        "votes": {"for": comment.up, "against": comment.down},
        "address_hash_noted_at": [_at(at) for at in unit.people.source_times(comment_id)],
        "connection_sealed_at": [_at(line.at) for line in unit.legal.of_comment(comment_id)],
        "kept_for_a_claim_until": _at(hold.ends_at) if hold else None,
        "evidence_sealed_until": [_at(s.ends_at) for s in unit.legal.snapshots(comment_id)],
        "decisions": [_decision(record) for record in unit.decisions.history(comment_id)],
    }


def _decision(record: DecisionRecord) -> Json:
    decision, ground = record.decision, record.decision.ground
    return {
        "at": _at(record.at),
        "by": record.actor.kind.value,
        "verdict": decision.verdict.value,
        "rules": list(decision.rules),
        "ground": ground.reference if ground else None,
        "automated_detection": record.automated_detection,
        "automated_decision": record.automated_decision,
        "scores": dict(decision.scores),
        "found": [
            {
                "symbol": e.symbol,
                "score": e.score,
                "detector": e.detector,
                "version": e.version,
                "spans": [list(span) for span in e.spans],
            }
            for e in decision.evidence
        ],
        "note": record.note,
    }


def _subscription(unit: UnitOfWork, subscription: Subscription) -> Json:
    thread = unit.threads.get(subscription.thread_id) if subscription.thread_id else None
    return {
        "kind": subscription.kind.value,
        "site": subscription.site_id,
        "article": thread.article.url if thread else None,
        "comment": subscription.comment_id,
        "asked_at": _at(subscription.asked_at),
        "confirmed_at": _at(subscription.confirmed_at),
    }


def _address(unit: UnitOfWork, hashed: str) -> Json | None:
    known = unit.subscriptions.address(hashed)
    if known is None:
        return None
    return {
        "address": known.address,
        "language": known.lang,
        "pace": known.pace.value,
        "confirmed_at": _at(known.confirmed_at),
        "stopped": known.stopped.value if known.stopped else None,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
