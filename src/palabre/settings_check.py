"""What the types of the settings do not say: values that no house could run with."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from palabre.settings_advisers import complaints as of_advisers

if TYPE_CHECKING:
    from palabre.settings import Settings

EVERYBODY = "*"
MIN_TRIES, MAX_TRIES = 10, 20_000


def complaint(settings: "Settings") -> str | None:
    """Return the first thing that is wrong: section and key, and what it must look like."""
    return next(_complaints(settings), None)


def _complaints(settings: "Settings") -> Iterator[str]:
    server = settings.server
    if settings.database.durability not in {"power", "process"}:
        yield "[database] durability must be 'power' or 'process'"
    yield from _of_judge(settings)
    yield from _of_mail(settings)
    yield from _of_privacy(settings)
    yield from of_advisers(settings.advisers)
    yield from _of_audit(settings)
    yield from _of_proof(settings.comments.proof_tries)
    if settings.log.level not in {"debug", "info", "warning", "error"}:
        yield "[log] level must be debug, info, warning or error"
    if server.timezone not in available_timezones():
        yield (f"[server] timezone {server.timezone!r} is not an IANA name such as 'Europe/Paris'")
    for key, networks in (
        ("trusted_proxies", server.trusted_proxies),
        ("metrics_from", [n for n in server.metrics_from if n != EVERYBODY]),
    ):
        for network in networks:
            if not _is_network(network):
                yield f"[server] {key}: {network!r} must look like '10.0.0.0/8' or '::1/128'"
    for site in settings.sites:
        for origin in site.origins:
            scheme, _, rest = origin.partition("://")
            if scheme not in {"http", "https"} or not rest or "/" in rest or rest != rest.lower():
                yield (
                    f"[[sites]] {site.id}: origin {origin!r} must look like "
                    "'https://example.org': scheme and host in lower case, no path, no slash"
                )


def _of_proof(tries: int) -> Iterator[str]:
    if not MIN_TRIES <= tries <= MAX_TRIES:
        yield (
            f"[comments] proof_tries must be {MIN_TRIES} to {MAX_TRIES}: fewer stop nobody, "
            "with more a telephone computes for minutes"
        )


def _of_audit(settings: "Settings") -> Iterator[str]:
    for key in settings.audit.__struct_fields__:
        if not 0 <= getattr(settings.audit, key) <= 1:
            yield f"[audit] {key} must be from 0 to 1"


def _of_judge(settings: "Settings") -> Iterator[str]:
    depth, threads = settings.judge.depth, settings.judge.threads
    if settings.clients.read_whole < 200:  # noqa: PLR2004 -- an ordinary comment
        yield "[clients] read_whole must be at least 200"
    if depth not in {"rules", "fast", "full"}:
        yield "[judge] depth must be 'rules', 'fast' or 'full'"
    if threads < 1:
        yield "[judge] threads must be at least 1"


def _of_mail(settings: "Settings") -> Iterator[str]:
    if settings.smtp.security not in {"starttls", "tls", "none"}:
        yield "[smtp] security must be starttls, tls or none"
    for key in ("sender", "bounces"):
        address = getattr(settings.smtp, key)
        if address and not 0 < address.rfind("@") < len(address) - 1:
            yield f"[smtp] {key}: {address!r} must look like 'comments@example.org'"
    if settings.mail.digest_hour not in range(24):
        yield "[mail] digest_hour must be 0 to 23"


def _of_privacy(settings: "Settings") -> Iterator[str]:
    periods = settings.retention
    for key in periods.__struct_fields__:
        value = getattr(periods, key)
        if isinstance(value, int) and value < 0:
            yield f"[retention] {key} must be 0 or more days"
    if not periods.source_days:
        yield "[retention] source_days must be at least 1: these hashes may not stay"
    if settings.privacy.sealed_store and not settings.privacy.sealed_key:
        yield "[privacy] sealed_store needs sealed_key; run: palabre person keys FOLDER"


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
