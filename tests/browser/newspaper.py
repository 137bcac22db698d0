"""A newspaper on one host: nginx serves its articles, and Palabre stands under a path of it.

nginx puts the thread into the article (SSI) before anybody's browser sees it; Palabre sends its
mail to a real SMTP server.
"""

import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from mail_server import MailServer, controller
from serving import palabre, serving

PREFIX = "/palabre"
LOGIN, PATIENCE = "maud", 60  # seconds, on a machine that does much else
_NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; types {{ text/html html; }} charset utf-8;
client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
server {{ listen 127.0.0.1:{port}; root {folder}/articles;
location / {{ ssi on; }}
location = /thread-here {{ internal; proxy_pass {house}/thread; proxy_set_header Host $http_host;
proxy_set_header Accept-Encoding ""; proxy_set_header Cookie ""; proxy_connect_timeout 2s;
proxy_intercept_errors on; error_page 400 403 404 422 429 500 502 503 504 = @no_thread; }}
location @no_thread {{ return 204; }}
location {prefix}/ {{ proxy_pass {house}/; proxy_set_header Host $http_host; proxy_buffering off; }}
}} }}
"""
_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{slug}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="{prefix}/static/thread.css">
<script type="module" src="{prefix}/palabre.js"></script></head>
<body><main><h1>{slug}</h1><p>Le conseil a voté.</p>
{thread}</main></body></html>"""
_SSI = """<palabre-comments><!--# block name="else" -->
<p><a href="{prefix}/thread?url={url}">Lire les commentaires</a></p><!--# endblock -->
<!--# include virtual="/thread-here?{query}" stub="else" -->
</palabre-comments>"""
_FRAME = '<iframe src="{house}/thread?{query}" title="Commentaires" loading="lazy"></iframe>'


@dataclass(frozen=True, slots=True)
class Newspaper:
    """The running host. ``home``: its address; ``bare``: Palabre's own, past nginx."""

    home: str
    bare: str
    folder: Path
    mail: MailServer
    password: str

    def article(self, slug: str, *, of: str = "") -> str:
        """Publish an article with its thread put in by nginx, and return its address."""
        return self._publish(slug, _SSI, fragment="1", **({"url": of} if of else {}))

    def framing(self, slug: str, *, house: str = PREFIX) -> str:
        """Publish an article that shows its thread in a frame, and return its address."""
        return self._publish(slug, _FRAME, house=house)

    def at(self, path: str, **query: str) -> str:
        """Return the address of a page of Palabre's."""
        return f"{self.home}{PREFIX}{path}{'?' if query else ''}{urlencode(query)}"

    def link(self, to: str, path: str) -> str:
        """Wait for a mail to this reader that links to such a page, and return the link."""
        found: list[str] = []

        def came() -> bool:
            for taken in self.mail.taken:
                body = taken.message.get_body(("plain",)) if taken.to == to else None
                if body is not None:
                    link = rf"{re.escape(self.at(path))}\S+"
                    found.extend(re.findall(link, body.get_content()))
            return bool(found)

        _until(came)
        return found[-1]

    def _publish(self, slug: str, form: str, *, house: str = PREFIX, **query: str) -> str:
        address = f"{self.home}/{slug}.html"
        asked = urlencode({"url": address, "title": slug, **query})
        thread = form.format(prefix=PREFIX, house=house, query=asked, url=address)
        page = _PAGE.format(slug=slug, prefix=PREFIX, thread=thread)
        (self.folder / "articles" / f"{slug}.html").write_text(page, encoding="utf-8")
        return address


@contextmanager
def newspaper(folder: Path, rules: str) -> Iterator[Newspaper]:
    """Start the host, Palabre with its worker, and the mail server; all are gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    (folder / "articles").mkdir()
    palabre(folder, "init", "--origin", home, "--base-url", home + PREFIX)
    (folder / "house-rules.toml").write_text(rules, encoding="utf-8")
    account = ("moderator", "add", LOGIN, "--role", "administrator", "--generate")
    password = palabre(folder, *account).split()[-1]
    mail = MailServer()
    thread = controller(mail)
    thread.start()
    variables = {
        "PALABRE_SMTP_HOST": "127.0.0.1",
        "PALABRE_SMTP_PORT": str(mail.port),
        "PALABRE_SMTP_SECURITY": "none",
        "PALABRE_DATABASE_DURABILITY": "process",
    }
    with serving(folder, **variables) as bare:
        conf = folder / "nginx.conf"
        conf.write_text(_NGINX.format(folder=folder, port=port, house=bare, prefix=PREFIX))
        nginx = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
        try:
            _until(lambda: _answers(urlsplit(home).port or 0))
            yield Newspaper(home, bare, folder, mail, password)
        finally:
            nginx.terminate()
            nginx.wait(10)
            thread.stop()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)
