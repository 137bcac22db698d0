"""What the web room is handed, from the settings and the store."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal
from palabre.application.ask_for_data import AskForData
from palabre.application.desk_figures import DeskFigures
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.first_view import FirstView
from palabre.application.hold_comment import HoldComment
from palabre.application.law_mail import LawMail
from palabre.application.moderate import Moderate
from palabre.application.own_pseudonyms import OwnPseudonyms
from palabre.application.ports import Clock, Store
from palabre.application.report_comment import ReportComment
from palabre.application.rules_report import RulesReport
from palabre.application.seal_evidence import SealEvidence
from palabre.application.traces import Remember
from palabre.domain.site import Site
from palabre.moderation.rulebook import RuleBook
from palabre.rendering.sheets import as_csv, as_xlsx
from palabre.settings import Settings, SettingsError, secret_key
from palabre.web.counted import Counted
from palabre.web.desk_figures import KeptFigures
from palabre.web.house import OwnData, Rates, WebConfig
from palabre.web.law import LawCases, LawFacts
from palabre.web.shared_counts import RedisCounts
from palabre.web.transparency_page import Transparency
from palabre.wiring_law import flaggers, keep_ledger, outgoing, provider_of, report_year
from palabre.wiring_privacy import register_from, seal_of


def web_config(settings: Settings, folder: Path) -> WebConfig:
    """Return the values that the web room needs."""
    limits = settings.limits
    return WebConfig(
        base_url=settings.base_url,
        secret=secret_key(settings, folder),
        lang=settings.sites[0].lang if settings.sites else "fr",
        limits_enabled=limits.enabled,
        rates=Rates(
            post=limits.post,
            edit=limits.edit,
            vote=limits.vote,
            sign_in=limits.sign_in,
            subscribe=limits.subscribe,
            report=limits.report,
        ),
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
        live_streams=settings.server.live_streams,
    )


def remembered_sites(store: Store) -> Callable[[], tuple[Site, ...]]:
    """Return the registered sites from memory: they change with the settings, at a start."""
    with store.reading() as unit:
        sites = tuple(unit.sites.all())
    return lambda: sites


def version_of(store: Store) -> Callable[[str, str], tuple[str, int] | None]:
    """Return the cheapest question whether a kept page still holds."""

    def version(origin: str, key: str) -> tuple[str, int] | None:
        with store.reading() as unit:
            return unit.threads.version(origin, key)

    return version


def shared_counts(settings: Settings) -> RedisCounts | None:
    """Return where all processes count rates together, if they do."""
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
        keep=keep_ledger(settings, store, clock, rules, mail),
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
        evidence=SealEvidence(
            store=store, clock=clock, base_url=settings.base_url, seal=seal_of(settings)
        ),
        figures=KeptFigures(
            count=DeskFigures(store=store, clock=clock, zone=ZoneInfo(settings.server.timezone))
        ),
        rules=Counted(
            count=RulesReport(store=store, clock=clock, rules=rules.rules),
            fresh_for=timedelta(minutes=10),
        ),
        tell=outgoing(settings, folder, store, clock),
    )


def facts_of(settings: Settings) -> LawFacts:
    """Return what the pages say of the house."""
    law = settings.law
    return LawFacts(
        provider=provider_of(settings),
        is_platform=law.provider == "platform",
        is_small=law.small,
        contact_users=law.contact_users or settings.privacy.contact,
        contact_authorities=law.contact_authorities,
        dispute_body=law.dispute_body,
        sends_mail=settings.sends_mail,
    )


def own_data(settings: Settings, folder: Path, store: Store, clock: Clock) -> OwnData:
    """Return the register and what readers may ask for."""
    ask = None
    if settings.sends_mail:
        ask = AskForData(
            store=store,
            clock=clock,
            secret=secret_key(settings, folder),
            for_address=settings.mail.questions_a_day,
            for_site=settings.mail.questions_an_hour,
        )
    return OwnData(
        register=register_from(settings),
        export=ExportPerson(store=store, clock=clock),
        erase=ErasePerson(
            store=store, clock=clock, remember=Remember(secret=secret_key(settings, folder))
        ),
        hold=HoldComment(store=store, clock=clock),
        pseudonyms=OwnPseudonyms(store=store),
        ask=ask,
    )
