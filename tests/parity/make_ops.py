"""Write ops.npz and ops.json: what Keras' operations give on JAX. Run by hand, from the top of the repository:

    KERAS_BACKEND=jax python tests/parity/make_ops.py [--new]

It takes minutes; with --new only expressions that are not there yet are computed.

ops.json holds for each expression of `tests/ops/cases.py` the types and shapes of its results, the table of common number
types (without Keras' cut to 32 bits), types of results for all types of arguments, and which arguments the operations'
classes take in the constructor; ops.npz the numbers, one after the other.
"""

import copy
import inspect
import itertools
import json
import math
import re
import sys
import warnings
from pathlib import Path

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes as keras_dtypes

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "ops"))
from cases import BINARY, CALLS, CASES, DATA, DTYPES, UNARY, listed  # noqa: E402


def leaves(y):
    """The arrays and numbers of a nest, in order."""
    if isinstance(y, dict):
        return [leaf for key in sorted(y) for leaf in leaves(y[key])]
    return [leaf for part in y for leaf in leaves(part)] if isinstance(y, (tuple, list)) else [y]


def split(function):
    """The name of the class behind an operation, and its constructor's arguments."""
    function = inspect.unwrap(function)
    found = re.findall(r"\b([A-Z]\w+)\([^()]*\)(?:\.symbolic_call)?\(", inspect.getsource(function))
    for name in found:
        kind = function.__globals__.get(name)
        if inspect.isclass(kind) and hasattr(kind, "symbolic_call"):
            parameters = inspect.signature(kind.__init__).parameters.values()
            return [name, [p.name for p in parameters if p.name not in ("self", "name") and p.kind != p.VAR_KEYWORD]]
    return None


def dtype_of(function, *arguments):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            arrays = [a for a in arguments if isinstance(a, np.ndarray)]

            def abstract(*arrays):  # traced, not computed: thousands of calls would take minutes
                rest = iter(arrays)
                return function(*(next(rest) if isinstance(a, np.ndarray) else a for a in arguments))

            return ",".join(str(np.dtype(leaf.dtype)) for leaf in leaves(jax.eval_shape(abstract, *arrays)))
    except Exception:
        return None


def main():
    """Compute all and write it down."""
    ops = keras.ops
    world, numbers, results = dict(DATA), [], {}
    wanted = [case for topic in CASES for case in listed(topic)]
    if "--new" in sys.argv:
        golden = json.loads((HERE / "ops.json").read_text(encoding="utf-8"))
        stored, start = np.load(HERE / "ops.npz")["numbers"], 0
        for case, parts in golden["results"].items():
            sizes = [math.prod(p[1]) * (2 if p[0][0] == "c" else 1) for p in parts if isinstance(p, list)]
            if case in wanted:
                results[case] = parts
                numbers.append(stored[start : start + sum(sizes)])
            start += sum(sizes)
    for case in wanted:
        if case not in results:
            found = []
            try:
                y = eval(case, copy.deepcopy(world) | {"ops": ops, "np": np})
            except Exception as error:
                print("!!", case, type(error).__name__, str(error)[:200])
                continue
            for leaf in leaves(y):
                if isinstance(leaf, (str, bool, int)):
                    found.append(leaf)
                    continue
                leaf = np.asarray(leaf)
                found.append([leaf.dtype.name, list(leaf.shape)])
                flat = leaf.ravel()
                numbers.append(
                    np.stack([flat.real, flat.imag], -1).ravel() if leaf.dtype.kind == "c" else flat.astype("float64")
                )
            results[case] = found
    flat = np.concatenate(numbers)
    if "--new" in sys.argv:
        write(flat, {**golden, "results": results})
        return
    keras_dtypes.BIT64_TO_BIT32_DTYPE.clear()
    names = [*DTYPES, "uint64", "int64", "float64", "int", "float"]
    python = {"int": int, "float": float}
    pairs = {
        f"{a} {b}": keras_dtypes.result_type(python.get(a, a), python.get(b, b)) for a, b in itertools.product(names, names)
    }
    triples = {" ".join(t): keras_dtypes.result_type(*(python.get(a, a) for a in t)) for t in itertools.combinations(names, 3)}
    one = {n: np.array([1, 1]).astype(n) for n in DTYPES}
    square = {n: np.array([[1, 1], [0, 1]]).astype(n) for n in DTYPES}
    unary = {name: [dtype_of(getattr(ops, name), (square if name == "trace" else one)[n]) for n in DTYPES] for name in UNARY}
    binary = {}
    for name in BINARY:
        call = CALLS.get(name) or (lambda ops, a, b, name=name: getattr(ops, name)(a, b))
        others = {**one, "int": 1, "float": 1.0}
        binary[name] = [[dtype_of(lambda x, y, call=call: call(ops, x, y), one[a], others[b]) for b in others] for a in DTYPES]
    classes = {}
    for prefix, place in (("", ops), ("image.", ops.image)):
        for name in sorted(dir(place)):
            if not name.startswith("_") and inspect.isfunction(getattr(place, name)):
                if found := split(getattr(place, name)):
                    classes[prefix + name] = found
    signatures = {
        n: str(inspect.signature(getattr(ops, n)))
        for n in sorted(dir(ops))
        if n[0] != "_" and inspect.isfunction(getattr(ops, n))
    }
    signatures |= {f"image.{n}": str(inspect.signature(getattr(ops.image, n))) for n in sorted(dir(ops.image)) if n[0] != "_"}
    spaces = {n: [m for m in dir(getattr(ops, n)) if m[0] != "_"] for n in ("image", "linalg", "nn", "numpy")}
    spaces["random"] = [m for m in dir(keras.random) if m[0] != "_"]
    spaces["tree"] = [m for m in dir(keras.tree) if m[0] != "_"]
    golden = {
        "results": results, "pairs": pairs, "triples": triples, "unary": unary, "binary": binary, "classes": classes,
        "signatures": signatures, "spaces": spaces,
    }  # fmt: skip
    write(flat, golden)


def write(flat, golden):
    """Both files."""
    np.savez_compressed(HERE / "ops.npz", numbers=flat.astype("float32"))
    text = json.dumps(golden, separators=(",", ":"))
    (HERE / "ops.json").write_text(re.sub(r'("\w+":\{)', r"\n\1", text) + "\n", encoding="utf-8")
    print(len(golden["results"]), "cases,", flat.size, "numbers")


if __name__ == "__main__":
    main()
