"""How people are known: the keys of sites' own sign-on, and moderators' passkeys."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from palabre.application.passkeys import Passkeys
from palabre.application.sign_in import SignIn
from palabre.passkeys import WebAuthn
from palabre.settings import (
    Settings,
    SettingsError,
    SiteSettings,
    named_secret,
    private_text,
    secret_key,
)
from palabre.web.oidc import Client, Provider
from palabre.web.oidc_fetch import is_safe
from palabre.web.sign_on import SignOn, SignOnKey
from palabre.web.sign_on_door import BACK, Door, house_key

_SHORTEST = 32  # bytes of an HS256 key (RFC 7518, section 3.2)
_PARTS = 3


def sign_on_of(settings: Settings, folder: Path, clock: Callable[[], datetime]) -> SignOn | None:
    """Return what reads tokens, None where no site has a key."""
    keys: dict[str, SignOnKey] = {}
    for site in settings.sites:
        for line in site.sign_on_keys:
            key = _key(site.id, line, folder)
            if key.kid in keys:
                raise SettingsError(f"[[sites]] {site.id}: sign_on_keys: two keys {key.kid!r}")
            keys[key.kid] = key
    for site in settings.sites:
        if site.sign_on_issuer:
            key = house_key(site.id, secret_key(settings, folder))
            keys[key.kid] = key
    if not keys:
        return None
    return SignOn(keys, secret=secret_key(settings, folder), clock=clock)


def doors_of(settings: Settings, folder: Path, clock: Callable[[], datetime]) -> dict[str, Door]:
    """Return where readers sign in by OpenID Connect, by site."""
    return {
        site.id: _door(site, settings, folder, clock)
        for site in settings.sites
        if site.sign_on_issuer
    }


def _door(
    site: SiteSettings, settings: Settings, folder: Path, clock: Callable[[], datetime]
) -> Door:
    where = f"[[sites]] {site.id}"
    if not is_safe(site.sign_on_issuer):
        raise SettingsError(f"{where}: sign_on_issuer: must be an https address")
    if not site.sign_on_client:
        raise SettingsError(f"{where}: sign_on_client: the issuer gave you one")
    claim, marked, value = site.sign_on_staff.partition("=")
    if site.sign_on_staff and not (claim and marked and value):
        raise SettingsError(f"{where}: sign_on_staff must look like 'groups=newsroom'")
    secret: str | None = None
    if site.sign_on_secret_file:
        secret = named_secret(folder, site.sign_on_secret_file, f"{where}: sign_on_secret_file")
    client = Client(
        issuer=site.sign_on_issuer,
        client_id=site.sign_on_client,
        redirect_uri=f"{settings.base_url}{BACK}",
        secret=secret,
    )
    return Door(
        provider=Provider(client, clock=clock),
        key=house_key(site.id, secret_key(settings, folder)),
        staff=(claim, value) if claim else None,
        badge=site.sign_on_badge or None,
    )


def passkeys_of(settings: Settings, folder: Path, sign_in: SignIn) -> Passkeys | None:
    """Return what makes and takes moderators' passkeys.

    None where browsers would refuse: the public address has a number for a name, or no TLS and is
    not this very machine (Web Authentication, section 5.1.3).
    """
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        is_name = bool(host)
    else:
        is_name = False
    is_safe = parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    if not (is_name and is_safe):
        return None
    name = settings.sites[0].name if settings.sites else host
    reader = WebAuthn(settings.base_url, name)
    return Passkeys(sign_in=sign_in, reader=reader, secret=secret_key(settings, folder))


def _key(site_id: str, line: str, folder: Path) -> SignOnKey:
    where = f"[[sites]] {site_id}: sign_on_keys: {line!r}"
    parts = line.split(maxsplit=2)
    if len(parts) != _PARTS or parts[1] not in {"HS256", "EdDSA"}:
        raise SettingsError(f"{where} must look like '2026-11 EdDSA sign-on.pem'")
    kid, algorithm, name = parts
    path = folder / name
    try:
        if algorithm == "HS256":
            key, fits = private_text(path).encode(), True
        else:
            key = path.read_bytes()
            fits = isinstance(load_pem_public_key(key), Ed25519PublicKey)
    except FileNotFoundError:
        raise SettingsError(f"{where}: {path}: no such file") from None
    except ValueError:
        fits = False
    if not fits:
        raise SettingsError(f"{where}: {path}: no Ed25519 public key in PEM")
    if algorithm == "HS256" and len(key) < _SHORTEST:
        raise SettingsError(f"{where}: {path}: shorter than {_SHORTEST} bytes")
    chosen = cast("Literal['HS256', 'EdDSA']", algorithm)
    return SignOnKey(site_id=site_id, kid=kid, algorithm=chosen, key=key)
