"""Addresses, numbers and sums for the patterns of spam: invented, of nobody."""

import random
import re
from typing import Final

_SLOT: Final = re.compile(r"<(URL|MAIL|PHONE|HANDLE|EUR)>")
_PARTS: Final = (
    "credit", "best", "top", "easy", "fast", "rapide", "shop", "promo", "deal", "web", "gain",
    "bonus", "lucky", "love", "club", "pro", "plus", "info", "media", "tech", "net", "store", "vip",
    "gold", "smart", "maison", "news", "blog", "mon", "le", "my", "the", "go", "get", "now", "24",
    "365", "direct", "online", "services", "expert", "world", "nova", "luna", "delta", "kiwi",
)  # fmt: skip
_ENDS: Final = (
    "com", "com", "com", "net", "org", "fr", "fr", "info", "xyz", "shop", "top", "online", "site",
    "club", "ru", "store", "live", "click", "co", "be", "example", "uk", "de",
)  # fmt: skip
_PATHS: Final = ("", "", "/", "/promo", "/?ref=", "/index.php?p=", "/watch?v=", "/p/", "/offre-")
_PUBLIC: Final = (
    "https://www.insee.fr/fr/statistiques/", "https://www.legifrance.gouv.fr/jorf/id/",
    "https://fr.wikipedia.org/wiki/Article_", "https://en.wikipedia.org/wiki/Page_",
    "https://www.senat.fr/rap/", "https://www.data.gouv.fr/fr/datasets/", "https://doi.org/10.1000/",
    "https://www.gov.uk/guidance/", "https://ec.europa.eu/eurostat/", "https://www.vie-publique.fr/",
    "https://www.youtube.com/watch?v=", "https://github.com/project/issues/",
)  # fmt: skip
_NAMES: Final = (
    "marie",
    "paul",
    "agence",
    "contact",
    "pret",
    "loan",
    "expert",
    "help",
    "dr",
    "info",
)
_MAILERS: Final = ("mailbox", "courrier", "postmail", "webmail", "inbox", "firm")


def filled(text: str, chance: random.Random, *, spam: bool, heldback: bool = False) -> str:
    """Return a text with its slots filled. Readers cite public sources more than shops."""

    def one(match: re.Match[str]) -> str:
        kind = match.group(1)
        if kind == "URL":
            public = chance.random() < (0.1 if spam else 0.6)
            return _public(chance) if public and not heldback else _url(chance)
        if kind == "MAIL":
            host = f"{chance.choice(_MAILERS)}.{chance.choice(_ENDS)}"
            return f"{chance.choice(_NAMES)}{chance.randrange(10, 999)}@{host}"
        if kind == "PHONE":
            return _phone(chance)
        if kind == "HANDLE":
            name = chance.choice(_PARTS) + chance.choice(_PARTS)
            return chance.choice(("@", "@", "")) + f"{name}{chance.randrange(100)}"
        return _sum(chance)

    return _SLOT.sub(one, text)


def _public(chance: random.Random) -> str:
    return f"{chance.choice(_PUBLIC)}{chance.randrange(100, 99999)}"


def _url(chance: random.Random) -> str:
    host = chance.choice(("", "-")).join(chance.sample(_PARTS, chance.choice((1, 2, 2, 3))))
    path = chance.choice(_PATHS)
    if path.endswith(("=", "/", "-")) and len(path) > 1:
        path += f"{chance.randrange(36**5):x}"
    scheme = chance.choice(("https://", "https://", "http://", "http://www.", "www.", ""))
    return f"{scheme}{host}.{chance.choice(_ENDS)}{path}"


def _phone(chance: random.Random) -> str:
    pairs = [f"{chance.randrange(100):02}" for _ in range(4)]
    gap = chance.choice((" ", " ", ".", "", "-"))
    begin = chance.choice(("06", "07", "01", "+33 6", "+229 97", "+44 7700", "+1 202", "0033 7"))
    return gap.join([begin, *pairs])


def _sum(chance: random.Random) -> str:
    figure = chance.choice((20, 50, 150, 500, 1200, 3000, 5000, 10000, 25000, 500000))
    written = chance.choice((f"{figure}", f"{figure:,}", f"{figure:,}".replace(",", " ")))
    return chance.choice((f"{written} €", f"{written}€", f"{written} euros", f"${written}"))
