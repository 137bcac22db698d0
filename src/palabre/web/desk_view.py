"""A comment as the desk shows it: what was written, what was found in it, and who decided what."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from palabre.application.ports import QueueItem
from palabre.application.work_ports import COUNTED
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, DecisionRecord, Evidence, Span
from palabre.domain.highlight import Mark
from palabre.domain.person import Moderator
from palabre.moderation.detectors.classifier import WINDOWS
from palabre.moderation.explain import Audience, explain
from palabre.web.house import Catalogue, House
from palabre.web.notices import sentences
from palabre.web.passages import link_to

KEYS = "123456789bdfgilmpqtvwxyz"  # what the desk's own keys leave free


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the text; ``found`` says in words what was found there, "" where nothing was."""

    text: str
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """A rule that a refusal can rest on, with the key that picks it."""

    id: str
    label: str
    sentence: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One decision in words."""

    verdict: str
    who: str
    moment: str
    at: str
    why: str
    rules: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One comment of the queue. ``about``: the passage of the article that it is about."""

    id: str
    status: str
    name: str
    lang: str
    ago: str
    moment: str
    at: str
    revision: int
    article_title: str
    article_url: str
    thread_id: str
    thread_is_open: bool
    parent_name: str | None
    parent_text: str
    passages: tuple[Passage, ...]
    decision: DecisionView
    history: tuple[DecisionView, ...]
    can_undo: bool
    about: str = ""
    about_link: str = ""
    marks: tuple[str, ...] = ()
    is_root: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLook:
    """Who moderates, and in which words."""

    house: House
    words: Catalogue
    moderator: Moderator

    def many(self, n: int) -> str:
        """Return a count that ends at ``COUNTED`` ("1,000+")."""
        return self.words.number(min(n, COUNTED)) + ("+" if n > COUNTED else "")

    def item(self, item: QueueItem, history: Sequence[DecisionRecord] = ()) -> ItemView:
        """Return a comment of the queue; with ``history``, all that was ever decided on it."""
        stored, words = item.stored, self.words
        comment, now = stored.comment, self.house.clock()
        if self.house.law is not None and self.house.law.views is not None:
            site_id = item.thread.article.site_id
            self.house.law.views.note(comment.id, site_id, self.moderator.id)
        text = stored.body.text if stored.body else ""
        found = _found(item.record, history)
        guest = words.say("comment.guest")
        parent = item.parent
        by_moderator = item.record.actor.kind is ActorKind.MODERATOR
        return ItemView(
            id=comment.id,
            status=comment.status.value,
            name=stored.author.name or guest,
            lang=comment.lang,
            ago=words.ago(comment.created_at, now),
            moment=words.moment(comment.created_at),
            at=comment.created_at.isoformat(),
            revision=comment.revision,
            article_title=item.thread.article.title or item.thread.article.url,
            article_url=item.thread.article.url,
            thread_id=item.thread.id,
            thread_is_open=item.thread.is_open(now),
            parent_name=(parent.author.name or guest) if parent else None,
            parent_text=parent.body.text if parent and parent.body else "",
            passages=marked(text, found, words),
            decision=self.decision(item.record, text),
            history=tuple(self.decision(record, text) for record in reversed(history)),
            can_undo=by_moderator
            and item.record.supersedes is not None
            and comment.status is not Status.DELETED,
            about=stored.passage.exact if stored.passage else "",
            about_link=link_to(item.thread.article.url, stored.passage) if stored.passage else "",
            marks=tuple(mark.value for mark in Mark if stored.highlight.has(mark)),
            is_root=comment.parent_id is None,
        )

    def decision(self, record: DecisionRecord, text: str) -> DecisionView:
        """Return a decision in words."""
        words, decision = self.words, record.decision
        ago = words.ago(record.at, self.house.clock())
        if record.actor.kind is ActorKind.ENGINE:
            who = words.say("desk.decided.engine", ago=ago)
        elif record.actor.id == self.moderator.id:
            who = words.say("desk.decided.moderator", name=self.moderator.name, ago=ago)
        else:
            who = words.say("desk.decided.someone", ago=ago)
        engine = record.actor.kind is ActorKind.ENGINE
        rules = self.house.rules
        return DecisionView(
            verdict=words.say(f"desk.verdict.{decision.verdict.value}"),
            who=who,
            moment=words.moment(record.at),
            at=record.at.isoformat(),
            why=explain(decision, rules, words, text, Audience.MODERATOR) if engine else "",
            rules=sentences(decision, rules, words.lang),
            note=record.note,
        )

    def rules(self) -> tuple[RuleChoice, ...]:
        """Return the rules that a refusal can name, each with its key."""
        lang = self.words.lang
        rules = [rule for rule in self.house.rules.rules if rule.enforced]
        keys = KEYS.ljust(len(rules))
        return tuple(
            RuleChoice(
                id=rule.id,
                label=rule.label.get(lang) or rule.clause.get(lang) or rule.id,
                sentence=rule.sentence(lang),
                key=key.strip(),
            )
            for rule, key in zip(rules, keys, strict=False)
        )


def marked(text: str, evidence: Sequence[Evidence], words: Catalogue) -> tuple[Passage, ...]:
    """Cut the text where findings begin and end. Spans count code points of this very text."""
    # Where a long text was cut for a model says how it was read, not what was found in it.
    told = [item for item in evidence if item.symbol != WINDOWS]
    spans = [(span, item.symbol) for item in told for span in item.spans]
    inside = [(s, symbol) for s, symbol in spans if 0 <= s.begin < s.end <= len(text)]
    cuts = sorted({0, len(text), *(cut for span, _ in inside for cut in span)})
    return tuple(
        Passage(text[begin:end], _names(Span(begin, end), inside, words))
        for begin, end in pairwise(cuts)
    )


def _names(here: Span, spans: Sequence[tuple[Span, str]], words: Catalogue) -> str:
    symbols = [s for span, s in spans if span.begin <= here.begin and here.end <= span.end]
    return ", ".join(dict.fromkeys(_name(symbol, words) for symbol in symbols))


def _name(symbol: str, words: Catalogue) -> str:
    key = f"judge.symbol.{symbol}"
    return words.say(key) if words.has(key) else symbol.replace("_", " ")


def _found(latest: DecisionRecord, history: Sequence[DecisionRecord]) -> tuple[Evidence, ...]:
    # A moderator's decision carries no findings: those of the engine on the same words still help.
    if latest.decision.evidence:
        return latest.decision.evidence
    same = (r.decision.evidence for r in reversed(history) if r.revision == latest.revision)
    return next((evidence for evidence in same if evidence), ())
