"""The duties of the law put together from the settings, the rules and the store."""

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal
from palabre.application.desk_figures import DeskFigures
from palabre.application.first_view import FirstView
from palabre.application.keep_ledger import KeepLedger
from palabre.application.law_mail import LawMail
from palabre.application.moderate import Moderate
from palabre.application.ports import Clock, Store
from palabre.application.report_comment import ReportComment
from palabre.application.report_year import ReportYear
from palabre.application.statements import UNKNOWN, RuleFacts, RuleOf
from palabre.moderation.rulebook import RuleBook
from palabre.notify.webhooks import Hook, Webhooks, send
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.sheets import as_csv, as_xlsx
from palabre.settings import Settings, SettingsError, private_text, secret_key
from palabre.web.desk_figures import KeptFigures
from palabre.web.law import LawCases, LawFacts
from palabre.web.transparency_page import Transparency

_SECRET_LENGTH = 24
_QUALITATIVE = ("summary_own_initiative", "automated_means", "safeguards")


def law_cases(
    settings: Settings,
    folder: Path,
    store: Store,
    clock: Clock,
    moderate: Moderate,
    rules: RuleBook,
) -> LawCases:
    """Return the use cases of the law, and what its pages say of the house."""
    secret, law = secret_key(settings, folder), settings.law
    mail = LawMail(clock=clock, secret=secret) if settings.sends_mail else None
    return LawCases(
        store=store,
        keep=keep_ledger(store, clock, rules, mail),
        report=ReportComment(
            store=store,
            clock=clock,
            within=timedelta(hours=law.report_hours),
            mail=mail,
            flaggers=flaggers(settings, secret),
        ),
        answer=AnswerReport(store=store, clock=clock, moderate=moderate, mail=mail),
        appeal=Appeal(store=store, clock=clock, within=timedelta(days=law.appeal_days)),
        review=ReviewAppeal(store=store, clock=clock, moderate=moderate, mail=mail),
        facts=facts_of(settings),
        transparency=Transparency(
            report=report_year(settings, store, clock), as_csv=as_csv, as_xlsx=as_xlsx
        ),
        views=FirstView(store=store, clock=clock),
        figures=KeptFigures(
            count=DeskFigures(store=store, clock=clock, zone=ZoneInfo(settings.server.timezone))
        ),
        tell=webhooks_of(settings, folder, store, clock) if settings.webhooks.urls else None,
    )


def webhooks_of(settings: Settings, folder: Path, store: Store, clock: Clock) -> Webhooks:
    """Return what calls the publisher's own systems; each is known by its address."""
    given = settings.webhooks
    secret = private_text(folder / given.secret_file) if given.secret_file else given.secret
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


def report_year(settings: Settings, store: Store, clock: Clock) -> ReportYear:
    """Return what makes the transparency report, in the words of the first site's language."""
    catalogues = load_catalogues()
    lang = settings.sites[0].lang.partition("-")[0] if settings.sites else "en"
    words = catalogues.get(lang, catalogues["en"])
    facts = facts_of(settings)
    return ReportYear(
        store=store,
        clock=clock,
        name=facts.provider,
        service=settings.base_url,
        qualitative=tuple((name, words.say(f"law.qualitative.{name}")) for name in _QUALITATIVE),
    )


def facts_of(settings: Settings) -> LawFacts:
    """Return what the pages say of the house."""
    law, sites = settings.law, settings.sites
    return LawFacts(
        provider=settings.privacy.controller or (sites[0].name if sites else ""),
        is_platform=law.provider == "platform",
        is_small=law.small,
        contact_users=law.contact_users or settings.privacy.contact,
        contact_authorities=law.contact_authorities,
        dispute_body=law.dispute_body,
        sends_mail=settings.sends_mail,
    )


def keep_ledger(
    store: Store, clock: Clock, rules: RuleBook, mail: LawMail | None = None
) -> KeepLedger:
    """Return what brings decisions into the ledger."""
    return KeepLedger(store=store, clock=clock, rule_of=rule_facts(rules), mail=mail)


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
