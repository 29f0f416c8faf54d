"""Connectionist temporal classification: sequences of labels out of sequences of frames, wherever they stand."""

from __future__ import annotations

import math

import numpy as np

from minikeras.ops.curves import log_softmax
from minikeras.ops.dtypes import array, cast, floats, wide
from minikeras.ops.operation import operation

NEVER = -1e30  # log 0, with which can still be reckoned


@operation(name="CTCLoss")
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """-log of the probability of the labels, summed over all ways to lay them out over the frames.

    α[t, s] is the probability of the first s of (blank, l₁, blank, l₂, ..., blank) in the first t frames.

    Args:
        target: labels, of shape (batch, labels).
        output: logits, of shape (batch, frames, classes).
        target_length, output_length: how many labels and frames count, of shape (batch,).
        mask_index: the class of the blank.

    >>> ctc_loss([[1]], np.zeros((1, 1, 2), "float32"), [1], [1])
    array([0.6931], dtype=float32)
    """
    target, lengths, frames = (np.asarray(array(a)).astype("int64") for a in (target, target_length, output_length))
    log_p = log_softmax(wide(floats(output)))
    batch, n = target.shape
    if log_p.ndim != 3 or log_p.shape[0] != batch:
        raise ValueError(f"ctc_loss expects output of shape ({batch}, frames, classes), got {log_p.shape}.")
    labels = np.full((batch, 2 * n + 1), mask_index, "int64")
    labels[:, 1::2] = target
    may_skip = np.zeros(labels.shape, bool)
    may_skip[:, 2:] = (labels[:, 2:] != mask_index) & (labels[:, 2:] != labels[:, :-2])
    rows, times = np.arange(batch)[:, None], np.arange(log_p.shape[1])[:, None, None]
    emitted = log_p[rows, times, labels]  # (frames, batch, places)
    never = cast(NEVER, log_p.dtype)
    alpha = np.where(np.arange(2 * n + 1) < 2, emitted[0], never)
    for t in range(1, log_p.shape[1]):
        one = np.pad(alpha[:, :-1], ((0, 0), (1, 0)), constant_values=NEVER)
        two = np.pad(alpha[:, :-2], ((0, 0), (2, 0)), constant_values=NEVER) if n else one
        on = np.logaddexp(np.logaddexp(alpha, one), np.where(may_skip, two, never)) + emitted[t]
        alpha = np.where((t < frames)[:, None], on, alpha)
    at = np.arange(batch)
    last, before = alpha[at, 2 * lengths], alpha[at, np.maximum(2 * lengths - 1, 0)]
    return -np.logaddexp(last, np.where(lengths > 0, before, never))


@operation(name="CTCDecode")
def ctc_decode(inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, merge_repeated=True, mask_index=0):
    """The labels that frames most likely say.

    Args:
        inputs: of shape (batch, frames, classes): logits.
        sequence_lengths: how many frames count, of shape (batch,).
        strategy: "greedy" (the best class of each frame) or "beam_search".
        beam_width: how many beginnings are followed.
        top_paths: how many sequences are returned.
        merge_repeated: whether a class in neighbouring frames is one label.
        mask_index: the class of the blank.

    Returns:
        Labels of shape (paths, batch, length), filled up with -1, and scores of shape (batch, paths).

    >>> ctc_decode(np.array([[[0.0, 5.0], [0.0, 5.0], [5.0, 0.0]]]), [3])[0].tolist()
    [[[1, -1, -1]]]
    """
    inputs, lengths = wide(floats(inputs)), np.asarray(array(sequence_lengths)).astype("int64")
    if strategy == "greedy":
        return greedy(inputs, lengths, merge_repeated, mask_index)
    if strategy == "beam_search":
        return beam_search(inputs, lengths, beam_width, top_paths, mask_index)
    raise ValueError(f"Invalid strategy {strategy!r}. Supported values are 'greedy' and 'beam_search'.")


def greedy(x, lengths, merge_repeated, blank):
    """The best class of each frame, without blanks and repetitions; the score is minus the sum of their values."""
    blank = x.shape[-1] - 1 if blank is None else blank
    best, values = np.argmax(x, -1), np.max(x, -1)
    inside = np.arange(x.shape[1]) < lengths[:, None]
    best = np.where(inside, best, blank)
    scores = -np.sum(np.where(inside, values, cast(0, x.dtype)), 1)[:, None]
    keep = best != blank
    if merge_repeated:
        keep[:, 1:] &= best[:, 1:] != best[:, :-1]
    order = np.argsort(~keep, 1, kind="stable")
    labels = np.where(np.take_along_axis(keep, order, 1), np.take_along_axis(best, order, 1), -1)
    return labels[None].astype("int32"), scores


def beam_search(x, lengths, width, paths, blank):
    """Beginnings of sequences by probability: of each, those that end in a blank and those that end in its last label."""
    log_p = np.asarray(log_softmax(x), "float64")
    blank = x.shape[-1] - 1 if blank is None else blank
    found = [search(rows[:n], width, paths, blank) for rows, n in zip(log_p, lengths)]
    longest = x.shape[1]
    labels = np.full((paths, len(found), longest), -1, "int32")
    scores = np.full((len(found), paths), -np.inf, x.dtype)
    for i, beams in enumerate(found):
        for k, (sequence, score) in enumerate(beams):
            labels[k, i, : len(sequence)], scores[i, k] = sequence, score
    return labels, scores


def search(rows, width, paths, blank):
    """The most likely sequences of one sample."""
    beams = {(): (0.0, -math.inf)}
    for row in rows.tolist():
        following: dict[tuple, tuple] = {}

        def add(sequence, to_blank, to_label, following=following):
            a, b = following.get(sequence, (-math.inf, -math.inf))
            following[sequence] = (join(a, to_blank), join(b, to_label))

        for sequence, (in_blank, in_label) in beams.items():
            both = join(in_blank, in_label)
            add(sequence, both + row[blank], -math.inf)
            for c, p in enumerate(row):
                if c == blank:
                    continue
                if sequence and c == sequence[-1]:
                    add(sequence, -math.inf, in_label + p)
                    add((*sequence, c), -math.inf, in_blank + p)
                else:
                    add((*sequence, c), -math.inf, both + p)
        beams = dict(sorted(following.items(), key=lambda item: -join(*item[1]))[:width])
    ranked = sorted(((s, join(*p)) for s, p in beams.items()), key=lambda item: -item[1])
    return ranked[:paths]


def join(a, b):
    """log(eᵃ + eᵇ)"""
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))
