"""What commands and the web both work with: the store, the rules, the judge; nothing of the web."""

import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from palabre.application.ports import Clock, Judge, Store
from palabre.application.sign_in import SignIn
from palabre.domain.decision import Decision, Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import Shelf, read_shelf
from palabre.moderation.rulebook import RuleBook
from palabre.passwords import Argon2Hasher
from palabre.settings import Settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now, site_of

_shelves: dict[tuple[Path | None, int], Shelf] = {}
_log = structlog.get_logger("palabre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What commands work with besides the web: the store, the rules, the judge, the clock."""

    settings: Settings
    folder: Path
    store: Store
    rules: RuleBook
    shelf: Shelf
    judge: Judge
    clock: Clock


def load_shelf(settings: Settings, folder: Path) -> Shelf:
    """Return the models that the settings name, the same ones for all of this process's life.

    Workers are forked from a process that has opened them, and share their pages.
    """
    named = settings.judge.models
    where = (folder / named).resolve() if named else None
    key = (where, settings.judge.threads)
    if key not in _shelves:
        _shelves[key] = read_shelf(where, threads=settings.judge.threads)
    return _shelves[key]


def load_rules(settings: Settings, folder: Path, shelf: Shelf) -> RuleBook:
    """Return the shipped rules with the house's own over them."""
    own = folder / settings.rules.file if settings.rules.file else None
    return house_rules(own.read_text(encoding="utf-8") if own else None, shelf)


def watchful(rules: RuleBook, depth: Depth = Depth.FULL) -> Judge:
    """Return the judge for a rule book; whatever fails in it holds the comment for a human."""

    def watched(text: str, facts: Facts) -> Decision:
        try:
            decision = judge(text, facts, rules, depth)
        except Exception as error:  # noqa: BLE001
            # The last net: no failure of the judge may lose or publish a comment. What is logged is
            # where it failed, not what it said: a message may quote the text.
            place = traceback.extract_tb(error.__traceback__)[-1]
            _log.error(
                "judge_failed", error=type(error).__name__, at=f"{place.name}:{place.lineno}"
            )
            return Decision(
                verdict=Verdict.HOLD,
                rules=(),
                rules_version=rules.version,
                not_checked=("engine",),
            )
        if decision.not_checked:
            _log.warning("not_checked", detectors=decision.not_checked)
        return decision

    return watched


def build_parts(settings: Settings, folder: Path, *, clock: Clock = now) -> Parts:
    """Open the store (bringing its schema up to date) and read the rules."""
    url = database_url(settings, folder)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability)
    with store.writing() as unit:
        for site in settings.sites:
            unit.sites.register(site_of(site))
    shelf = load_shelf(settings, folder)
    rules = load_rules(settings, folder, shelf)
    return Parts(
        settings=settings,
        folder=folder,
        store=store,
        rules=rules,
        shelf=shelf,
        judge=watchful(rules, Depth(settings.judge.depth)),
        clock=clock,
    )


def sign_in_of(parts: Parts) -> SignIn:
    """Return the use case by which moderators come and go."""
    return SignIn(
        store=parts.store,
        clock=parts.clock,
        hasher=Argon2Hasher(),
        session_length=timedelta(hours=parts.settings.desk.session_hours),
    )


def open_models(parts: Parts) -> None:
    """Read the models before the first reader comes; without them comments are held, not lost."""
    if parts.rules.deep and parts.settings.judge.depth != Depth.RULES:
        for wrong in parts.shelf.open():
            _log.error("model_missing", detail=wrong)
