"""The encoder: a BERT of 12 layers; its head looks, per score, where in the text it shows."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from palabre.learning.pretrained import Shape


@dataclass(frozen=True, slots=True)
class Answer:
    """``logits`` [batch, scores]; ``vector`` [batch, hidden], mean-pooled, of length 1."""

    logits: Tensor
    vector: Tensor


class Layer(nn.Module):
    """Self-attention and feed-forward, each followed by its normalisation (post-norm, as BERT)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.hidden, shape.hidden)
        self.key = nn.Linear(shape.hidden, shape.hidden)
        self.value = nn.Linear(shape.hidden, shape.hidden)
        self.joined = nn.Linear(shape.hidden, shape.hidden)
        self.joined_norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.inner = nn.Linear(shape.hidden, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.hidden)
        self.outer_norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, state: Tensor, bias: Tensor) -> Tensor:
        """Take state [batch, length, hidden] and an additive bias [batch, 1, 1, length]."""
        batch, length, hidden = state.shape
        split = (batch, length, self.heads, hidden // self.heads)
        query = self.query(state).view(split).transpose(1, 2)
        key = self.key(state).view(split).transpose(1, 2)
        value = self.value(state).view(split).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        mixed = self.joined(mixed.transpose(1, 2).reshape(batch, length, hidden))
        state = self.joined_norm(state + self.dropout(mixed))
        return self.outer_norm(  # type: ignore[no-any-return]
            state + self.dropout(self.outer(functional.gelu(self.inner(state))))
        )


class Encoder(nn.Module):
    """Token ids to logits and a vector."""

    def __init__(self, shape: Shape, scores: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.places = nn.Embedding(shape.positions, shape.hidden)
        self.begin_norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.dropout = nn.Dropout(dropout)
        self.look = nn.Linear(shape.hidden, scores)
        self.found = nn.Linear(shape.hidden, scores)
        self.whole = nn.Linear(shape.hidden, scores)
        nn.init.zeros_(self.look.weight)
        nn.init.zeros_(self.look.bias)
        for head in (self.found, self.whole):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits [batch, scores] and vector [batch, hidden] for ids and mask."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        state = self.words(input_ids) + self.places(places)[None]
        state = self.dropout(self.begin_norm(state))
        closed = (1 - attention_mask).to(state.dtype) * -1e4
        bias = closed[:, None, None, :]
        for layer in self.layers:
            state = layer(state, bias)
        open_ = attention_mask.to(state.dtype)[..., None]
        mean = (state * open_).sum(1) / open_.sum(1)
        looked = torch.softmax(self.look(state) + closed[..., None], dim=1)
        each = self.dropout(state)
        # what a token says for a score, weighed by how much that score looks at the token
        logits = (looked * self.found(each)).sum(1) + self.whole(self.dropout(mean))
        return logits, functional.normalize(mean.float(), dim=-1)


def cut_shape(shape: Shape, vocabulary: int) -> Shape:
    """Return the shape with another vocabulary size."""
    return Shape(**(asdict(shape) | {"vocabulary": vocabulary}))


def load_pretrained(
    encoder: Encoder, weights: dict[str, NDArray[np.float32]], kept: list[int] | None = None
) -> None:
    """Fill the encoder with the weights of ``read_weights``; ``kept``: the pieces that remain."""
    hidden = encoder.shape.hidden
    words = weights["emb.word"].reshape(-1, hidden)
    state: dict[str, Any] = {
        "words.weight": words if kept is None else words[kept],
        # token type 0 is every text's type: added to the places once, for good
        "places.weight": weights["emb.pos"].reshape(-1, hidden) + weights["emb.type"][:hidden],
        "begin_norm.weight": weights["emb.ln.w"],
        "begin_norm.bias": weights["emb.ln.b"],
    }
    names = {
        "query": "q", "key": "k", "value": "v", "joined": "ao", "joined_norm": "aln",
        "inner": "fi", "outer": "fo", "outer_norm": "oln",
    }  # fmt: skip
    for number in range(encoder.shape.layers):
        for ours, theirs in names.items():
            weight, bias = weights[f"l{number}.{theirs}.w"], weights[f"l{number}.{theirs}.b"]
            shaped = weight if "norm" in ours else weight.reshape(len(bias), -1)
            state[f"layers.{number}.{ours}.weight"] = shaped
            state[f"layers.{number}.{ours}.bias"] = bias
    given = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}
    missing, unexpected = encoder.load_state_dict(given, strict=False)
    if unexpected or any(not name.startswith(("look", "found", "whole")) for name in missing):
        raise ValueError(f"weights do not fit: missing {missing}, unexpected {unexpected}")
