"""The comparison with real Keras: tests/parity/ops.json and ops.npz, which tests/parity/make_ops.py writes."""

import copy
import functools
import json
import re
from pathlib import Path

import numpy as np

from minikeras import ops
from tests.ops.cases import CASES, DATA, listed

PARITY = Path(__file__).parents[1] / "parity"
GOLDEN = json.loads((PARITY / "ops.json").read_text(encoding="utf-8"))
LOOSE = {"float16": 3e-3}  # how far apart results may be; elsewhere 1e-5 and 2e-6
SHORT = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}  # JAX has 32 bits


def of(module):
    """The expressions whose outermost operation is defined in a module of `minikeras.ops`."""
    return [case for topic in CASES for case in listed(topic) if case in GOLDEN["results"] and home(case) == module]


def home(case):
    """The module that defines the outermost operation of an expression."""
    image, name = re.search(r"ops\.(image\.)?(\w+)\(", case).groups()
    function = getattr(ops.image if image else ops, name)
    return function.__module__.rpartition(".")[2]


@functools.cache
def expected():
    """The numbers of each expression."""
    numbers, start, found = np.load(PARITY / "ops.npz")["numbers"], 0, {}
    for case, parts in GOLDEN["results"].items():
        found[case] = []
        for part in parts:
            if not isinstance(part, list):
                found[case].append(part)
                continue
            dtype, shape = part
            size = int(np.prod(shape)) * (2 if dtype.startswith("complex") else 1)
            flat = numbers[start : start + size]
            start += size
            flat = flat[::2] + 1j * flat[1::2] if dtype.startswith("complex") else flat
            found[case].append(flat.reshape(shape))
    return found


def leaves(y):
    """The arrays and numbers of a nest, in order."""
    return [leaf for part in y for leaf in leaves(part)] if isinstance(y, (tuple, list)) else [y]


def check(case):
    """Compare types, shapes and numbers of one expression with Keras'."""
    world = copy.deepcopy(DATA)
    for array in world.values():
        array.flags.writeable = False
    with np.errstate(all="ignore"):
        found = leaves(eval(case, {"ops": ops, "np": np, **world}))
    parts = GOLDEN["results"][case]
    if isinstance(parts[0], int):  # a shape
        assert list(found) == parts
        return
    assert len(found) == len(parts)
    for y, part, numbers in zip(found, parts, expected()[case]):
        if not isinstance(part, list):
            assert y == part
            continue
        y = np.asarray(y)
        assert list(y.shape) == part[1]
        assert SHORT.get(y.dtype.name, y.dtype.name) == part[0]
        rtol = LOOSE.get(part[0], 1e-5)
        atol = 1 if "u8img" in case else max(rtol / 5, 2e-6)  # of bytes, halves may be rounded either way
        np.testing.assert_allclose(y, numbers, rtol=rtol, atol=atol, equal_nan=True)
