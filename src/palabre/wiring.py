"""The only file that knows all rooms: from settings to a house that answers.

What is built here is passed down as values and functions; nobody below looks anything up.
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from litestar import Litestar

from palabre.application.close_thread import CloseThread
from palabre.application.edit_comment import EditComment
from palabre.application.incoming import Limits
from palabre.application.known_sites import KnownSites
from palabre.application.learn_site import LayersInUse
from palabre.application.moderate import Moderate
from palabre.application.ports import Clock, Judge, Store
from palabre.application.post_comment import PostComment
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.sign_in import SignIn
from palabre.application.traces import Remember
from palabre.domain.decision import Decision, Ground, Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import Shelf, read_shelf
from palabre.moderation.rulebook import RuleBook
from palabre.passwords import Argon2Hasher
from palabre.process import configure_logging, die_with_parent
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.markdown import MarkdownRenderer
from palabre.settings import Settings, secret_key
from palabre.settings import load as load_settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.web.app import create_app
from palabre.web.demo_pages import load_articles
from palabre.web.freshness import Changes
from palabre.web.house import House
from palabre.web.writers import Writers
from palabre.wiring_dialects import dialects_of
from palabre.wiring_law import law_cases
from palabre.wiring_mail import mail_cases
from palabre.wiring_privacy import keep_source_of, own_data, source_keys
from palabre.wiring_sign_on import sign_on_of
from palabre.wiring_web import remembered_sites, shared_counts, site_of, version_of, web_config

CONFIG_VARIABLE = "PALABRE_CONFIG"
_TURN = 0.001  # seconds; Python takes 0.005, and there are as many turns as writers
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


def now() -> datetime:
    """Return the present moment, aware, in UTC: the one clock of the house."""
    return datetime.now(UTC)


def database_url(settings: Settings, folder: Path) -> str:
    """Return the database's URL with a relative SQLite path anchored at the settings' folder."""
    prefix = "sqlite:///"
    url = settings.database.url
    if not url.startswith(prefix) or url.startswith(prefix + "/"):
        return url
    return prefix + str((folder / url.removeprefix(prefix)).resolve())


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


def build_house(parts: Parts, *, with_demo: bool = False) -> House:
    """Return everything that requests are answered with."""
    house = _furnished(parts, with_demo=with_demo)
    law = law_cases(
        parts.settings, parts.folder, parts.store, parts.clock, house.moderate, parts.rules
    )
    return replace(house, law=law)


def _furnished(parts: Parts, *, with_demo: bool) -> House:
    settings, store, clock = parts.settings, parts.store, parts.clock
    render = MarkdownRenderer()
    limits = Limits(text_length=settings.comments.text_length)
    edit_window = timedelta(minutes=settings.comments.edit_minutes)
    catalogues = load_catalogues(ZoneInfo(settings.server.timezone))
    mail = mail_cases(settings, parts.folder, store, clock, catalogues)
    keep_source = keep_source_of(settings)
    remember = Remember(secret=secret_key(settings, parts.folder))
    layer_of = LayersInUse(store, clock)
    return House(
        config=web_config(settings, parts.folder),
        post=PostComment(
            store=store,
            judge=parts.judge,
            render=render,
            clock=clock,
            limits=limits,
            watch_floods=settings.limits.enabled,
            close_after=timedelta(days=settings.comments.close_after_days) or None,
            secret=secret_key(settings, parts.folder),
            sites=KnownSites(store),
            keep_source=keep_source,
            remember=remember,
            layer_of=layer_of,
        ),
        edit=EditComment(
            store=store,
            judge=parts.judge,
            render=render,
            clock=clock,
            limits=limits,
            edit_window=edit_window,
            keep_source=keep_source,
            layer_of=layer_of,
        ),
        vote=Vote(store=store, clock=clock),
        sign_on=sign_on_of(settings, parts.folder, clock),
        read=ReadThread(store=store, clock=clock),
        moderate=Moderate(
            store=store,
            clock=clock,
            ground_of=_grounds(parts.rules, settings),
            rules_version=parts.rules.version,
            remember=remember,
        ),
        close_thread=CloseThread(store=store, clock=clock),
        sign_in=sign_in_of(parts),
        sites=remembered_sites(store),
        check=store.check,
        rules=parts.rules,
        catalogues=catalogues,
        clock=clock,
        subscribe=mail.subscribe,
        subscriptions=mail.subscriptions,
        privacy=own_data(settings, parts.folder, store, clock),
        source_key=source_keys(store),
        changes=Changes(watch=store.watch, version=version_of(store)),
        writers=Writers(waiting=settings.limits.waiting_writes),
        dialects=dialects_of(
            settings,
            store,
            clock,
            parts.rules,
            parts.shelf,
            judge=parts.judge,
            by_rules=watchful(parts.rules, Depth.RULES),
            sites=remembered_sites(store),
        ),
        shared_counts=shared_counts(settings),
        demo_articles=load_articles() if with_demo else (),
    )


def application() -> Litestar:
    """Build the server's application; called once in each worker process."""
    return _application(with_demo=False)


def demo_application() -> Litestar:
    """Build the application of ``palabre demo``: the same, with the articles of the demo site."""
    return _application(with_demo=True)


def _application(*, with_demo: bool) -> Litestar:
    die_with_parent()
    # A thread that judges keeps the interpreter for a turn while readers wait for theirs.
    sys.setswitchinterval(_TURN)
    path = Path(os.environ[CONFIG_VARIABLE])
    settings = load_settings(path)
    configure_logging(settings.log.level)
    parts = build_parts(settings, path.parent)
    open_models(parts)
    return create_app(build_house(parts, with_demo=with_demo))


def open_models(parts: Parts) -> None:
    """Read the models before the first reader comes; without them comments are held, not lost."""
    if parts.rules.deep and parts.settings.judge.depth != Depth.RULES:
        for wrong in parts.shelf.open():
            _log.error("model_missing", detail=wrong)


def _grounds(rules: RuleBook, settings: Settings) -> Callable[[str], Ground | None]:
    """Return the ground of a rule in the house's own language, by the rule's id."""
    lang = settings.sites[0].lang if settings.sites else None

    def ground_of(rule_id: str) -> Ground | None:
        rule = rules.rule(rule_id)
        return rule.ground(lang) if rule else None

    return ground_of
