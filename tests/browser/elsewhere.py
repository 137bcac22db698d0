"""Another site: its own port, a strict Content-Security-Policy, a hostile style sheet."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

HOSTILE = """
* { color: lime !important; font: 40px/0.8 cursive !important; letter-spacing: 9px !important; }
button, input, textarea, form, ol, li, section { display: none !important; visibility: hidden; }
html { font-size: 40px; direction: rtl; text-transform: uppercase; }
"""
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
{style}
<script type="module" src="{base}/palabre.js"></script></head>
<body><main><h1>Ailleurs</h1>{story}
<palabre-comments{attributes}><p>Les commentaires se chargent.</p>
</palabre-comments></main></body></html>"""


class Elsewhere:
    """The site, served from a thread of the test process."""

    def __init__(self, base: str) -> None:
        self.base = base
        # What stands in the article of a page, by its slug; a test may edit it.
        self.stories: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def article(self, slug: str, *, attributes: str = "", hostile: bool = True) -> str:
        """Return the address of a page of this site."""
        return f"{self.origin}/{'hostile' if hostile else 'calm'}/{slug}?{attributes}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        base, stories = self.base, self.stories

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/hostile.css":
                    self._answer("text/css", HOSTILE)
                elif path.startswith(("/hostile/", "/calm/")):
                    hostile = path.startswith("/hostile/")
                    style = '<link rel="stylesheet" href="/hostile.css">' if hostile else ""
                    title = path.rpartition("/")[2]
                    attributes = f" {query.replace('&', ' ')}" if query else ""
                    story = stories.get(title, "")
                    page = PAGE.format(
                        title=title, base=base, style=style, attributes=attributes, story=story
                    )
                    self._answer("text/html", page)
                else:
                    self.send_error(404)

            def _answer(self, kind: str, text: str) -> None:
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                policy = (
                    f"default-src 'none'; script-src {base}; connect-src {base}; style-src 'self'; "
                    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
                )
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
