"""The desk's other door: the publisher's own sign-on, from the settings."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from palabre.settings import Settings, SettingsError, named_secret, secret_key
from palabre.web.desk_sign_on import BACK, DeskDoor
from palabre.web.oidc import Client, Provider
from palabre.web.oidc_attempt import Attempts
from palabre.web.oidc_fetch import is_safe


def desk_door_of(
    settings: Settings, folder: Path, clock: Callable[[], datetime]
) -> DeskDoor | None:
    """Return where moderators sign in by OpenID Connect; None: by password and passkey alone."""
    given = settings.desk
    if not given.sign_on_issuer:
        return None
    if not is_safe(given.sign_on_issuer):
        raise SettingsError("[desk] sign_on_issuer: must be an https address")
    if not given.sign_on_client or not given.sign_on_claim:
        raise SettingsError("[desk] sign_on_issuer needs sign_on_client and sign_on_claim")
    secret: str | None = None
    if given.sign_on_secret_file:
        secret = named_secret(folder, given.sign_on_secret_file, "[desk] sign_on_secret_file")
    client = Client(
        issuer=given.sign_on_issuer,
        client_id=given.sign_on_client,
        redirect_uri=f"{settings.base_url}{BACK}",
        secret=secret,
    )
    return DeskDoor(
        provider=Provider(client, clock=clock),
        attempts=Attempts(secret_key(settings, folder), "desk", clock=clock),
        claim=given.sign_on_claim,
    )
