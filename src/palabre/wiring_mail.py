"""Mail put together from the settings: what the pages need of it, and the worker itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from palabre.application.keep_pseudonym import KeepPseudonym
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.ports import Clock, Store
from palabre.application.stop_mail import StopMail
from palabre.application.subscribe import Subscribe
from palabre.application.tell_desk import TellDesk
from palabre.application.tell_readers import MailLimits, TellReaders
from palabre.notify.compose import Composer, domain_of
from palabre.notify.folder import FolderTransport
from palabre.notify.letters import Letters
from palabre.notify.smtp import Server, SmtpTransport
from palabre.notify.transport import Transport
from palabre.notify.worker import Worker
from palabre.rendering.catalogue import PoCatalogue, load_catalogues
from palabre.rendering.markdown import excerpt
from palabre.settings import Settings, secret_key, smtp_password
from palabre.token_seal import TokenSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCases:
    """What pages and API do about mail; None for all where the house sends none."""

    subscribe: Subscribe | None = None
    subscriptions: ManageSubscriptions | None = None
    pseudonyms: KeepPseudonym | None = None


def mail_cases(
    settings: Settings,
    folder: Path,
    store: Store,
    clock: Clock,
    catalogues: Mapping[str, PoCatalogue],
) -> MailCases:
    """Return the use cases of subscribing, if there is a way for mail to leave."""
    if not settings.sends_mail:
        return MailCases()
    secret = secret_key(settings, folder)
    return MailCases(
        subscribe=Subscribe(
            store=store,
            clock=clock,
            secret=secret,
            languages=frozenset(catalogues),
            for_address=settings.mail.questions_a_day,
            for_site=settings.mail.questions_an_hour,
        ),
        subscriptions=ManageSubscriptions(store=store, clock=clock, secret=secret),
        pseudonyms=KeepPseudonym(
            store=store,
            clock=clock,
            secret=secret,
            seal=TokenSeal(secret),
            languages=frozenset(catalogues),
            for_address=settings.mail.questions_a_day,
            for_site=settings.mail.questions_an_hour,
        ),
    )


def build_worker(
    settings: Settings, folder: Path, store: Store, clock: Clock, *, lease: timedelta
) -> Worker:
    """Return the worker that sends the house's mail."""
    secret = secret_key(settings, folder)
    zone = ZoneInfo(settings.server.timezone)
    sender = sender_of(settings)
    stop = StopMail(store=store, clock=clock)
    desk = TellDesk(
        store=store,
        clock=clock,
        secret=secret,
        to=tuple(settings.desk.mail_to),
        urgent=frozenset(settings.desk.urgent_rules),
        every=timedelta(hours=settings.desk.mail_hours),
        zone=zone,
    )
    mail = settings.mail
    return Worker(
        store=store,
        clock=clock,
        tell=TellReaders(
            store=store,
            clock=clock,
            secret=secret,
            limits=MailLimits(
                an_hour=mail.an_hour,
                of_thread=mail.of_thread,
                digest_at=mail.digest_hour,
                zone=zone,
            ),
            desk=desk,
        ),
        desk=desk,
        stop=stop,
        letters=Letters(
            secret=secret,
            base_url=settings.base_url,
            host=domain_of(sender),
            catalogues=load_catalogues(zone),
            shorten=partial(excerpt, length=mail.excerpt),
            desk=desk,
            clock=clock,
        ),
        compose=Composer(folder / mail.templates if mail.templates else None, sender=sender),
        transport=transport_of(settings, folder),
        secret=secret,
        sender=settings.smtp.bounces or sender,
        returns=bool(settings.smtp.bounces),
        retry=timedelta(seconds=settings.smtp.retry_seconds),
        lease=lease,
    )


def transport_of(settings: Settings, folder: Path) -> Transport:
    """Return the way for mail to leave: a folder where there is one, else the SMTP server."""
    smtp = settings.smtp
    if smtp.folder:
        return FolderTransport(folder / smtp.folder)
    return SmtpTransport(
        Server(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            username=smtp.username,
            password=smtp_password(settings, folder),
            timeout=smtp.timeout,
        )
    )


def sender_of(settings: Settings) -> str:
    """Return the address that mails are from."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return settings.smtp.sender or f"comments@{host}"
