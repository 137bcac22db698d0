"""A letter as a message: text and HTML, and the headers that keep mail out of trouble.

RFC 5322 (form, Message-ID, threads), 2369 and 8058 (leaving by one POST), 2919 (List-Id), 3834
(nobody's holiday notice answers a machine). No picture, no link that counts who opens it.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import lru_cache
from pathlib import Path

import jinja2

from palabre.notify.letter import Letter

_LINE = 78


class MailPolicy(EmailPolicy):
    """The standard library's policy, but for headers that must go out as they are.

    It would break long addresses in angle brackets, or hide them in encoded words: then neither a
    thread is found nor a list left. Such headers are folded at their spaces only.
    """

    _PLAIN = frozenset(
        {"message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"}
    )

    def fold(self, name: str, value: str) -> str:
        """Return a header as text lines."""
        if name.lower() in self._PLAIN:
            return f"{name}: " + f"{self.linesep} ".join(value.split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as bytes."""
        if name.lower() in self._PLAIN:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n", max_line_length=_LINE, cte_type="7bit")


class Composer:
    """Writes letters with the shipped templates, or with the house's own where it has some."""

    def __init__(self, own: Path | None, *, sender: str) -> None:
        loaders: list[jinja2.BaseLoader] = [jinja2.PackageLoader("palabre.notify")]
        if own is not None:
            loaders.insert(0, jinja2.FileSystemLoader(own))
        self._sender = sender
        self._templates = jinja2.Environment(
            loader=jinja2.ChoiceLoader(loaders),
            autoescape=jinja2.select_autoescape(["html"], default=False),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def __call__(self, letter: Letter, now: datetime) -> EmailMessage:
        """Return the message. An address that no header can hold is a ``ValueError``."""
        message = EmailMessage(policy=POLICY)
        username, _, domain = self._sender.rpartition("@")
        message["From"] = Address(letter.from_name, username=username, domain=domain)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = now
        message["Message-ID"] = letter.message_id
        if letter.in_reply_to:
            message["In-Reply-To"] = letter.in_reply_to
        if letter.references:
            message["References"] = " ".join(letter.references)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = letter.words.lang
        if letter.leave is not None and letter.list_id is not None:
            message["List-Id"] = f"{_phrase(letter.list_name)} <{letter.list_id}>"
            message["List-Unsubscribe"] = f"<{letter.leave}>"
            message["Precedence"] = "list"
            if letter.leave.startswith("https://"):  # RFC 8058 asks for no less
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text, html = (self._filled(letter, ending) for ending in ("txt", "html"))
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        return message

    def _filled(self, letter: Letter, ending: str) -> str:
        words = letter.words
        values = {
            "w": words.say,
            "n": words.count,
            "lang": words.lang,
            "dir": "rtl" if words.is_right_to_left else "ltr",
            "subject": letter.subject,
            "leave": letter.leave,
            **letter.values,
        }
        return self._templates.get_template(f"{letter.template}.{ending}").render(values)


def domain_of(address: str) -> str:
    """Return the domain of an address, as mail writes it."""
    return address.rpartition("@")[2]


@lru_cache(maxsize=64)
def _phrase(name: str) -> str:
    """Return a name as a header may carry it before angle brackets."""
    kept = "".join(c for c in name if c.isascii() and (c.isalnum() or c in " -"))
    return " ".join(kept.split()) or "Palabre"
