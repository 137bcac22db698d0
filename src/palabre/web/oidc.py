"""OpenID Connect, from the side of whoever relies on it: for readers, and for the desk.

Authorization code with PKCE (OpenID Connect Core 1.0, sections 3.1 and 5; Discovery 1.0; RFC 7636;
RFC 9207; the advice of RFC 9700). Everything here waits for the network: call it in a thread.

    location, attempt = provider.begin()                 # attempt → the browser, sealed
    claims = provider.finish(attempt, request's query)   # what the provider says, checked
"""

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import jwt

from palabre.domain.errors import Code, Refusal
from palabre.web.oidc_fetch import Fetch, fetch_json

_LEEWAY = timedelta(seconds=60)
_FRESH = timedelta(hours=1)  # a description and its keys are asked for again
_AGAIN = timedelta(seconds=30)  # not sooner, whatever key a token names
# What a provider may sign with, by kind of key: nothing symmetric, and never "none".
_ALGORITHMS: Final[Mapping[str, frozenset[str]]] = {
    "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    "EC": frozenset({"ES256", "ES384", "ES512"}),
    "OKP": frozenset({"EdDSA"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Our registration at a provider. ``secret`` None: a public client, which PKCE alone guards."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)
    scope: str = "openid profile email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in, kept by the browser that began it (``oidc_attempt`` seals it)."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Description:
    authorize: str
    token: str
    names_issuer: bool
    posts_secret: bool
    keys: Mapping[str, jwt.PyJWK]
    at: datetime
    keys_uri: str


class Provider:
    """One provider as one client knows it; safe to use from many threads."""

    def __init__(
        self, client: Client, *, clock: Callable[[], datetime], fetch: Fetch = fetch_json
    ) -> None:
        self.client = client
        self._clock = clock
        self._fetch = fetch
        self._lock = threading.Lock()
        self._known: _Description | None = None

    def begin(self, **more: str) -> tuple[str, Attempt]:
        """Return where to send the browser, and what it must bring back.

        ``more``: further parameters, such as ``prompt`` or ``max_age``. Refuses with
        ``sign_on_unavailable`` when the provider does not describe itself.
        """
        attempt = Attempt(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
        )
        challenge = hashlib.sha256(attempt.verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
            **more,
        }
        authorize = self._description().authorize
        return f"{authorize}{'&' if '?' in authorize else '?'}{urlencode(asked)}", attempt

    def finish(self, attempt: Attempt, query: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the claims of the ID token that the code in ``query`` was exchanged for.

        Refuses with ``sign_on_denied`` when the provider or the person said no,
        ``sign_on_unavailable`` when it does not answer, ``sign_on_invalid`` when what came does
        not hold, ``sign_on_expired`` when the token's time is over.
        """
        given = query.get("state", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, attempt.state.encode("ascii")):
            raise Refusal(Code.SIGN_ON_INVALID)
        described = self._description()
        named = query.get("iss")
        if (described.names_issuer or named is not None) and named != self.client.issuer:
            raise Refusal(Code.SIGN_ON_INVALID)
        code = query.get("code", "")
        if query.get("error") or not code:
            raise Refusal(Code.SIGN_ON_DENIED if query.get("error") else Code.SIGN_ON_INVALID)
        token = self._exchange(described, code, attempt).get("id_token")
        if not isinstance(token, str):
            raise Refusal(Code.SIGN_ON_INVALID)
        try:
            claims = self._claims(token)
            self._check(claims, attempt)
        except (jwt.PyJWTError, TypeError, ValueError, KeyError, OverflowError, OSError):
            raise Refusal(Code.SIGN_ON_INVALID) from None
        return claims

    def _exchange(self, described: _Description, code: str, attempt: Attempt) -> Mapping[str, Any]:
        client = self.client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        if client.secret is None:
            form["client_id"] = client.client_id
        elif described.posts_secret:
            form |= {"client_id": client.client_id, "client_secret": client.secret}
        else:
            # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
            pair = f"{quote_plus(client.client_id)}:{quote_plus(client.secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        status, answer = self._fetch(described.token, form, headers)
        if status in {400, 401}:  # RFC 6749, section 5.2: code or client is not accepted
            raise Refusal(Code.SIGN_ON_INVALID)
        if status != 200:  # noqa: PLR2004
            raise Refusal(Code.SIGN_ON_UNAVAILABLE)
        return answer

    def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        key = self._key(kid, self._description().keys)
        if key is None:
            key = self._key(kid, self._description(newer=True).keys)
        if key is None or not isinstance(algorithm, str):
            raise ValueError(kid)
        if algorithm not in _ALGORITHMS.get(key.key_type or "", frozenset()):
            raise ValueError(algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=self.client.client_id,
            issuer=self.client.issuer,
            # Times are compared with the house's own clock.
            options={
                "require": ["iss", "sub", "aud", "exp", "iat"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        return claims

    def _check(self, claims: Mapping[str, Any], attempt: Attempt) -> None:
        """Hold the claims against Core, section 3.1.3.7, beyond signature, issuer, audience."""
        audience, party = claims["aud"], claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (party is not None or several) and party != self.client.client_id:
            raise ValueError(party)
        nonce = str(claims.get("nonce", "")).encode("utf-8", "replace")
        if not hmac.compare_digest(nonce, attempt.nonce.encode("ascii")):
            raise ValueError("nonce")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ValueError("sub")
        now = self._clock()
        if now >= datetime.fromtimestamp(claims["exp"], UTC) + _LEEWAY:
            raise Refusal(Code.SIGN_ON_EXPIRED)
        if datetime.fromtimestamp(claims["iat"], UTC) > now + _LEEWAY:
            raise ValueError("iat")

    @staticmethod
    def _key(kid: object, keys: Mapping[str, jwt.PyJWK]) -> jwt.PyJWK | None:
        if isinstance(kid, str):
            return keys.get(kid)
        # A provider with one key need not name it.
        return next(iter(keys.values())) if kid is None and len(keys) == 1 else None

    def _description(self, *, newer: bool = False) -> _Description:
        with self._lock:
            now, known = self._clock(), self._known
            if known is None or now - known.at >= (_AGAIN if newer else _FRESH):
                self._known = known = self._read(now)
            return known

    def _read(self, now: datetime) -> _Description:
        issuer = self.client.issuer
        said = self._get(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
        places = [said.get(f"{what}_endpoint") for what in ("authorization", "token")]
        authorize, token = (place if isinstance(place, str) else "" for place in places)
        keys_uri = said.get("jwks_uri")
        # A description that speaks of another issuer is another's (Discovery, section 4.3).
        if said.get("issuer") != issuer or not (authorize and token and isinstance(keys_uri, str)):
            raise Refusal(Code.SIGN_ON_UNAVAILABLE)
        ways = said.get("token_endpoint_auth_methods_supported")
        return _Description(
            authorize=authorize,
            token=token,
            names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
            posts_secret=isinstance(ways, list)
            and "client_secret_post" in ways
            and "client_secret_basic" not in ways,
            keys=_keys_of(self._get(keys_uri)),
            at=now,
            keys_uri=keys_uri,
        )

    def _get(self, url: str) -> Mapping[str, Any]:
        status, said = self._fetch(url, None, {})
        if status != 200:  # noqa: PLR2004
            raise Refusal(Code.SIGN_ON_UNAVAILABLE)
        return said


def _keys_of(said: Mapping[str, Any]) -> Mapping[str, jwt.PyJWK]:
    """Return the keys for signatures (RFC 7517) by id; what cannot be read is left out."""
    found: dict[str, jwt.PyJWK] = {}
    listed = said.get("keys")
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        try:
            found[str(one.get("kid", ""))] = jwt.PyJWK(one)
        except jwt.PyJWTError:
            continue
    return found
