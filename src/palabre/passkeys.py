"""Passkeys as browsers speak of them: Web Authentication, Level 2, by the library ``webauthn``."""

import json
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from palabre.application.passkeys import Made, Somebody

_MAX_RESPONSE = 16_384


class WebAuthn:
    """One house as browsers know it: by the host of its address, and by the address itself.

    The passkey replaces the password, so its holder is always asked for a finger, face or PIN, and
    it is found without a login. No attestation: which make of key somebody uses is not our affair.
    """

    def __init__(self, base_url: str, name: str) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._name = name

    def to_make(self, challenge: bytes, whose: Somebody, known: tuple[bytes, ...]) -> str:
        """Return the options with which a browser makes a passkey, as JSON."""
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=whose.id.encode(),
            user_name=whose.login,
            user_display_name=whose.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        )
        return options_to_json(options)

    def to_show(self, challenge: bytes) -> str:
        """Return the options with which a browser shows one, as JSON."""
        return options_to_json(
            generate_authentication_options(
                rp_id=self._host,
                challenge=challenge,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def made(self, response: str, challenge: bytes) -> Made:
        """Return what a browser made; ``ValueError``: it does not answer the challenge."""
        try:
            found = verify_registration_response(
                credential=_bounded(response),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, KeyError, TypeError) as error:
            raise ValueError(type(error).__name__) from None
        return Made(
            credential=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
        )

    def credential_of(self, response: str) -> bytes:
        """Return which passkey an answer speaks of; ``ValueError``: none."""
        try:
            return base64url_to_bytes(json.loads(_bounded(response))["id"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(type(error).__name__) from None

    def shown(self, response: str, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """Return the counter that a passkey shows; ``ValueError``: it is not the one it should be.

        A counter that did not grow tells of a copy (section 6.1.1), and is refused.
        """
        try:
            found = verify_authentication_response(
                credential=_bounded(response),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, KeyError, TypeError) as error:
            raise ValueError(type(error).__name__) from None
        return found.new_sign_count


def _bounded(response: str) -> str:
    if not 0 < len(response) <= _MAX_RESPONSE:
        raise ValueError("length")
    return response
