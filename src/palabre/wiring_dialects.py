"""The Akismet and Perspective dialects put together from the parts of a house."""

from collections.abc import Callable

from palabre.application.check_comment import SPAM, CheckComment
from palabre.application.count_use import CountUse
from palabre.application.facts import LayerOf
from palabre.application.issue_key import Keys
from palabre.application.ports import Clock, Judge, Store
from palabre.application.read_long import ReadLong
from palabre.application.submit_label import SubmitLabel
from palabre.application.traces import Remember
from palabre.domain.site import Site
from palabre.moderation.detectors.spamtext import SpamText
from palabre.moderation.engine import Depth
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.card import Card, LinearCard, read_card
from palabre.moderation.models.shelf import ENCODER, LINEAR, Shelf
from palabre.moderation.normalise import fold
from palabre.moderation.rulebook import RuleBook
from palabre.moderation.spammodel import LANGUAGES as SPAM_LANGUAGES
from palabre.settings import Settings
from palabre.web.akismet_callback import LaterVerdicts
from palabre.web.dialects import Dialects


def dialects_of(
    settings: Settings,
    store: Store,
    clock: Clock,
    rules: RuleBook,
    shelf: Shelf,
    *,
    judge: Judge,
    by_rules: Judge,
    sites: Callable[[], tuple[Site, ...]],
    remember: Remember | None = None,
    layer_of: LayerOf | None = None,
) -> Dialects | None:
    """Return what programs with a key are answered with; None where they are not."""
    if not settings.clients.enabled:
        return None

    def site(site_id: str) -> Site | None:
        return next((s for s in sites() if s.id == site_id), None)

    reading = ReadLong(
        judge=judge,
        by_rules=by_rules,
        whole=settings.clients.read_whole,
        suspicion=suspicion_of(shelf, Depth(settings.judge.depth), rules),
    )
    check = CheckComment(
        store=store,
        judge=reading,
        rules=rules,
        site=site,
        clock=clock,
        remember=remember,
        layer_of=layer_of,
    )
    return Dialects(
        store=store,
        check=check,
        later=LaterVerdicts(check),
        submit=SubmitLabel(store=store, clock=clock),
        use=CountUse(store=store, clock=clock),
        keys=Keys(store=store, clock=clock),
        attributes=attributes_of(shelf, Depth(settings.judge.depth), rules),
        clock=clock,
    )


def suspicion_of(
    shelf: Shelf, depth: Depth, rules: RuleBook
) -> Callable[[str, str | None], float] | None:
    """Return the linear model's quick look at a passage; None where no model is asked."""
    look = shelf.linear
    if look is None or depth is Depth.RULES or not rules.deep:
        return None

    def suspicion(passage: str, lang: str | None) -> float:
        try:
            return look.suspicion(fold(passage).text, lang)
        except UnavailableError:
            return 0.0  # it only orders passages; what judges says by itself that it cannot

    return suspicion


def attributes_of(
    shelf: Shelf, depth: Depth, rules: RuleBook
) -> Callable[[str | None], frozenset[str]]:
    """Return which scores every text gets in a language, by the models' own cards.

    Rules alone give none: they say that something is there, never that nothing is.
    """
    cards: list[Card] = []
    if depth is not Depth.RULES and rules.deep:
        try:
            cards.append(read_card(shelf.folder / ENCODER, Card))
            if depth is Depth.FAST and shelf.linear is not None:
                # A text that the first look settles has the scores of that look and no others.
                cards.append(read_card(shelf.folder / LINEAR, LinearCard))
        except UnavailableError:
            cards.clear()

    judges_spam = depth is not Depth.RULES and SpamText.name in rules.trained

    def attributes(lang: str | None) -> frozenset[str]:
        spam = frozenset({SPAM}) if judges_spam and lang in SPAM_LANGUAGES else frozenset[str]()
        return of_cards(lang) | spam

    def of_cards(lang: str | None) -> frozenset[str]:
        if not cards or lang is None or any(lang not in card.languages for card in cards):
            return frozenset()
        given = frozenset.intersection(*(frozenset(card.curves(lang)) for card in cards))
        # What is part of toxicity raises it (policy.scores).
        return given | {"toxicity"} if {"insult", "hate", "threat"} <= given else given

    return attributes
