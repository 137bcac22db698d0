"""Write the encoder as an ONNX graph with int8 weights, node by node.

A graph of our own instead of a traced one: the operators that onnxruntime runs fastest (fused
attention, matrix products that quantise their input on the way) and nothing else. Weights are int8,
one scale for each column (each row of the word table); activations are quantised as they come.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from palabre.learning.network import Encoder

MICROSOFT: Final = "com.microsoft"
OPSET: Final = 17
HIGHEST: Final = 127

Floats = NDArray[np.float32]


def quantised(weight: Floats, *, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """Return int8 values and their scales; ``axis`` is the one that is summed over."""
    scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True), 1e-9) / HIGHEST
    values = np.clip(np.rint(weight / scale), -HIGHEST, HIGHEST).astype(np.int8)
    return values, np.asarray(scale, dtype=np.float32)


@dataclass(slots=True)
class Graph:
    """Nodes and weights as they are added; names of results are given back."""

    exact: frozenset[str] = frozenset()
    loud: dict[str, list[int]] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)
    count: int = 0

    def constant(self, value: NDArray[Any], name: str = "") -> str:
        """Add a weight."""
        self.count += 1
        name = f"{name or 'c'}_{self.count}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **settings: Any) -> str:  # noqa: ANN401
        """Add a node with one result."""
        self.count += 1
        result = f"{kind}_{self.count}"
        node = helper.make_node(kind, list(inputs), [result], result, domain=domain, **settings)
        self.nodes.append(node)
        return result

    def split(self, state: str, parts: int) -> list[str]:
        """Add a split of the last axis into equal parts."""
        self.count += 1
        results = [f"Split_{self.count}_{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [state], results, axis=-1))
        return results

    def linear(self, state: str, weight: Floats, bias: Floats, name: str) -> str:
        """Add ``state @ weight.T + bias``; in float where the name is among ``exact``.

        The few loud channels of a layer's input, tens of times the rest, go by a small product of
        their own in float: quantised together with them, the rest would be rounded away.
        """
        if name in self.exact:
            product = self.add("MatMul", state, self.constant(weight.T))
            return self.add("Add", product, self.constant(bias))
        loud, quiet = self.loud.get(name, []), state
        if loud:
            mask = np.ones(weight.shape[1], np.float32)
            mask[loud] = 0
            quiet = self.add("Mul", state, self.constant(mask))
            weight = weight.copy()
            few = weight[:, loud].T.copy()
            weight[:, loud] = 0
        values, scale = quantised(weight.T, axis=0)
        product = self.add(
            "DynamicQuantizeMatMul", quiet, self.constant(values), self.constant(scale[0]), "",
            self.constant(bias), domain=MICROSOFT,
        )  # fmt: skip
        if not loud:
            return product
        taken = self.add("Gather", state, self.constant(np.array(loud)), axis=2)
        return self.add("Add", product, self.add("MatMul", taken, self.constant(few)))


def onnx_model(
    encoder: Encoder,
    exact: frozenset[str] = frozenset(),
    loud: dict[str, list[int]] | None = None,
) -> onnx.ModelProto:
    """Return the graph; ``exact`` names layers kept in float (``layers.0.query``).

    ``loud``: layer -> channels of its input that are kept in float (``loud_channels``).
    ``input_ids``, ``attention_mask`` int64 [batch, length] -> ``logits`` [batch, scores],
    ``vector`` [batch, hidden], ``parts`` [batch, length, scores]: what each piece adds.
    """
    state = {name: w.detach().float().numpy() for name, w in encoder.state_dict().items()}
    shape, graph = encoder.shape, Graph(exact, loud or {})
    now = _words(graph, state, shape.epsilon)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    for number in range(shape.layers):
        now = _layer(graph, state, f"layers.{number}", now, mask, shape.heads, shape.epsilon)
    _heads(graph, state, now)
    scores = len(state["look.bias"])
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", scores]),
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", shape.hidden]),
        helper.make_tensor_value_info("parts", TensorProto.FLOAT, ["batch", "length", scores]),
    ]
    made = helper.make_graph(graph.nodes, "palabre-encoder", inputs, outputs, graph.weights)
    sets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=sets, ir_version=8, producer_name="palabre")


def _words(graph: Graph, state: dict[str, Floats], epsilon: float) -> str:
    values, scale = quantised(state["words.weight"], axis=1)
    rows = graph.add("Gather", graph.constant(values, "words"), "input_ids", axis=0)
    rows = graph.add("Cast", rows, to=TensorProto.FLOAT)
    scales = graph.add("Gather", graph.constant(scale, "word_scales"), "input_ids", axis=0)
    rows = graph.add("Mul", rows, scales)
    sizes = graph.add("Shape", "input_ids")
    length = graph.add("Gather", sizes, graph.constant(np.array([1])), axis=0)
    places = graph.add(
        "Slice", graph.constant(state["places.weight"]), graph.constant(np.array([0])), length,
        graph.constant(np.array([0])),
    )  # fmt: skip
    both = graph.add("Add", rows, places)
    return graph.add(
        "LayerNormalization", both, graph.constant(state["begin_norm.weight"]),
        graph.constant(state["begin_norm.bias"]), axis=-1, epsilon=epsilon,
    )  # fmt: skip


def _layer(
    graph: Graph, state: dict[str, Floats], at: str, now: str, mask: str, heads: int, epsilon: float
) -> str:  # fmt: skip
    def linear(name: str, before: str) -> str:
        key = f"{at}.{name}"
        return graph.linear(before, state[f"{key}.weight"], state[f"{key}.bias"], key)

    def norm(name: str, old: str, new: str) -> str:
        # two nodes: onnxruntime's SkipLayerNormalization takes four times as long as both
        return graph.add(
            "LayerNormalization", graph.add("Add", new, old),
            graph.constant(state[f"{at}.{name}.weight"]),
            graph.constant(state[f"{at}.{name}.bias"]), axis=-1, epsilon=epsilon,
        )  # fmt: skip

    names = ("query", "key", "value")
    joint = graph.linear(
        now,
        np.concatenate([state[f"{at}.{name}.weight"] for name in names]),
        np.concatenate([state[f"{at}.{name}.bias"] for name in names]),
        f"{at}.query",
    )
    parts = graph.split(joint, 3)
    mixed = graph.add(
        "MultiHeadAttention", *parts, "", mask, domain=MICROSOFT, num_heads=heads
    )  # fmt: skip
    now = norm("joined_norm", now, linear("joined", mixed))
    inner = graph.add("Gelu", linear("inner", now), domain=MICROSOFT)
    return norm("outer_norm", now, linear("outer", inner))


def _heads(graph: Graph, state: dict[str, Floats], now: str) -> None:
    """Add the heads. What each piece adds to a logit is told as ``parts``; its sum is the logit."""

    def exact(name: str) -> str:
        return graph.add("MatMul", now, graph.constant(state[f"{name}.weight"].T))

    last, middle = graph.constant(np.array([2])), graph.constant(np.array([1]))
    opened = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    opened = graph.add("Unsqueeze", opened, last)
    closed = graph.add("Sub", opened, graph.constant(np.array(1, np.float32)))
    closed = graph.add("Mul", closed, graph.constant(np.array(1e4, np.float32)))
    share = graph.add("Div", opened, graph.add("ReduceSum", opened, middle, keepdims=1))
    mean = graph.add("ReduceSum", graph.add("Mul", now, share), middle, keepdims=0)
    # A bias of ``look`` moves all pieces alike, so the softmax does not see it.
    looked = graph.add("Softmax", graph.add("Add", exact("look"), closed), axis=1)
    found = graph.add("Add", exact("found"), graph.constant(state["found.bias"]))
    pointed, spread = graph.add("Mul", looked, found), graph.add("Mul", share, exact("whole"))
    graph.nodes.append(helper.make_node("Add", [pointed, spread], ["parts"]))
    total = graph.add("ReduceSum", "parts", middle, keepdims=0)
    bias = graph.constant(state["whole.bias"])
    graph.nodes.append(helper.make_node("Add", [total, bias], ["logits"]))
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))
