"""The ways by which mail leaves and returns: TLS, STARTTLS, signing in, a folder, reports."""

import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from builders import an_id
from mail_server import MailServer, certificate, controller
from notify.conftest import SECRET
from palabre.application.mail_tokens import bounce_token
from palabre.notify.compose import POLICY
from palabre.notify.folder import FolderTransport
from palabre.notify.returned import Fate, read_report
from palabre.notify.smtp import Server, SmtpTransport
from palabre.notify.transport import RefusedForGood, RefusedForNow, Unreachable

# The library knows TLS only where it was begun by STARTTLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["none", "starttls", "tls"])
def way(request: pytest.FixtureRequest, authority: tuple[Path, Path]) -> Iterator[tuple]:
    security, server = request.param, MailServer()
    running = controller(
        server,
        certificate=None if security == "none" else authority,
        tls=security == "tls",
        password=None if security == "none" else b"secret",
    )
    running.start()
    yield server, security
    running.stop()


def a_message() -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"], message["To"] = "a@journal.example", "b@lectrices.example"
    message["Subject"], message["Message-ID"] = "Été", "<1@journal.example>"
    message.set_content("Bonjour.\n.\n.. points\n", cte="quoted-printable")
    return message


def opened(way, authority, **changes) -> SmtpTransport:
    server, security = way
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": security,
        "username": "" if security == "none" else "palabre",
        "password": "secret",
        "timeout": 5,
        "trust": ssl.create_default_context(cafile=authority[0]),
    }
    return SmtpTransport(Server(**(given | changes)))


def send(transport: SmtpTransport, to: str = "b@lectrices.example") -> None:
    transport.open()
    transport.send(a_message(), sender="a@journal.example", to=to, name="x")


def test_mail_leaves_secured_and_signed_in(way, authority):
    transport = opened(way, authority)
    for _ in range(3):
        send(transport)
    transport.close()
    server, security = way
    assert len(server.taken) == 3
    for taken in server.taken:
        assert (taken.secure, taken.signed_in) == ((security != "none"),) * 2
        assert "\n.\n.. points" in taken.message.get_content().replace("\r\n", "\n")


def test_a_wrong_password_or_certificate_is_the_houses_trouble(way, authority):
    _, security = way
    if security == "none":
        return
    for change in ({"password": "wrong"}, {"trust": ssl.create_default_context()}):
        with pytest.raises(Unreachable) as told:
            send(opened(way, authority, **change))
        assert "wrong" not in str(told.value)


def test_a_connection_that_was_cut_is_opened_again(way, authority):
    transport = opened(way, authority)
    send(transport)
    assert transport._smtp is not None
    transport._smtp.sock.close()
    send(transport)
    transport.close()
    assert len(way[0].taken) == 2


def test_nobody_listening_is_unreachable():
    with pytest.raises(Unreachable):
        SmtpTransport(Server(host="127.0.0.1", port=1, security="none", timeout=2)).open()


def test_refusals_tell_who_is_meant(server: MailServer):
    transport = SmtpTransport(Server(host="127.0.0.1", port=server.port, security="none"))
    server.at_data = lambda _: "554 5.7.1 Spam"
    with pytest.raises(RefusedForGood) as refused:
        send(transport)
    assert not refused.value.nobody
    server.at_data = lambda _: "452 4.2.2 Full"
    with pytest.raises(RefusedForNow):
        send(transport)
    server.at_data = lambda _: None
    send(transport, "zoé@lectrices.example")
    assert server.taken[-1].to == "zoé@lectrices.example"
    transport.close()


def test_a_folder_takes_each_mail_once(tmp_path: Path):
    folder = FolderTransport(tmp_path / "mails")
    for _ in range(2):
        folder.open()
        folder.send(a_message(), sender="a@b.example", to="c@d.example", name="one")
    (file,) = (tmp_path / "mails").iterdir()
    assert file.name == "one.eml"
    assert file.stat().st_mode & 0o077 == 0


MAIL = an_id()
TO = f"bounces+{bounce_token(MAIL, SECRET)}@journal.example"
REPORT = """\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

It did not work.

--b
Content-Type: message/{kind}

{fields}

--b--
"""
FAILED = """\
Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; z@x.example
Action: {}
Status: {}"""


@pytest.mark.parametrize(
    ("kind", "fields", "fate"),
    [
        ("delivery-status", FAILED.format("failed", "5.1.1"), Fate.GONE),
        ("delivery-status", FAILED.format("failed", "4.4.7"), Fate.LATER),
        ("delivery-status", FAILED.format("delayed", "4.4.1"), Fate.NOTHING),
        ("feedback-report", "Feedback-Type: abuse\nVersion: 1", Fate.COMPLAINT),
        ("feedback-report", "Feedback-Type: not-spam\nVersion: 1", Fate.NOTHING),
    ],
)
def test_reports_are_read_for_the_one_thing_they_say(kind: str, fields: str, fate: Fate):
    raw = REPORT.format(to=TO, kind=kind, fields=fields).encode()
    assert (read_report(raw, SECRET).fate, read_report(raw, SECRET).mail_id) == (fate, MAIL)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        f"To: {TO}\nSubject: En vacances\n\nJe reviens lundi.".encode(),
        REPORT.format(to="bounces+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.example",
                      kind="delivery-status", fields=FAILED.format("failed", "5.1.1")).encode(),
        b"To: bounces@journal.example\nContent-Type: multipart/report; boundary=x\n\n--x\n",
    ],
)  # fmt: skip
def test_what_is_no_report_of_ours_changes_nothing(raw: bytes):
    assert read_report(raw, SECRET).fate is Fate.NOTHING


def test_the_envelope_may_name_the_mail_where_no_header_does():
    fields = FAILED.format("failed", "5.1.1")
    raw = REPORT.format(to="postmaster@x.example", kind="delivery-status", fields=fields).encode()
    assert read_report(raw, SECRET, recipient=TO).fate is Fate.GONE
