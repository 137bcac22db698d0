"""What holds a comment whatever it says: a newsroom that reads everything, or who wrote it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from palabre.domain.decision import Decision, Evidence, Verdict

READ_FIRST: Final = "read_first"
WATCHED: Final = "watched_reader"
NEW_LINK: Final = "new_reader_link"
NO_PROOF: Final = "no_proof"
SYMBOLS: Final = (READ_FIRST, WATCHED, NEW_LINK, NO_PROOF)

_LINK: Final = re.compile(r"(?:https?://|www\.)([^\s/?#<>\"'()\[\]]+)", re.IGNORECASE)


def held_for(decision: Decision, symbol: str) -> Decision:
    """Hold what would be published, and say for what circumstance; all else stands."""
    if decision.verdict is not Verdict.PUBLISH:
        return decision
    return replace(noted(decision, symbol), verdict=Verdict.HOLD)


def noted(decision: Decision, symbol: str) -> Decision:
    """Return the decision with a circumstance among its evidence, whatever the verdict."""
    found = Evidence(symbol=symbol, score=1.0, detector="house", version="1")
    return replace(decision, evidence=(*decision.evidence, found))


def links_elsewhere(text: str, own_hosts: Iterable[str]) -> bool:
    """Tell whether a text links to a host that is not the publisher's own."""
    ours = {host.lower().removeprefix("www.") for host in own_hosts}
    hosts = (host.lower().partition("@")[2] or host.lower() for host in _LINK.findall(text))
    return any(host.partition(":")[0].removeprefix("www.") not in ours for host in hosts)
