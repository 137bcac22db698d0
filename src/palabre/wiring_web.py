"""What the web room is handed, from the settings and the store."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from palabre.application.ports import Store
from palabre.domain.site import Section, Site
from palabre.settings import Settings, SettingsError, SiteSettings, secret_key
from palabre.web.house import Rates, WebConfig
from palabre.web.shared_counts import RedisCounts


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


def site_of(site: SiteSettings) -> Site:
    """Return a site as the settings describe it."""
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
