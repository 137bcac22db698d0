"""Models of a few kilobytes, made by the tests: the real format, run by the real library.

The encoder is an embedding, a mean over the pieces and a linear layer, so that what it thinks of a
text is known beforehand: "gredin" is an insult, "vermine" is hate, all else is harmless.
"""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from palabre.moderation.detectors import ngrams

SCORES = ["toxicity", "insult", "hate"]
CURVES = {score: {"a": 1.0, "b": 0.0} for score in SCORES}
WIDTH = 8
WORDS = {"gredin": (40.0, 90.0, 0.0), "vermine": (40.0, 0.0, 90.0)}
_VOCABULARY = ["<s>", "</s>", "<unk>", *WORDS]


def write_models(folder, *, encoder=None, linear=None):
    """Write both models under ``folder``; the dicts change their cards."""
    write_encoder(folder / "encoder", **(encoder or {}))
    write_linear(folder / "linear", **(linear or {}))
    return folder


def write_encoder(folder, *, telling=True, **changes):
    # ``telling``: the graph says what each piece adds, as the shipped one does.
    folder.mkdir(parents=True)
    card = {
        "name": "tiny",
        "version": "1",
        "scores": SCORES,
        "languages": {"fr": CURVES, "pl": {**CURVES, "hate": None}, "ar": None},
        "other": {"toxicity": CURVES["toxicity"]},
        "max_pieces": 16,
        **changes,
    }
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    _tokenizer().save(str(folder / "tokenizer.json"))
    onnx.save(_graph(telling), str(folder / "encoder.onnx"))


def _tokenizer():
    vocabulary = {word: number for number, word in enumerate(_VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return tokenizer


def _graph(telling):
    # The last columns of a word's row are its logits; a text's are their mean, less a bias.
    table = np.zeros((len(_VOCABULARY), WIDTH), np.float32)
    table[:, 0] = 1.0
    for number, word in enumerate(_VOCABULARY):
        table[number, -3:] = WORDS.get(word, (0.0, 0.0, 0.0))
    head = np.zeros((WIDTH, 3), np.float32)
    head[-3:] = np.eye(3)
    constants = {
        "table": table,
        "head": head,
        "bias": np.full(3, -4.0, np.float32),
        "last": np.array([-1], np.int64),
        "middle": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["weights"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["weights", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "middle"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["weights", "middle"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        helper.make_node("MatMul", ["mean", "head"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
        helper.make_node("LpNormalization", ["mean"], ["vector"], axis=-1, p=2),
    ]
    if telling:
        nodes += [
            helper.make_node("MatMul", ["kept", "head"], ["each"]),
            helper.make_node("Unsqueeze", ["count", "last"], ["counts"]),
            helper.make_node("Div", ["each", "counts"], ["parts"]),
        ]
    names = ("input_ids", "attention_mask")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in names
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3]),
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", WIDTH]),
    ]
    if telling:
        outputs.append(
            helper.make_tensor_value_info("parts", TensorProto.FLOAT, ["batch", "length", 3])
        )
    initial = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initial)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def write_linear(folder, **changes):
    folder.mkdir(parents=True)
    buckets = 1 << 12
    card = {
        "name": "tiny-linear",
        "version": "1",
        "scores": SCORES,
        "languages": {"fr": CURVES},
        "ngrams": ngrams.VERSION,
        "buckets": buckets,
        "settled_below": {"fr": {"toxicity": 0.1}},
        **changes,
    }
    weights = np.zeros((3, buckets), np.float16)
    for word, logits in WORDS.items():
        indices, shares = ngrams.hashed(word, buckets)
        weights[:, indices] += (np.outer(logits, shares) / 5).astype(np.float16)
    bias = np.full(3, -4.0, np.float32)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    np.savez(folder / "linear.npz", weights=weights, bias=bias)
