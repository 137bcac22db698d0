"""Tell of a comment on somebody else's page whether it is spam, and may appear at once.

Nothing of the comment is kept. What the site's moderators taught counts, and what is remembered of
the same text, address or host: what a key of theirs submits is found when it comes again. Besides
yes and no there is a third answer, "a person should look": where the house's rules hold or refuse a
comment that is no spam, and where something that they ask for could not be checked. Akismet's
protocol carries it as an answer with an error (WordPress then holds the comment for moderation).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from palabre.application.facts import LayerOf
from palabre.application.ports import Clock, Store
from palabre.application.read_long import READ_IN_PARTS, ReadLong
from palabre.application.traces import Remember
from palabre.domain.client import ApiKey, SpamWhen
from palabre.domain.comment import Author
from palabre.domain.decision import Decision, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.site import Site
from palabre.moderation.facts import Facts
from palabre.moderation.language import primary
from palabre.moderation.rulebook import RuleBook

# Conventions by which clients test (research: Akismet's documentation, "Testing").
TEST_AUTHORS: Final = frozenset({"viagra-test-123", "akismet-guaranteed-spam"})
TEST_DISCARD: Final = "viagra-test-discard"
TEST_EMAIL: Final = "akismet-guaranteed-spam@example.com"
TRUSTED_ROLE: Final = "administrator"
MOST: Final = 65_536  # characters of a comment that are looked at, at all
SPAM: Final = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A comment as its program describes it. ``roles``: its author's on that page."""

    text: str
    name: str | None = None
    email: str | None = None
    url: str | None = None
    lang: str | None = None
    roles: frozenset[str] = frozenset()
    honeypot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What follows. ``why`` is for the program's log: rules or conventions, never words of it.

    ``discard``: blatant enough to be thrown away unseen. ``held``: not spam, but for a person to
    see. ``in_part``: the models read a part of it only.
    """

    spam: bool
    discard: bool = False
    held: bool = False
    in_part: bool = False
    why: tuple[str, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckComment:
    """The use case. ``remember`` knows what comes again, ``layer_of`` what moderators taught."""

    store: Store
    judge: ReadLong
    rules: RuleBook
    site: Callable[[str], Site | None]
    clock: Clock
    remember: Remember | None = None
    layer_of: LayerOf | None = None

    def __call__(self, key: ApiKey, asked: Submission) -> Answer:
        """Judge a comment under the house's rules, and answer as the key is set."""
        by_convention = _by_convention(asked)
        if by_convention is not None:
            return by_convention
        return self.answer(key, self.judge(asked.text[:MOST], self._known(key, asked)))

    def again(self, key: ApiKey, asked: Submission) -> Answer:
        """Judge it once more, all of it, however long that takes."""
        decision = self.judge.judge(asked.text[:MOST], self._known(key, asked))
        return self.answer(key, decision)

    def _known(self, key: ApiKey, asked: Submission) -> Facts:
        """Return the circumstances, and what the house has learned."""
        site = self._site(key)
        told = self.facts(key, asked)
        if self.layer_of is not None:
            told = replace(told, layer=self.layer_of(site.id))
        if self.remember is not None:
            keys = self.remember.keys(asked.text[:MOST], Author(email=asked.email), site)
            with self.store.reading() as unit:
                twins, known = self.remember.known(unit, keys, self.clock())
            told = replace(told, twins=twins, known=tuple(known))
        return told

    def _site(self, key: ApiKey) -> Site:
        site = self.site(key.site_id)
        if site is None:
            raise Refusal(Code.UNKNOWN_SITE)
        return site

    def facts(self, key: ApiKey, asked: Submission) -> Facts:
        """Return the circumstances of a comment on another page."""
        site = self._site(key)
        return Facts(
            lang=primary(asked.lang) or site.lang,
            author_name=asked.name,
            author_email=asked.email,
            author_url=asked.url,
            own_hosts=frozenset(urlsplit(origin).hostname or "" for origin in site.origins),
        )

    def answer(self, key: ApiKey, decision: Decision) -> Answer:
        """Return what a key is told of a decision."""
        advertising = [r for r in decision.rules if (rule := self.rules.rule(r)) and _is_on(rule)]
        limits = {
            SpamWhen.SPAM: (),
            SpamWhen.REFUSED: (Verdict.REFUSE,),
            SpamWhen.HELD: (Verdict.REFUSE, Verdict.HOLD),
        }
        beyond = decision.verdict in limits[key.spam_when] and bool(decision.rules)
        spam = bool(advertising) or beyond
        return Answer(
            spam=spam,
            discard=any(self._is_blatant(r, decision) for r in advertising),
            held=not spam and decision.verdict is not Verdict.PUBLISH,
            in_part=any(item.symbol == READ_IN_PARTS for item in decision.evidence),
            why=decision.rules or decision.not_checked,
            decision=decision,
        )

    def _is_blatant(self, rule_id: str, decision: Decision) -> bool:
        rule, score = self.rules.rule(rule_id), decision.scores.get(SPAM)
        if decision.verdict is not Verdict.REFUSE or rule is None or rule.refuse is None:
            return False
        return score is not None and score >= rule.refuse


def _is_on(rule: object) -> bool:
    return getattr(rule, "score", None) == SPAM


def _by_convention(asked: Submission) -> Answer | None:
    if TRUSTED_ROLE in asked.roles:
        return Answer(spam=False, why=(f"user_role={TRUSTED_ROLE}",))
    if asked.name == TEST_DISCARD:
        return Answer(spam=True, discard=True, why=("test",))
    if asked.name in TEST_AUTHORS or (asked.email or "").lower() == TEST_EMAIL:
        return Answer(spam=True, why=("test",))
    if asked.honeypot:
        return Answer(spam=True, why=("honeypot",))
    return None
