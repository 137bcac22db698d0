"""A provider of OpenID Connect on this machine: Authlib's server behind a socket of its own.

Another implementation than the one under test: Authlib decides what a code, a verifier and a
client's secret are worth, and joserfc signs. ``person`` is who sits at the provider (None: whoever
says no), ``spoil`` changes the claims of the next tokens.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants.code import OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

SECRET = "the-one-client-s-secret"


@dataclass
class Registered(ClientMixin):  # type: ignore[misc]
    """The one client that the provider knows."""

    client_id: str
    redirect_uris: list[str]
    client_secret: str = SECRET

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Issuer:
    """What the tests see of the provider."""

    url: str
    client: Registered
    key: RSAKey | ECKey | OKPKey
    person: dict[str, Any] | None
    algorithm: str = "RS256"
    spoil: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, SimpleNamespace] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.described,
        }

    def keys(self) -> dict[str, Any]:
        public = {**self.key.as_dict(private=False), "kid": self.key.kid, "use": "sig"}
        broken = {"kty": "RSA", "kid": "broken"}
        return {"keys": [broken, {**public, "use": "enc", "kid": "enc"}, public]}


def _grant(issuer: Issuer) -> type[AuthorizationCodeGrant]:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            issuer.codes[code] = SimpleNamespace(
                client_id=request.client.client_id,
                redirect_uri=data.get("redirect_uri"),
                code_challenge=data.get("code_challenge"),
                code_challenge_method=data.get("code_challenge_method"),
                nonce=data.get("nonce"),
                get_redirect_uri=lambda: data.get("redirect_uri"),
                get_scope=lambda: data.get("scope"),
            )

        def query_authorization_code(self, code: str, _: Registered) -> Any:
            return issuer.codes.get(code)

        def delete_authorization_code(self, code: Any) -> None:
            issuer.codes = {k: v for k, v in issuer.codes.items() if v is not code}

        def authenticate_user(self, _: Any) -> Any:
            return issuer.person

    return Grant


class _Tokens(OpenIDCode):  # type: ignore[misc]
    def __init__(self, issuer: Issuer) -> None:
        super().__init__(require_nonce=True)
        self._issuer = issuer

    def exists_nonce(self, nonce: str, _: Any) -> bool:
        return any(code.nonce == nonce for code in self._issuer.codes.values())

    def encode_id_token(self, _: Any, request: Any) -> str:
        issuer, now = self._issuer, int(time.time())
        claims = {
            "iss": issuer.url,
            "aud": issuer.client.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": request.authorization_code.nonce,
            **(issuer.person or {}),
            **issuer.spoil,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": issuer.algorithm, "kid": issuer.key.kid}
        return jwt.encode(header, claims, issuer.key, [issuer.algorithm])


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, issuer: Issuer) -> None:
        super().__init__()
        self._issuer = issuer
        self.register_grant(_grant(issuer), [CodeChallenge(required=True), _Tokens(issuer)])
        self.register_token_generator(
            "default",
            lambda **given: {
                "token_type": "Bearer",
                "access_token": secrets.token_urlsafe(),
                "scope": given["scope"],
            },
        )

    def query_client(self, client_id: str) -> Registered | None:
        return self._issuer.client if client_id == self._issuer.client.client_id else None

    def save_token(self, token: Any, request: Any) -> None:
        """Nothing is asked with the access token."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers


class _Asked(OAuth2Request):  # type: ignore[misc]
    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data) if self.method == "POST" else {}

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data) if self.method == "GET" else {}


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    server = _Server(issuer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            issuer.asked.append(path.path)
            known = {"/.well-known/openid-configuration": issuer.metadata, "/keys": issuer.keys}
            if path.path in known:
                self._answer(200, known[path.path](), [])
                return
            request = self._asked("GET", dict(parse_qsl(path.query)))
            grant = server.get_consent_grant(request, issuer.person or {"sub": "nobody"})
            self._answer(*server.create_authorization_response(request, issuer.person, grant=grant))

        def do_POST(self) -> None:
            issuer.asked.append(self.path)
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*server.create_token_response(self._asked("POST", dict(parse_qsl(sent)))))

        def _asked(self, method: str, data: dict[str, str]) -> _Asked:
            # Authlib serves https alone; on this machine there is no line to listen on.
            made = _Asked(method, f"https://provider.example{self.path}", headers=self.headers)
            made.payload = BasicOAuth2Payload(data)
            return made

        def _answer(self, status: int, body: Any, headers: Any) -> None:
            said = body if isinstance(body, str) else json.dumps(body or {})
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: Any) -> None:
            """A test's output is its own."""

    return Handler


@contextmanager
def running(client_id: str, *redirect_uris: str) -> Iterator[Issuer]:
    """Serve a provider with one client and one person, until the block ends."""
    key = RSAKey.generate_key(2048, {"kid": "first"})
    client = Registered(client_id, list(redirect_uris))
    issuer = Issuer("", client, key, {"sub": "4711", "name": "Zoé Lunel"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(issuer))
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
