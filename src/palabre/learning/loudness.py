"""Find the channels of a layer's input that are far louder than the rest.

Encoders of this family have one or two such channels in each feed-forward part, the same for every
text. Activations are quantised with one scale for all channels, so these would cost the others
their digits: measured on 700 held-back texts, 0.03 of macro-F1 for hate.
"""

from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor

from palabre.learning.network import Encoder

LAYERS: Final = ("inner", "outer")
MOST: Final = 3
FAR: Final = 1.6


def loud_channels(encoder: Encoder, tokenizer: Tokenizer, texts: list[str]) -> dict[str, list[int]]:
    """Return layer -> at most three channels, each 1.6 times as loud as the loudest that stay."""
    peaks: dict[str, Tensor] = {}

    def watch(name: str) -> Any:  # noqa: ANN401 - torch's own kind of hook
        def see(_: object, inputs: tuple[Tensor, ...], __: object) -> None:
            peak = inputs[0].abs().amax(dim=(0, 1))
            peaks[name] = torch.maximum(peaks[name], peak) if name in peaks else peak

        return see

    hooks = [
        getattr(layer, kind).register_forward_hook(watch(f"layers.{number}.{kind}"))
        for number, layer in enumerate(encoder.layers)
        for kind in LAYERS
    ]
    with torch.no_grad():
        for text in texts:
            ids = torch.tensor([tokenizer.encode(text).ids[:128]])
            encoder(ids, torch.ones_like(ids))
    for hook in hooks:
        hook.remove()
    found = {}
    for name, peak in peaks.items():
        order = torch.argsort(peak, descending=True).tolist()
        rest = float(peak[order[MOST]])
        loud = [channel for channel in order[:MOST] if float(peak[channel]) > FAR * rest]
        if loud:
            found[name] = sorted(loud)
    return found
