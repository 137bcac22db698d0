"""Message catalogues: one gettext file per language, keyed by symbolic names.

The files are monolingual PO (the msgid is a key such as ``thread.empty``), so that translators'
tools read them, and plural forms and dates come from CLDR through Babel. A language is added by
adding its file; what it lacks is said in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib import resources
from io import BytesIO

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class PoCatalogue:
    """The words of one language.

    ``zone``: the time zone in which moments are told; ``own``: the domains (first parts of keys)
    of which this language has every message itself.
    """

    locale: Locale
    messages: Mapping[str, tuple[str, ...]]
    zone: tzinfo = UTC
    own: frozenset[str] = frozenset()

    @property
    def lang(self) -> str:
        """The language's BCP 47 tag."""
        return str(self.locale).replace("_", "-")

    @property
    def is_right_to_left(self) -> bool:
        """Tell whether the language is written from right to left."""
        return bool(self.locale.text_direction == "rtl")

    def covers(self, domain: str) -> bool:
        """Tell whether every message of a domain ("desk") is there in this very language."""
        return domain in self.own

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence under ``key``."""
        return key in self.messages

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under ``key`` with its named placeholders filled."""
        return self.messages[key][0].format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence under ``key`` in the plural form for ``n`` (placeholder ``{n}``)."""
        forms = self.messages[key]
        index = min(_plural_index(self.locale, n), len(forms) - 1)
        return forms[index].format(n=self.number(n), **values)

    def moment(self, at: datetime) -> str:
        """Return a date with its time, as this language writes it."""
        local = at.astimezone(self.zone)
        pattern = str(get_datetime_format("long", locale=self.locale)).replace("'", "")
        time = format_time(local, "short", tzinfo=self.zone, locale=self.locale)
        return pattern.format(time, format_date(local, "long", locale=self.locale))

    def ago(self, at: datetime, now: datetime) -> str:
        """Return how long ago something was ("il y a 3 minutes")."""
        return format_timedelta(at - now, add_direction=True, locale=self.locale)

    def number(self, n: int) -> str:
        """Return a number as this language writes it."""
        return format_decimal(n, locale=self.locale)


# PO files list a language's forms in this order, those that the language has.
_PLURAL_ORDER = ("zero", "one", "two", "few", "many", "other")
# CLDR gives these a "many" for millions; their PO files customarily do without.
_TWO_FORMS = frozenset({"fr", "es", "it", "pt"})


def _plural_index(locale: Locale, n: int) -> int:
    rule = locale.plural_form
    tag = rule(n)
    if locale.language in _TWO_FORMS:
        return 0 if tag == "one" else 1
    tags = {*rule.tags, "other"}
    return [t for t in _PLURAL_ORDER if t in tags].index(tag)


def load_catalogues(zone: tzinfo = UTC) -> dict[str, PoCatalogue]:
    """Read every catalogue in the package, by language tag; ``en`` backs the others."""
    folder = resources.files("palabre") / "catalogues"
    found = {
        entry.name.removesuffix(".po"): _read(entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".po")
    }
    english = found[FALLBACK]
    return {
        lang: PoCatalogue(
            Locale.parse(lang, sep="-"), {**english, **messages}, zone, _whole(messages, english)
        )
        for lang, messages in found.items()
    }


def _whole(messages: Mapping[str, object], english: Mapping[str, object]) -> frozenset[str]:
    domains = {key.partition(".")[0] for key in english}
    return frozenset(domains - {key.partition(".")[0] for key in set(english) - set(messages)})


def _read(data: bytes) -> dict[str, tuple[str, ...]]:
    messages: dict[str, tuple[str, ...]] = {}
    for message in read_po(BytesIO(data), abort_invalid=True):
        key = message.id if isinstance(message.id, str) else message.id[0]
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        if key and all(strings):
            messages[key] = tuple(str(s) for s in strings)
    return messages
