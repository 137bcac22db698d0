"""Mail by SMTP (RFC 5321), with STARTTLS or TLS and signing in, over one connection as long as it
lasts."""  # noqa: D205, D209

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTPUTF8

from palabre.notify.transport import RefusedForGood, RefusedForNow, Unreachable

_GOES_AWAY = 421
_OK = 250
_FORWARDS = 251
# RFC 3463: 5.1 is about the address, 5.2.1 a mailbox that is closed; 5.7 is a policy against us.
_NOBODY = re.compile(r"\b5\.(?:1\.[0-9]+|2\.1)\b")
_STATUS = re.compile(r"\b5\.[0-9]+\.[0-9]+\b")
_ABOUT_THE_ADDRESS = frozenset({550, 551, 553})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the server is and how to speak to it. ``security``: starttls, tls or none."""

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = ""
    timeout: float = 30.0
    trust: ssl.SSLContext | None = None


class SmtpTransport:
    """A connection that is opened when there is something to send."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect and sign in, unless the connection still lives."""
        if self._smtp is not None:
            try:
                if self._smtp.rset()[0] == _OK:
                    return
            except (smtplib.SMTPException, OSError):
                pass
            self.close()
        try:
            self._smtp = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_told(error)) from error

    def send(self, message: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """Hand the mail over."""
        del name
        if self._smtp is None:
            raise Unreachable("not connected")
        try:
            self._hand_over(self._smtp, message, sender, to)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unreachable(_told(error)) from error

    def close(self) -> None:
        """Say QUIT."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()

    def _hand_over(self, smtp: smtplib.SMTP, message: EmailMessage, sender: str, to: str) -> None:
        beyond_ascii = not to.isascii()
        if beyond_ascii and not smtp.has_extn("smtputf8"):
            raise RefusedForGood(550, nobody=True)
        # Written before anything is said: what cannot be written must not leave a mail begun.
        content = message.as_bytes(policy=SMTPUTF8 if beyond_ascii else message.policy)
        code, _ = smtp.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if beyond_ascii else [])
        if code != _OK:
            self._refused_us(code)
        code, said = smtp.rcpt(to)
        if code not in {_OK, _FORWARDS}:
            self._refused(code, said, at_address=True)
        code, said = smtp.data(content)
        if code != _OK:
            self._refused(code, said, at_address=False)

    def _refused_us(self, code: int) -> None:
        """Take what is said to our own address as said to the house, never to the reader."""
        self._drop()
        raise Unreachable(f"MAIL FROM refused: {code}")

    def _refused(self, code: int, said: bytes, *, at_address: bool) -> None:
        if code == _GOES_AWAY:
            self._drop()
            raise Unreachable(str(code))
        if code < 500:  # noqa: PLR2004 -- RFC 5321, section 4.2.1
            raise RefusedForNow(str(code))
        text = said.decode("ascii", "replace")
        stated = _STATUS.search(text)
        nobody = bool(_NOBODY.search(text)) if stated else code in _ABOUT_THE_ADDRESS
        raise RefusedForGood(code, nobody=at_address and nobody)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        trust = server.trust or ssl.create_default_context()
        smtp: smtplib.SMTP
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=trust)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security == "starttls":
                smtp.starttls(context=trust)
            smtp.ehlo_or_helo_if_needed()
            if server.username:
                smtp.login(server.username, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _told(error: Exception) -> str:
    """Return what went wrong without what was said: a server may repeat an address."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
