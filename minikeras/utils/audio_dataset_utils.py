"""Datasets of sounds from folders."""

from __future__ import annotations

import wave
from typing import Any

import numpy as np

from minikeras.utils.dataset_utils import dataset_from_directory


def audio_dataset_from_directory(
    directory: str,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Read batches of sounds from a folder that holds one folder of ``.wav`` files for each class.

    Files are read when they are needed. Samples are floats from -1 to 1, of shape (batch, length, channels).

    Args:
        sampling_rate: bring all to so many samples a second, linearly.
        output_sequence_length: cut or fill up with 0 to this length; else all of a batch are as long as the longest.
        ragged: kept as in Keras; only False is possible.
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset, follow_links,
            verbose: see `image_dataset_from_directory`.

    >>> import tempfile; folder = tempfile.mkdtemp()
    >>> with wave.open(folder + "/a.wav", "wb") as file:
    ...     file.setparams((1, 2, 8000, 0, "NONE", "")); file.writeframes(np.array([0, 16384], "<i2").tobytes())
    >>> next(iter(audio_dataset_from_directory(folder, labels=None, verbose=False)))[0, :, 0].tolist()
    [0.0, 0.5]
    """
    if ragged:
        raise ValueError("`ragged=True` needs ragged tensors, which NumPy has not. Pass output_sequence_length instead.")
    if sampling_rate is not None and (not isinstance(sampling_rate, int) or sampling_rate < 1):
        raise ValueError(f"`sampling_rate` should be a positive integer, got {sampling_rate!r}.")
    return dataset_from_directory(
        directory,
        (".wav",),
        lambda path: read_wav(path, sampling_rate, output_sequence_length),
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
        pad=output_sequence_length is None,
    )


def read_wav(path: str, sampling_rate: int | None = None, length: int | None = None) -> np.ndarray:
    """Read a ``.wav`` file of 8, 16, 24 or 32 bits: an array ``(length, channels)`` from -1 to 1.

    >>> import tempfile; path = tempfile.mkdtemp() + "/a.wav"
    >>> with wave.open(path, "wb") as file:
    ...     file.setparams((2, 2, 8000, 0, "NONE", "")); file.writeframes(np.array([0, 16384], "<i2").tobytes())
    >>> read_wav(path, length=2).tolist()
    [[0.0, 0.5], [0.0, 0.0]]
    """
    with wave.open(path, "rb") as file:
        channels, width, rate, count = file.getparams()[:4]
        data = file.readframes(count)
    if width == 1:
        x = (np.frombuffer(data, "u1").astype("float32") - 128) / 128
    elif width == 3:  # three bytes, put above an empty fourth one
        whole = np.zeros((len(data) // 3, 4), "u1")
        whole[:, 1:] = np.frombuffer(data, "u1").reshape(-1, 3)
        x = whole.view("<i4")[:, 0].astype("float32") / 2**31
    else:
        x = np.frombuffer(data, f"<i{width}").astype("float32") / 2 ** (8 * width - 1)
    x = x.reshape(-1, channels)
    if sampling_rate is not None and sampling_rate != rate:
        at = np.arange(round(len(x) * sampling_rate / rate)) * (rate / sampling_rate)
        x = np.stack([np.interp(at, np.arange(len(x)), c) for c in x.T], -1).astype("float32")
    if length is not None:
        x = np.pad(x[:length], ((0, max(length - len(x), 0)), (0, 0)))
    return x
