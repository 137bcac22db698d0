"""What the field's rules ask of every mail, as one list of complaints.

RFC 5322 (form), 2045 and 2047 (encodings), 2369 and 8058 (lists are left by one POST), 2919
(List-Id), 3834 (machines answer no machine).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

LINE = 998  # RFC 5322, section 2.1.1
ASKED_LINE = 78
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted")
AT_MOST_ONCE = ("In-Reply-To", "References", "List-Id", "List-Unsubscribe", "Precedence")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9.-]+>")
LIST_ID = re.compile(r"(?:[\x20-\x7e]+ )?<[a-z0-9-]+(?:\.[a-z0-9-]+)+>")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def complaints(raw: bytes, *, of_list: bool) -> list[str]:
    """Return what is wrong with a mail as it went over the wire."""
    return [*_form(raw), *_headers(raw, of_list=of_list), *_bodies(_parsed(raw))]


def _parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.SMTP.clone(raise_on_defect=True))
    assert isinstance(found, EmailMessage)
    return found


def _form(raw: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a line that does not end in CRLF"
    if not raw.isascii():
        yield "bytes beyond ASCII"
    lines = raw.split(b"\r\n")
    if max(map(len, lines)) > LINE:
        yield "a line longer than 998"
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    for line in head:
        name = line.partition(b":")[0].lower()
        plain = name in {b"message-id", b"references", b"in-reply-to", b"list-unsubscribe"}
        if len(line) > ASKED_LINE and not plain and not line.startswith(b" <"):
            yield f"a long header line: {line!r}"
        if not re.match(rb"(?:[\x21-\x39\x3b-\x7e]+: ?\S|[ \t]+\S)", line):
            yield f"a header line of no form: {line!r}"


def _headers(raw: bytes, *, of_list: bool) -> Iterator[str]:
    message = _parsed(raw)
    for name in ONCE:
        if len(message.get_all(name, [])) != 1:
            yield f"{name} is not there once"
    twice = (name for name in AT_MOST_ONCE if len(message.get_all(name, [])) > 1)
    yield from (f"{name} is there twice" for name in twice)
    yield from _threading(message)
    for name, value in message.items():
        if value.defects if hasattr(value, "defects") else ():
            yield f"{name}: {value.defects}"
    if message["Date"].datetime is None or message["Date"].datetime.tzinfo is None:
        yield "Date is no date"
    if len(message["From"].addresses) != 1 or len(message["To"].addresses) != 1:
        yield "From or To is not one address"
    if message["Auto-Submitted"] != "auto-generated":
        yield "Auto-Submitted"
    if BIDI.search(str(message["From"])) or BIDI.search(str(message["Subject"])):
        yield "a header that turns the direction of writing"
    yield from _list_headers(raw, message, of_list=of_list)


def _threading(message: EmailMessage) -> Iterator[str]:
    for name in ("Message-ID", "In-Reply-To", "References"):
        for one in str(message.get(name, "")).split():
            if not MESSAGE_ID.fullmatch(one):
                yield f"{name} {one}"
    references = str(message.get("References", "")).split()
    if references and str(message["In-Reply-To"]) != references[-1]:
        yield "In-Reply-To is not the last of References"


def _list_headers(raw: bytes, message: EmailMessage, *, of_list: bool) -> Iterator[str]:
    names = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
    if not of_list:
        yield from (f"{name} in a mail of no list" for name in names if name in message)
        return
    if not LIST_ID.fullmatch(str(message["List-Id"])):
        yield f"List-Id {message['List-Id']}"
    # As it stands on the wire: RFC 2369 and 8058 know no encoded words and no fold in an address.
    if not re.search(rb"\r\nList-Unsubscribe:\s+<https://[\x21-\x7e]+>\r\n", raw):
        yield "List-Unsubscribe"
    if b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" not in raw:
        yield "List-Unsubscribe-Post"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [(tag, v or "") for k, v in attrs if k in {"href", "src", "background"}]
        assert not any(k.startswith("on") for k, _ in attrs)


def _bodies(message: EmailMessage) -> Iterator[str]:
    if message.get_content_type() != "multipart/alternative":
        yield "not text and HTML"
        return
    kinds = [part.get_content_type() for part in message.iter_parts()]
    if kinds != ["text/plain", "text/html"]:
        yield f"parts {kinds}"
    for part in message.iter_parts():
        if part.get_content_charset() != "utf-8":
            yield "a part that is not UTF-8"
    html = message.get_body(("html",))
    assert html is not None
    links = _Links()
    links.feed(html.get_content())
    yield from (f"{tag} in the HTML" for tag in links.tags & {"script", "img", "link", "iframe"})
    for tag, target in links.found:
        if tag != "a" or not target.startswith("https://comments.example/"):
            yield f"{tag} leads to {target}"
