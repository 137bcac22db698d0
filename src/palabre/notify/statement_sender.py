"""Statements of reasons sent to the DSA Transparency Database (Art. 24(5)); off by default.

One statement a call, in the order of the ledger: ``POST /api/v1/statement`` with a bearer token
answers 201. A statement that is there already (a call whose answer was lost) is refused with 422
and found under ``GET /api/v1/statement/existing-puid/{puid}``: 302. Anything else is tried again,
and nothing behind it goes before it.
"""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from palabre.application.ports import Clock, Store
from palabre.application.statement_export import exported
from palabre.domain.ledger import Line, LineKind
from palabre.notify.in_order import TAKEN, tell_in_order

PLACE = "dsa-transparency-database"
_CREATED, _THERE, _UNPROCESSABLE = 201, frozenset({200, 302}), 422
Call = Callable[[str, str, bytes, Mapping[str, str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSender:
    """Sends what is new; ``address`` ends before ``/statement``, ``platform`` is our name there."""

    store: Store
    clock: Clock
    address: str
    token: str
    platform: str | None
    call: Call

    def __call__(self) -> int:
        """Send what is due, and return how many statements were taken."""
        return tell_in_order(self.store, self.clock, PLACE, self._deliver)

    def _deliver(self, line: Line) -> str | None:
        if line.kind is not LineKind.STATEMENT:
            return None
        try:
            content = exported(line, self.platform)
        except ValueError:
            return "invalid"
        if content is None:
            return None
        try:
            return self._post(str(content["puid"]), json.dumps(content).encode())
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__[:40]

    def _post(self, puid: str, body: bytes) -> str:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "User-Agent": "Palabre",
        }
        url = f"{self.address}/statement"
        status = self.call("POST", url, body, headers)
        if status == _UNPROCESSABLE:
            found = self.call("GET", f"{url}/existing-puid/{puid}", b"", headers)
            return TAKEN if found in _THERE else str(status)
        return TAKEN if status == _CREATED else str(status)
