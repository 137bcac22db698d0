"""The duties of the law put together from the settings, the rules and the store."""

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

from palabre.application.audit import Sample
from palabre.application.keep_ledger import KeepLedger
from palabre.application.law_mail import LawMail
from palabre.application.ports import Clock, Store
from palabre.application.report_year import ReportYear
from palabre.application.statements import UNKNOWN, RuleFacts, RuleOf
from palabre.domain.audit import Sampling
from palabre.domain.decision import Verdict
from palabre.moderation.rulebook import RuleBook
from palabre.notify.in_order import call
from palabre.notify.statement_sender import StatementSender
from palabre.notify.webhooks import Hook, Webhooks, send
from palabre.rendering.catalogue import load_catalogues
from palabre.settings import Settings, SettingsError, named_secret

_SECRET_LENGTH = 24
_QUALITATIVE = ("summary_own_initiative", "automated_means", "safeguards")


def webhooks_of(settings: Settings, folder: Path, store: Store, clock: Clock) -> Webhooks:
    """Return what calls the publisher's own systems; each is known by its address."""
    given = settings.webhooks
    secret = given.secret
    if given.secret_file:
        secret = named_secret(folder, given.secret_file, "[webhooks] secret_file")
    if len(secret) < _SECRET_LENGTH:
        raise SettingsError(f"[webhooks] secret must have at least {_SECRET_LENGTH} characters")
    events = frozenset(given.events)
    return Webhooks(
        store=store,
        clock=clock,
        hooks=tuple(
            Hook(name=url[:100], url=url, secret=secret.encode(), events=events)
            for url in given.urls
        ),
        send=send,
    )


def statement_sender(
    settings: Settings, folder: Path, store: Store, clock: Clock
) -> StatementSender:
    """Return what sends statements of reasons to the DSA Transparency Database."""
    law = settings.law
    if not law.transparency_database.startswith(("https://", "http://127.0.0.1:")):
        raise SettingsError("[law] transparency_database must begin with https://")
    if not law.transparency_token_file:
        raise SettingsError("[law] transparency_database needs transparency_token_file")
    token = named_secret(folder, law.transparency_token_file, "[law] transparency_token_file")
    return StatementSender(
        store=store,
        clock=clock,
        address=law.transparency_database.rstrip("/"),
        token=token,
        platform=law.transparency_platform or None,
        call=call,
    )


def outgoing(
    settings: Settings, folder: Path, store: Store, clock: Clock
) -> Callable[[], int] | None:
    """Return what tells other systems of the ledger's lines; None when nobody is to be told."""
    tellers: list[Callable[[], int]] = []
    if settings.webhooks.urls:
        tellers.append(webhooks_of(settings, folder, store, clock))
    if settings.law.transparency_database:
        tellers.append(statement_sender(settings, folder, store, clock))
    return (lambda: sum(tell() for tell in tellers)) if tellers else None


def report_year(settings: Settings, store: Store, clock: Clock) -> ReportYear:
    """Return what makes the transparency report, in the words of the first site's language."""
    catalogues = load_catalogues()
    lang = settings.sites[0].lang.partition("-")[0] if settings.sites else "en"
    words = catalogues.get(lang, catalogues["en"])
    return ReportYear(
        store=store,
        clock=clock,
        name=provider_of(settings),
        service=settings.base_url,
        qualitative=tuple((name, words.say(f"law.qualitative.{name}")) for name in _QUALITATIVE),
    )


def provider_of(settings: Settings) -> str:
    """Return who answers for the comments: the controller, or else the first site."""
    return settings.privacy.controller or (settings.sites[0].name if settings.sites else "")


def keep_ledger(
    settings: Settings, store: Store, clock: Clock, rules: RuleBook, mail: LawMail | None = None
) -> KeepLedger:
    """Return what brings decisions into the ledger."""
    given = settings.audit
    shares = {
        Verdict.PUBLISH: given.published,
        Verdict.HOLD: given.held,
        Verdict.REFUSE: given.refused,
    }
    return KeepLedger(
        store=store,
        clock=clock,
        rule_of=rule_facts(rules),
        mail=mail,
        sample=Sample(sampling=Sampling(shares=shares, twice=given.twice)),
    )


def rule_facts(rules: RuleBook) -> RuleOf:
    """Return what there is to say of a rule, by its id and a language."""

    def facts(rule_id: str, lang: str | None) -> RuleFacts | None:
        rule = rules.rule(rule_id)
        if rule is None:
            return None
        base = (lang or "").partition("-")[0] or None
        ground = rule.ground(base)
        return RuleFacts(
            id=rule.id,
            sentence=rule.sentence(base),
            ground=ground.kind,
            reference=ground.reference,
            category=rule.dsa_category or UNKNOWN.category,
            keyword=rule.dsa_keyword or UNKNOWN.keyword,
        )

    return facts


def flaggers(settings: Settings, secret: bytes) -> dict[str, str]:
    """Return the trusted flaggers by the tokens that their own form is opened with."""
    return {flagger_token(name, secret): name for name in settings.law.trusted_flaggers}


def flagger_token(name: str, secret: bytes) -> str:
    """Return a trusted flagger's token: 40 hexadecimal digits of HMAC-SHA-256."""
    return hmac.new(secret, f"trusted flagger\n{name}".encode(), hashlib.sha256).hexdigest()[:40]
