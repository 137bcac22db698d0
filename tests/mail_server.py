# ruff: noqa: ARG002 -- aiosmtpd hands over more than is needed here
"""A real SMTP server for tests: it keeps what it takes, and refuses as it is told."""

import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

# What the server says to a recipient; None: it takes the mail.
Answer = Callable[[str], str | None]


@dataclass
class Taken:
    """One mail that the server has answered for."""

    sender: str
    to: str
    raw: bytes
    secure: bool
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed strictly: a defect raises."""
        strict = policy.SMTP.clone(raise_on_defect=True)
        found = message_from_bytes(self.raw, policy=strict)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class MailServer:
    """The server with what it took. ``port`` is where it listens."""

    at_recipient: Answer = lambda _: None
    at_data: Answer = lambda _: None
    at_sender: Answer = lambda _: None
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := self.at_sender(address):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := self.at_recipient(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        if refusal := self.at_data(to):
            return refusal
        self.taken.append(
            Taken(
                sender=envelope.mail_from,
                to=to,
                raw=envelope.original_content,
                secure=server.transport.get_extra_info("cipher") is not None,
                signed_in=bool(session.authenticated),
            )
        )
        return "250 OK"


class FreePort(Controller):
    """The library's thread, on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        self.handler.port = self.port
        socket.create_connection(("127.0.0.1", self.port), 5).close()


def controller(
    server: MailServer,
    *,
    certificate: tuple[Path, Path] | None = None,
    tls: bool = False,
    password: bytes | None = None,
) -> Controller:
    """Return the thread in which the server runs; a free port is written into it at the start."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)

    def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        fits = isinstance(given, LoginPassword) and given.password == password
        return AuthResult(success=fits)

    options: dict[str, Any] = {}
    if password is not None:
        options = {
            "authenticator": sign_in,
            "auth_required": True,
            "auth_require_tls": certificate is not None and not tls,
        }
    if context is not None and not tls:
        options |= {"tls_context": context, "require_starttls": True}
    return FreePort(
        server,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context if tls else None,
        enable_SMTPUTF8=True,
        **options,
    )


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that is its own authority."""
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-keyout", key, "-out", made, "-days", "2", "-nodes", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return made, key
