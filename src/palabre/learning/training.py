"""Train the encoder; a run that is killed goes on from its last checkpoint."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from palabre.learning.batches import Batch, batch_count, epoch
from palabre.learning.network import Encoder
from palabre.learning.samples import Sample

Tell = Callable[[str], None]
FIRST_STEPS: Final = 0.06
LAST_RATE: Final = 0.1
AVERAGE_FROM: Final = 0.7
AVERAGE_EACH: Final = 10
TELL_EACH: Final = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: sizes, rates (highest, and of the head), decay of the rate per layer down.

    The lowest ``frozen`` layers stand still, as the words do: a fifth of the time saved. With
    ``minutes`` the run ends after that time at the latest, its rates falling accordingly.
    """

    epochs: int = 1
    size: int = 32
    pieces: int = 72
    frozen: int = 4
    rate: float = 1.5e-4
    head_rate: float = 6e-4
    layer_decay: float = 0.88
    weight_decay: float = 0.01
    seed: int = 1
    save_seconds: float = 120.0
    minutes: float | None = None


def loss_of(logits: Tensor, batch: Batch) -> Tensor:
    """Return the mean binary cross-entropy over the labels that are known."""
    each = functional.binary_cross_entropy_with_logits(
        logits.float(), batch.labels, weight=batch.weights, reduction="sum"
    )
    return each / batch.weights.sum().clamp(min=1.0)


def freeze(encoder: Encoder, frozen: int) -> None:
    """Let words, places and the lowest layers stand still."""
    still = ("words.", "places.", "begin_norm.", *(f"layers.{n}." for n in range(frozen)))
    for name, weight in encoder.named_parameters():
        weight.requires_grad_(not name.startswith(still))


class Masters:
    """Exact float32 copies of the weights that move; the network itself computes in bfloat16.

    Casting once a step instead of at every use (as autocast does) saves a quarter of the time.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.exact = {
            name: weight.detach().float().clone()
            for name, weight in encoder.named_parameters()
            if weight.requires_grad
        }
        encoder.to(torch.bfloat16)
        self._working = {
            name: weight for name, weight in encoder.named_parameters() if weight.requires_grad
        }

    def take_gradients(self) -> None:
        """Move the working weights' gradients to the exact ones."""
        for name, weight in self._working.items():
            self.exact[name].grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None

    def give_weights(self) -> None:
        """Round the exact weights into the working ones."""
        with torch.no_grad():
            for name, weight in self._working.items():
                weight.copy_(self.exact[name])


def rate_groups(exact: dict[str, Tensor], plan: Plan, depth: int) -> list[dict[str, Any]]:
    """Return the optimiser's groups: each layer slower than the one above, the head fastest."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in exact.items():
        rate = plan.head_rate
        if name.startswith("layers."):
            rate = plan.rate * plan.layer_decay ** (depth - 1 - int(name.split(".")[1]))
        decay = 0.0 if weight.ndim == 1 else plan.weight_decay
        groups.setdefault((rate, decay), []).append(weight)
    return [
        {"params": weights, "lr": rate, "top": rate, "weight_decay": decay}
        for (rate, decay), weights in groups.items()
    ]


def pace(done: float) -> float:
    """Return the share of the highest rate when so much (0 to 1) is done: up, then down."""
    if done < FIRST_STEPS:
        return max(0.02, done / FIRST_STEPS)
    return LAST_RATE + (1 - LAST_RATE) * (1 - done) / (1 - FIRST_STEPS)


@dataclass(slots=True)
class Run:
    """The state of a run that a checkpoint holds."""

    step: int
    average: dict[str, Tensor]
    averaged: int
    spent: float


def train(
    encoder: Encoder, samples: list[Sample], tokenizer: Tokenizer, plan: Plan, folder: Path,
    tell: Tell, weights: dict[str, float] | None = None,
) -> Encoder:  # fmt: skip
    """Train in place and return the encoder with the average of its last weights.

    ``folder/checkpoint.pt`` is written every ``save_seconds``; where it is there, the run goes on
    from it with the same batches that would have come.
    """
    folder.mkdir(parents=True, exist_ok=True)
    start = {name: weight.detach().clone() for name, weight in encoder.state_dict().items()}
    freeze(encoder, plan.frozen)
    masters = Masters(encoder)
    groups = rate_groups(masters.exact, plan, len(encoder.layers))
    optimiser = torch.optim.AdamW(groups, fused=True)
    per_epoch = batch_count(len(samples), plan.size)
    steps = per_epoch * plan.epochs
    run = _resumed(folder / "checkpoint.pt", masters, optimiser) or Run(0, {}, 0, 0.0)
    if run.step:
        tell(f"resumed at step {run.step} of {steps}")
    began, first, before = time.monotonic(), run.step, run.spent
    saved, losses, done = began, 0.0, 0.0
    encoder.train()
    while run.step < steps and done < 1:
        number, begin = divmod(run.step, per_epoch)
        for batch in epoch(
            samples, tokenizer, seed=plan.seed * 1000 + number, size=plan.size,
            pieces=plan.pieces, weights=weights, begin=begin,
        ):  # fmt: skip
            loss = _step(encoder, masters, optimiser, batch, pace(done))
            losses = loss if run.step == first else 0.98 * losses + 0.02 * loss
            run.step += 1
            run.spent = before + time.monotonic() - began
            done = run.step / steps
            if plan.minutes is not None:
                done = max(done, run.spent / (plan.minutes * 60))
            if done >= AVERAGE_FROM and run.step % AVERAGE_EACH == 0:
                _take_in(run, masters.exact)
            if run.step % TELL_EACH == 0:
                rows = (run.step - first) * plan.size / (run.spent - before)
                left = run.spent / done * (1 - done) / 60
                tell(
                    f"step {run.step}/{steps} {done:.0%} loss {losses:.4f} "
                    f"{rows:.0f} texts/s {left:.0f} min left"
                )
            if time.monotonic() - saved > plan.save_seconds:
                _save(folder / "checkpoint.pt", masters, optimiser, run)
                saved = time.monotonic()
            if done >= 1:
                break
    encoder.float()
    encoder.load_state_dict(start | masters.exact | run.average)
    _save(folder / "checkpoint.pt", masters, optimiser, run)
    return encoder.eval()


def _step(
    encoder: Encoder, masters: Masters, optimiser: torch.optim.Optimizer, batch: Batch, share: float
) -> float:  # fmt: skip
    for group in optimiser.param_groups:
        group["lr"] = group["top"] * share
    logits, _ = encoder(batch.ids, batch.mask)
    loss = loss_of(logits, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    masters.take_gradients()
    torch.nn.utils.clip_grad_norm_(masters.exact.values(), 1.0)
    optimiser.step()
    masters.give_weights()
    return float(loss.detach())


def _take_in(run: Run, exact: dict[str, Tensor]) -> None:
    """Take the weights of now into the running mean of the last part's weights."""
    run.averaged += 1
    for name, weight in exact.items():
        if name not in run.average:
            run.average[name] = weight.detach().clone()
        else:
            run.average[name].lerp_(weight.detach(), 1 / run.averaged)


def _save(path: Path, masters: Masters, optimiser: torch.optim.Optimizer, run: Run) -> None:
    state = {
        "exact": masters.exact, "optimiser": optimiser.state_dict(), "step": run.step,
        "average": run.average, "averaged": run.averaged, "spent": run.spent,
    }  # fmt: skip
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _resumed(path: Path, masters: Masters, optimiser: torch.optim.Optimizer) -> Run | None:
    if not path.is_file():
        return None
    state = torch.load(path, weights_only=True)
    for name, weight in state["exact"].items():
        masters.exact[name].copy_(weight)
    masters.give_weights()
    optimiser.load_state_dict(state["optimiser"])
    return Run(state["step"], state["average"], state["averaged"], state["spent"])
