"""The only file that knows all rooms: from settings to a house that answers.

What is built here is passed down as values and functions; nobody below looks anything up.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from litestar import Litestar

from palabre.application.close_thread import CloseThread
from palabre.application.door import Door
from palabre.application.edit_comment import EditComment
from palabre.application.highlight_comment import HighlightComment
from palabre.application.incoming import Limits
from palabre.application.known_modes import KnownModes
from palabre.application.known_pseudonyms import KnownPseudonyms
from palabre.application.known_sites import KnownSites
from palabre.application.learn_site import LayersInUse
from palabre.application.moderate import Moderate
from palabre.application.pace import KnownPace
from palabre.application.post_comment import PostComment
from palabre.application.proof import Proof
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.traces import Remember
from palabre.domain.decision import Ground
from palabre.moderation.engine import Depth
from palabre.moderation.rulebook import RuleBook
from palabre.process import configure_logging, die_with_parent
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.markdown import MarkdownRenderer
from palabre.settings import Settings, secret_key
from palabre.settings import load as load_settings
from palabre.web.app import create_app
from palabre.web.demo_pages import load_articles
from palabre.web.freshness import Changes
from palabre.web.house import House
from palabre.web.writers import Writers
from palabre.wiring_desk import desk_door_of
from palabre.wiring_dialects import dialects_of
from palabre.wiring_mail import mail_cases
from palabre.wiring_parts import Parts, build_parts, open_models, sign_in_of, watchful
from palabre.wiring_privacy import keep_source_of, source_keys
from palabre.wiring_sign_on import doors_of, passkeys_of, sign_on_of
from palabre.wiring_web import (
    law_cases,
    own_data,
    remembered_sites,
    shared_counts,
    version_of,
    web_config,
)

CONFIG_VARIABLE = "PALABRE_CONFIG"
_TURN = 0.001  # seconds; Python takes 0.005, and there are as many turns as writers


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
    modes = KnownModes(store, ZoneInfo(settings.server.timezone))
    door = Door(
        modes=modes,
        holds_new_links=settings.comments.hold_links_of_new_readers,
        proof=Proof(secret=secret_key(settings, parts.folder), tries=settings.comments.proof_tries),
        always=settings.comments.ask_for_proof,
    )
    sign_in = sign_in_of(parts)
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
            names=KnownPseudonyms(store),
            keep_source=keep_source,
            remember=remember,
            layer_of=layer_of,
            door=door,
            pace=KnownPace(store) if settings.limits.enabled else None,
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
            door=door,
        ),
        vote=Vote(store=store, clock=clock, door=door),
        sign_on=sign_on_of(settings, parts.folder, clock),
        doors=doors_of(settings, parts.folder, clock),
        read=ReadThread(store=store, clock=clock),
        moderate=Moderate(
            store=store,
            clock=clock,
            ground_of=_grounds(parts.rules, settings),
            rules_version=parts.rules.version,
            remember=remember,
        ),
        close_thread=CloseThread(store=store, clock=clock),
        highlight=HighlightComment(store=store, clock=clock),
        sign_in=sign_in,
        passkeys=passkeys_of(settings, parts.folder, sign_in),
        desk_door=desk_door_of(settings, parts.folder, clock),
        sites=remembered_sites(store),
        check=store.check,
        rules=parts.rules,
        catalogues=catalogues,
        clock=clock,
        subscribe=mail.subscribe,
        subscriptions=mail.subscriptions,
        pseudonyms=mail.pseudonyms,
        privacy=own_data(settings, parts.folder, store, clock),
        source_key=source_keys(store),
        changes=Changes(watch=modes.watch, version=version_of(store)),
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
            remember=remember,
            layer_of=layer_of,
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


def _grounds(rules: RuleBook, settings: Settings) -> Callable[[str], Ground | None]:
    """Return the ground of a rule in the house's own language, by the rule's id."""
    lang = settings.sites[0].lang if settings.sites else None

    def ground_of(rule_id: str) -> Ground | None:
        rule = rules.rule(rule_id)
        return rule.ground(lang) if rule else None

    return ground_of
