"""What may stand in a rule of a house-rules file: for each key a test, and the remedy in words."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from palabre.domain.decision import SCORES, GroundKind

LANG: Final = re.compile(r"[a-z]{2,3}")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def is_whole(value: object) -> bool:
    """Tell whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _is_by_language(value: object) -> bool:
    return isinstance(value, dict) and all(
        LANG.fullmatch(lang) and isinstance(text, str) and text for lang, text in value.items()
    )


def _is_texts_by_language(value: object) -> bool:
    return isinstance(value, dict) and all(
        LANG.fullmatch(lang) and _is_texts(texts) for lang, texts in value.items()
    )


def _is_ground(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("kind") in set(GroundKind)
        and _is_by_language({k: v for k, v in value.items() if k != "kind"})
    )


def _is_dsa(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"category", "keyword"}
        and all(isinstance(item, str) for item in value.values())
    )


def _is_symbols(value: object) -> bool:
    return _is_texts(value) or (
        isinstance(value, dict) and all(_is_share(weight) for weight in value.values())
    )


def _is_patterns(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(block, dict)
        and set(block) <= {"lang", "score", "find", "why"}
        and _is_texts(block.get("find"))
        and _is_share(block.get("score", 0.6))
        and isinstance(block.get("why", ""), str)
        and LANG.fullmatch(str(block.get("lang", "fr"))) is not None
        for block in value
    )


def _is_trust(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"score", "hold", "refuse", "unless"}
        and value.get("score", SCORES[0]) in SCORES
        and all(_is_threshold(value.get(key, False)) for key in ("hold", "refuse"))
        and _is_texts(value.get("unless", []))
    )


def _is_threshold(value: object) -> bool:
    if isinstance(value, dict):
        return all(
            (lang == "other" or LANG.fullmatch(lang)) and (v is False or _is_share(v))
            for lang, v in value.items()
        )
    return value is False or _is_share(value)


_LANGUAGES: Final = 'Write one text per language, like fr = "…"'
_SHARE: Final = "Write a figure between 0 and 1, like 0.6"
RULE_KEYS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "enabled": (lambda v: isinstance(v, bool), "Write true or false"),
    "replace": (lambda v: isinstance(v, bool), "Write true or false"),
    "gravity": (is_whole, "Write a whole number, like 50; higher is graver"),
    "score": (lambda v: v in SCORES, f"Write one of {', '.join(SCORES)}"),
    "says": (_is_by_language, _LANGUAGES),
    "label": (_is_by_language, _LANGUAGES),
    "clause": (_is_by_language, _LANGUAGES),
    "hold": (lambda v: v is False or _is_share(v), _SHARE + ", or false for never"),
    "refuse": (lambda v: v is False or _is_share(v), _SHARE + ", or false for never"),
    "may_refuse": (lambda v: isinstance(v, bool), "Write true or false"),
    "model": (
        lambda v: v is False or _is_trust(v),
        (
            "Write hold and refuse as a figure, as false, or as one per language like { fr = 0.6, "
            'other = 0.8 }; score = "hate"; unless = [rules]; or false for no model at all'
        ),
    ),
    "ground": (_is_ground, 'Write kind = "law" or "terms", and a reference per language'),
    "dsa": (_is_dsa, "Write category and keyword as texts"),
    "symbols": (_is_symbols, 'Write names like ["phone"], or weights like { phone = 0.8 }'),
    "lists": (_is_texts, 'Write names of lists, like ["insult.fr"]'),
    "words": (_is_texts_by_language, 'Write lists per language, like fr = ["mot | 0.6"]'),
    "except": (_is_texts_by_language, 'Write lists per language, like fr = ["mot"]'),
    "patterns": (_is_patterns, 'Write lang, score, find = ["…"] and why'),
    "domains": (_is_texts, 'Write host names, like ["example.com"]'),
    "examples": (_is_texts_by_language, 'Write lists per language, like fr = ["…"]'),
    "counter_examples": (_is_texts_by_language, 'Write lists per language, like fr = ["…"]'),
}
SENTENCE_KEYS: Final = ("opening", "being", "doing", "or")
LIMIT_KEYS: Final = ("links", "posts_per_minute", "posts_per_ten_minutes", "capitals")
