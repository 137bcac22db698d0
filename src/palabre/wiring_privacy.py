"""Rights, retention and the sealed store, from the settings and the store."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from palabre.application.ask_for_data import LINK_LASTS
from palabre.application.idempotency import WINDOW
from palabre.application.ports import Clock, Store
from palabre.application.register import Keeping, Register, register_of
from palabre.application.retention import Periods, Retention
from palabre.application.sealed_store import KeepSource
from palabre.domain.report import APPEAL_WITHIN
from palabre.domain.retention import Leaves
from palabre.settings import Settings, SettingsError

_NOW = timedelta(0)


def periods_of(settings: Settings) -> Periods:
    """Return how long each class stays; None: for good."""
    days = settings.retention

    def after(number: int) -> timedelta | None:
        return timedelta(days=number) if number else None

    return {
        Leaves.SOURCES: after(days.source_days),
        Leaves.SOURCE_KEYS: after(days.source_days + 1),
        Leaves.NAMES: after(days.name_days),
        Leaves.EMAILS: after(days.email_days),
        Leaves.REVISIONS: after(days.revision_days),
        Leaves.UNPUBLISHED: after(days.unpublished_days),
        Leaves.PUBLISHED: after(days.published_days),
        Leaves.VOTES: after(days.vote_days),
        Leaves.NOTES: after(days.note_days),
        Leaves.REPORT_WORDS: after(days.report_days),
        Leaves.CONSENTS: after(days.consent_days),
        Leaves.STOPPED: after(days.stopped_days),
        Leaves.TRACES: after(days.trace_days),
        # As long as it can be contested (DSA, Art. 20(1)).
        Leaves.MEASURES: APPEAL_WITHIN,
        Leaves.LABELS: after(days.label_days),
        Leaves.PSEUDONYMS: after(days.pseudonym_days),
        # So long it counts how often an address was written to.
        Leaves.PSEUDONYM_LINKS: timedelta(days=1),
        Leaves.NOTICES: after(days.mail_days),
        Leaves.MAILS: after(days.mail_days),
        Leaves.EVENTS: after(days.mail_days),
        Leaves.REPEATS: WINDOW,
        Leaves.SESSIONS: _NOW,
        Leaves.REQUESTS: LINK_LASTS,
        Leaves.HELD_WORDS: _NOW,
        Leaves.HOLDS: _NOW,
        Leaves.SNAPSHOTS: _NOW,
        Leaves.CONNECTIONS: after(days.sealed_days),
        Leaves.READINGS: after(days.record_days),
        Leaves.ERASURES: after(days.record_days),
        Leaves.RUNS: after(days.record_days),
    }


def retention_of(settings: Settings, store: Store, clock: Clock) -> Retention:
    """Return the job that lets data leave on its day."""
    return Retention(store=store, clock=clock, periods=periods_of(settings))


def register_from(settings: Settings) -> Register:
    """Return the register of this very configuration."""
    privacy, sites = settings.privacy, settings.sites
    mail: str | None = None
    if settings.sends_mail:
        mail = "" if settings.smtp.folder else _elsewhere(settings.smtp.host)
    url = sa.make_url(settings.database.url)
    counts = settings.limits.redis_url
    return register_of(
        Keeping(
            controller=privacy.controller or (sites[0].name if sites else ""),
            contact=privacy.contact,
            authority=privacy.authority,
            periods=periods_of(settings),
            database=_elsewhere(url.host or str(url.query.get("host", ""))),
            mail=mail,
            counts=_elsewhere(sa.make_url(counts).host or "") if counts else None,
            others=tuple(host for host in settings.advisers.hosts if _elsewhere(host)),
            tells_desk=settings.sends_mail and bool(settings.desk.mail_to),
            limits=settings.limits.enabled,
            sealed_store=privacy.sealed_store,
            name_required=any(s.name_required for s in sites),
            email_required=any(s.email_required for s in sites),
            session_hours=settings.desk.session_hours,
            log_days=settings.retention.log_days,
            backup_days=settings.retention.backup_days,
        )
    )


def _elsewhere(host: str) -> str:
    """Return a host by its name; "" for this machine and for sockets on it."""
    return "" if host.startswith("/") or host in {"", "localhost", "127.0.0.1", "::1"} else host


def source_keys(store: Store) -> Callable[[datetime], bytes]:
    """Return the key under which addresses count on a day: random, shared, forgotten in time.

    It is asked for with every post; each process remembers the day's own.
    """
    known: dict[str, bytes] = {}

    def key_of_day(moment: datetime) -> bytes:
        day = f"{moment:%Y-%m-%d}"
        if day not in known:
            with store.reading() as unit:
                found = unit.upkeep.source_key(day)
            if found is None:
                with store.writing() as unit:
                    made = secrets.token_bytes(32)
                    found = unit.upkeep.keep_source_key(day, made, moment)
            known.clear()
            known[day] = found
        return known[day]

    return key_of_day


def keep_source_of(settings: Settings) -> KeepSource | None:
    """Return what seals the sources of connections; None when the house keeps none."""
    if not settings.privacy.sealed_store:
        return None
    return KeepSource(seal=_sealer(settings.privacy.sealed_key))


def seal_of(settings: Settings) -> Callable[[bytes], bytes] | None:
    """Return what seals evidence; None: the house has no key to seal it for."""
    return _sealer(settings.privacy.sealed_key) if settings.privacy.sealed_key else None


def _sealer(key: str) -> Callable[[bytes], bytes]:
    try:
        from palabre.sealing import sealer  # noqa: PLC0415 -- an extra
    except ImportError:
        raise SettingsError(
            "[privacy] sealed_key needs the extra: pip install 'palabre[sealed]'"
        ) from None
    try:
        return sealer(key)
    except ValueError as error:
        raise SettingsError(f"[privacy] sealed_key: {error}") from None


def old_backups(settings: Settings, folder: Path, now: datetime) -> list[Path]:
    """Return the backups that have had their time, oldest first; only names that we make."""
    days, named = settings.retention.backup_days, settings.retention.backup_folder
    if not named or not days:
        return []
    last = f"palabre-{now - timedelta(days=days):%Y%m%dT%H%M%SZ}.tar.gz"
    found = (folder / named).glob("palabre-????????T??????Z.tar.gz")
    return sorted(path for path in found if path.name <= last)
