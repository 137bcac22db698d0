"""The only file that knows all rooms: from settings to a house that answers.

What is built here is passed down as values and functions; nobody below looks anything up.
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from litestar import Litestar

from palabre.application.close_thread import CloseThread
from palabre.application.edit_comment import EditComment
from palabre.application.incoming import Limits
from palabre.application.known_sites import KnownSites
from palabre.application.moderate import Moderate
from palabre.application.ports import Clock, Judge, Store
from palabre.application.post_comment import PostComment
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.sign_in import SignIn
from palabre.domain.decision import Decision, Ground, Verdict
from palabre.domain.site import Section, Site
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import Shelf, read_shelf
from palabre.moderation.rulebook import RuleBook
from palabre.passwords import Argon2Hasher
from palabre.process import configure_logging, die_with_parent
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.markdown import MarkdownRenderer
from palabre.settings import Settings, SettingsError, SiteSettings, secret_key
from palabre.settings import load as load_settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.web.app import create_app
from palabre.web.demo_pages import load_articles
from palabre.web.freshness import Changes
from palabre.web.house import House, Rates, WebConfig
from palabre.web.shared_counts import RedisCounts
from palabre.web.writers import Writers

CONFIG_VARIABLE = "PALABRE_CONFIG"
_TURN = 0.001  # seconds; Python takes 0.005, and there are as many turns as writers
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
    """Return the models that the settings name; none is opened yet."""
    named = settings.judge.models
    return read_shelf(folder / named if named else None, threads=settings.judge.threads)


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
            unit.sites.register(_site(site))
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
    settings, store, clock = parts.settings, parts.store, parts.clock
    render = MarkdownRenderer()
    limits = Limits(text_length=settings.comments.text_length)
    edit_window = timedelta(minutes=settings.comments.edit_minutes)
    return House(
        config=_web_config(parts),
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
        ),
        edit=EditComment(
            store=store,
            judge=parts.judge,
            render=render,
            clock=clock,
            limits=limits,
            edit_window=edit_window,
        ),
        vote=Vote(store=store, clock=clock),
        read=ReadThread(store=store, clock=clock),
        moderate=Moderate(
            store=store,
            clock=clock,
            ground_of=_grounds(parts.rules, settings),
            rules_version=parts.rules.version,
        ),
        close_thread=CloseThread(store=store, clock=clock),
        sign_in=sign_in_of(parts),
        sites=_remembered_sites(store),
        check=store.check,
        rules=parts.rules,
        catalogues=load_catalogues(ZoneInfo(settings.server.timezone)),
        clock=clock,
        changes=Changes(watch=store.watch, version=_version_of(store)),
        writers=Writers(waiting=settings.limits.waiting_writes),
        shared_counts=_shared_counts(settings),
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
    _open_models(parts)
    return create_app(build_house(parts, with_demo=with_demo))


def _open_models(parts: Parts) -> None:
    """Read the models before the first reader comes; without them comments are held, not lost."""
    if parts.rules.deep and parts.settings.judge.depth != Depth.RULES:
        for wrong in parts.shelf.open():
            _log.error("model_missing", detail=wrong)


def _web_config(parts: Parts) -> WebConfig:
    settings = parts.settings
    limits = settings.limits
    return WebConfig(
        base_url=settings.base_url,
        secret=secret_key(settings, parts.folder),
        lang=settings.sites[0].lang if settings.sites else "fr",
        limits_enabled=limits.enabled,
        rates=Rates(post=limits.post, edit=limits.edit, vote=limits.vote, sign_in=limits.sign_in),
        trusted_proxies=tuple(settings.server.trusted_proxies),
        metrics_from=tuple(settings.server.metrics_from),
        max_body_bytes=limits.body_bytes,
        text_length=settings.comments.text_length,
        page_size=settings.comments.page_size,
        view_all_size=settings.comments.view_all_size,
        edit_window=timedelta(minutes=settings.comments.edit_minutes),
        session_length=timedelta(hours=settings.desk.session_hours),
        memory_bytes=settings.server.memory_megabytes * 1024 * 1024,
        log_reads=settings.log.reads,
    )


def _remembered_sites(store: Store) -> Callable[[], tuple[Site, ...]]:
    """Return the registered sites from memory: they change with the settings, at a start."""
    with store.reading() as unit:
        sites = tuple(unit.sites.all())
    return lambda: sites


def _version_of(store: Store) -> Callable[[str, str], tuple[str, int] | None]:
    """Return the cheapest question whether a kept page still holds."""

    def version(origin: str, key: str) -> tuple[str, int] | None:
        with store.reading() as unit:
            return unit.threads.version(origin, key)

    return version


def _shared_counts(settings: Settings) -> RedisCounts | None:
    url = settings.limits.redis_url
    if not url:
        return None
    try:
        return RedisCounts(url)
    except ImportError:
        raise SettingsError(
            "[limits] redis_url needs the extra: pip install 'palabre[redis]'"
        ) from None
    except ValueError as error:
        raise SettingsError(f"[limits] redis_url: {error}") from None


def _grounds(rules: RuleBook, settings: Settings) -> Callable[[str], Ground | None]:
    """Return the ground of a rule in the house's own language, by the rule's id."""
    lang = settings.sites[0].lang if settings.sites else None

    def ground_of(rule_id: str) -> Ground | None:
        rule = rules.rule(rule_id)
        return rule.ground(lang) if rule else None

    return ground_of


def _site(site: SiteSettings) -> Site:
    return Site(
        id=site.id,
        name=site.name,
        lang=site.lang,
        origins=tuple(site.origins),
        reserved_names=tuple(site.reserved_names),
        sections=tuple(Section(id=s.id, name=s.name, path=s.path) for s in site.sections),
        name_required=site.name_required,
        email_required=site.email_required,
    )
