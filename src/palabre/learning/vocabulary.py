"""Cut the 250,002 word pieces down to those that our ten languages use.

Pieces are counted in texts of all licence groups and in word-frequency lists: counting which pieces
occur learns nothing of labels. A word whose piece is cut falls back to smaller pieces.
"""

import gzip
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from tokenizers import Tokenizer

SPECIAL: Final = ("<s>", "<pad>", "</s>", "<unk>")
SPACE: Final = "▁"
SCRIPTS: Final = ("LATIN", "ARABIC", "HEBREW", "GREEK", "CYRILLIC", "DIGIT", "FULLWIDTH LATIN")
MARKS: Final = frozenset("PSMN")
WORDS_EACH: Final = 30_000
FRENCH_WEIGHT: Final = 2.0
ZIPF_UNIT: Final = 100
BATCH: Final = 2_000


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Count piece ids in texts."""
    out: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == BATCH:
            _count(tokenizer, batch, out)
            batch = []
    _count(tokenizer, batch, out)
    return out


def _count(tokenizer: Tokenizer, batch: list[str], out: Counter[int]) -> None:
    for one in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
        out.update(one.ids)


def frequent_words(path: Path) -> dict[str, float]:
    """Return the most frequent words of a ``wordfreq`` list with their share of running text.

    The list's place i holds the words whose frequency is 10^(-i/100).
    """
    steps = msgspec.msgpack.decode(gzip.decompress(path.read_bytes()))[1:]
    out: dict[str, float] = {}
    for place, words in enumerate(steps):
        for word in words:
            out[word] = 10.0 ** (-place / ZIPF_UNIT)
        if len(out) >= WORDS_EACH:
            break
    return out


def piece_shares(
    tokenizer: Tokenizer, texts: dict[str, list[str]], words: dict[str, dict[str, float]]
) -> dict[int, float]:
    """Return how much each piece is used, languages counted alike (French twice), the rest half."""
    share: defaultdict[int, float] = defaultdict(float)
    for lang in sorted(texts.keys() | words.keys()):
        weight = FRENCH_WEIGHT if lang == "fr" else 1.0 if lang in words else 0.5
        counted = count_pieces(tokenizer, texts.get(lang, ()))
        total = sum(counted.values()) or 1
        for piece, number in counted.items():
            share[piece] += weight * number / total
        for word, frequency in words.get(lang, {}).items():
            for form in (word, word.capitalize()):
                for piece in tokenizer.encode(form, add_special_tokens=False).ids:
                    share[piece] += weight * frequency / 2
    return dict(share)


def keep(pieces: list[str], shares: dict[int, float], size: int) -> list[int]:
    """Return the pieces to keep, in their old order: specials, single signs, the most used."""
    chosen = {pieces.index(piece) for piece in SPECIAL}
    chosen |= {number for number, piece in enumerate(pieces) if _single(piece)}
    by_use = sorted(shares, key=lambda number: (-shares[number], number))
    for number in by_use:
        if len(chosen) >= size:
            break
        chosen.add(number)
    return sorted(chosen)


def _single(piece: str) -> bool:
    sign = piece.removeprefix(SPACE) or SPACE
    if len(sign) != 1:
        return False
    if unicodedata.category(sign)[0] in MARKS:
        return piece == sign
    return unicodedata.name(sign, "").startswith(SCRIPTS) and piece == sign


def cut_tokenizer(full: dict[str, Any], kept: list[int]) -> dict[str, Any]:
    """Return ``tokenizer.json`` with the kept pieces only, numbered anew in the same order."""
    out = json.loads(json.dumps(full))
    out["model"]["vocab"] = [full["model"]["vocab"][number] for number in kept]
    out["added_tokens"] = [token for token in out["added_tokens"] if token["content"] in SPECIAL]
    out["truncation"] = out["padding"] = None
    return dict(out)
