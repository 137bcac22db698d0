"""What a browser calls itself, in two words: enough to tell one's own devices apart."""

from collections.abc import Sequence

# In this order: most of them claim to be the later ones, too.
_BROWSERS = (
    *(("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi")),
    *(("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox")),
    *(("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")),
)
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS")),
    *(("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def device(agent: str) -> str:
    """Return browser and system ("Firefox, Windows"); "" where the header tells neither."""
    return ", ".join(filter(None, (_first(_BROWSERS, agent), _first(_SYSTEMS, agent))))


def _first(known: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for mark, name in known if mark in agent), "")
