"""Configs of functional models that say what they should not: cycles, nonsense places, operations that grow or run for ever."""

from __future__ import annotations

import copy
import json
import random

from tests.hostile_files.files import parts_of, zipped

ODD = (
    None,
    True,
    -1,
    10**9,
    10**30,
    1.5,
    "x",
    "",
    [],
    {},
    [[]],
    ["dense", 0],
    ["dense", 0, 0],
    {"class_name": "__keras_tensor__"},
    "9" * 9999,
)
HUGE = (10**6, 10**9, 2**31, 2**63, 10**30, -(10**9))
FUNCTION = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
SYSTEM = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}


def tensor(name, shape=(None, 4), node=0, index=0, dtype="float32"):
    """A tensor as a config refers to it."""
    place = {"shape": list(shape), "dtype": dtype, "keras_history": [name, node, index]}
    return {"class_name": "__keras_tensor__", "config": place}


def operation(name, kind, args, module="keras.src.ops.numpy", kwargs=None, **config):
    """An operation node."""
    calls = [{"args": args, "kwargs": kwargs or {}}]
    return {
        "module": module,
        "class_name": kind,
        "config": {"name": name, **config},
        "registered_name": kind,
        "name": name,
        "inbound_nodes": calls,
    }


def make_graph(keras):
    """A small model with branches, an operation, a layer that is called twice and two outputs."""
    x = keras.Input((4,), name="x")
    dense = keras.layers.Dense(4, name="dense")
    h = dense(dense(x)) + x[:, :1]
    inner = keras.Input((4,), name="inner_x")
    nested = keras.Model(inner, keras.layers.Dense(4, name="dense_1")(inner), name="nested")
    out = keras.layers.Concatenate(name="join")([nested(h), keras.ops.exp(x)])
    model = keras.Model(x, [out, h], name="graph")
    model.compile("adam", ["mse", "mae"], metrics=[["mae"], []])
    return model


def graph_attacks():
    """(name, change of the config in place)."""
    places = (
        ("inbound_nodes",),
        ("inbound_nodes", 0),
        ("inbound_nodes", 0, "args"),
        ("inbound_nodes", 0, "args", 0),
        ("inbound_nodes", 0, "kwargs"),
        ("inbound_nodes", 0, "args", 0, "config"),
        ("inbound_nodes", 0, "args", 0, "config", "keras_history"),
        ("inbound_nodes", 0, "args", 0, "config", "shape"),
        ("inbound_nodes", 0, "args", 0, "config", "dtype"),
        *((("inbound_nodes", 0, "args", 0, "config", "keras_history", i)) for i in range(3)),
        ("name",),
        ("config",),
        ("config", "name"),
        ("class_name",),
        ("module",),
    )
    for i, place in enumerate(places):
        for layer in (1, 3, 5):
            for value in ODD:
                yield f"place-{i}", lambda c, p=place, n=layer, v=value: put(c["config"]["layers"][n], p, v)
    for key in ("input_layers", "output_layers", "layers", "name", "trainable"):
        for value in (
            *ODD,
            [["dense", 0, 0]] * 3000,
            ["dense", -1, 0],
            ["dense", 0, 5],
            {"a": ["dense", 0, 0]},
            [["x", 0, 0]] * 2,
        ):
            yield f"top-{key}", lambda c, k=key, v=value: c["config"].__setitem__(k, v)
    yield "cycle", lambda c: put(c["config"]["layers"][1], ("inbound_nodes", 0, "args", 0), tensor("join", (None, 8)))
    yield "cycle-self", lambda c: put(c["config"]["layers"][1], ("inbound_nodes", 0, "args", 0), tensor("dense", node=1))
    yield "twice-named", lambda c: c["config"]["layers"].append(copy.deepcopy(c["config"]["layers"][1]))
    yield "nowhere", lambda c: put(c["config"]["layers"][1], ("inbound_nodes", 0, "args", 0), tensor("nobody"))
    yield (
        "calls",
        lambda c: c["config"]["layers"][1].__setitem__("inbound_nodes", [{"args": [tensor("x")], "kwargs": {}}] * 20_000),
    )
    yield "arguments", lambda c: put(c["config"]["layers"][1], ("inbound_nodes", 0, "args"), [tensor("x")] * 2000)
    yield "reversed", lambda c: c["config"].__setitem__("layers", c["config"]["layers"][::-1])
    yield (
        "code",
        lambda c: add(
            c,
            {
                "class_name": "Lambda",
                "config": {"name": "l", "function": ["4wEAAAA=", None, None], "function_type": "lambda"},
                "name": "l",
                "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}],
            },
        ),
    )
    for shape in ([10**9, 10**9], [None, 10**12], [10**30], [2**40], [-1, 4], ["x"], [[4]], [None] * 70, 4):
        yield "input-shape", lambda c, s=shape: put(c["config"]["layers"][0], ("config", "batch_shape"), s)
        yield "input-grown", lambda c, s=shape: (put(c["config"]["layers"][0], ("config", "batch_shape"), s), grow(c))
    yield from operation_attacks()
    yield from old_attacks()


def operation_attacks():
    """Operations that would grow without end, run for ever or call functions."""
    x = tensor("x")
    for n in HUGE:
        for kind, config in (
            ("Tile", {"repeats": [1, n]}),
            ("Repeat", {"repeats": n, "axis": 1}),
            ("Pad", {"pad_width": [[0, 0], [0, n]], "mode": "constant"}),
            ("BroadcastTo", {"shape": [n, n, 4]}),
            ("Reshape", {"newshape": [n, n]}),
            ("Linspace", {"num": n}),
            ("OneHot", {"num_classes": n}),
            ("Vander", {"N": n}),
            ("Diff", {"n": n}),
            ("Roll", {"shift": n}),
            ("Logspace", {"num": n, "base": n}),
            ("Resize", {"size": [n, n]}),
            ("MaxPool", {"pool_size": n, "padding": "same"}),
            ("Unfold", {"kernel_size": n, "padding": n}),
            ("RFFT", {"fft_length": n}),
            ("ExtractSequences", {"sequence_length": n, "sequence_stride": 1}),
            ("SegmentSum", {"num_segments": n}),
            ("Full", {"shape": [n]}),
            ("Expand", {"axis": n}),
            ("Split", {"indices_or_sections": n, "axis": 1}),
            ("Diagflat", {"k": n}),
            ("TopK", {"k": n}),
            ("Slice", {"shape": [n, n]}),
            ("Bincount", {"minlength": n}),
            ("Unstack", {"num": n, "axis": 1}),
            ("UnravelIndex", {"shape": [n, n]}),
            ("GaussianBlur", {"kernel_size": [n, n]}),
            ("Fold", {"output_size": [n, n], "kernel_size": 2}),
            ("STFT", {"sequence_length": n, "sequence_stride": 1, "fft_length": n}),
        ):
            args = [x, 1] if kind in ("Linspace", "Logspace", "OneHot", "SegmentSum", "Full", "Slice") else [x]
            yield f"operation-{kind}", lambda c, k=kind, g=config, a=args: grow(c, operation("grown", k, a, **g))
    wide = ",".join("ab" for _ in range(30))
    for text in (
        "ab,cd->abcd",
        "ab,cd,ef,gh,ij,kl->",
        wide,
        f"{wide}->ab",
        "...a,...b->...",
        "ab,ab->ba" * 999,
        "",
        "->",
        "a b",
        "\0",
        "é,é->",
    ):
        count = text.partition("->")[0].count(",") + 1
        yield "operation-einsum", lambda c, t=text, n=count: grow(c, operation("grown", "Einsum", [x] * n, subscripts=t))
    for kind, config in (
        ("Map", {}),
        ("VectorizedMap", {"function": FUNCTION}),
        ("WhileLoop", {"cond": FUNCTION, "body": FUNCTION}),
        ("Scan", {"length": 9}),
        ("ForiLoop", {"lower": 0, "upper": 10**12, "body_fun": FUNCTION}),
        ("Cond", {}),
        ("Switch", {}),
        ("AssociativeScan", {}),
    ):
        for function in (FUNCTION, SYSTEM, "relu", "os.system"):
            yield (
                f"function-{kind}",
                lambda c, k=kind, g=config, f=function: grow(c, operation("grown", k, [f, x], "keras.src.ops.core", **g)),
            )
            yield (
                f"function-{kind}",
                lambda c, k=kind, g=config, f=function: grow(c, operation("grown", k, [x, f, f], "keras.src.ops.core", **g)),
            )
    for kind, args in (
        ("Arange", [0, 10**12]),
        ("Full", [4]),
        ("Add", [1, 2]),
        ("Power", [10**9, 10**9]),
        ("Eye", [10**9]),
        ("Exec", [x]),
        ("GetItem", [x, "x"]),
        ("GetItem", [x, [10**30]]),
        ("GetItem", [x, {"class_name": "__slice__", "config": {"start": "x"}}]),
        ("Matmul", [x]),
        ("Add", [x] * 500),
    ):
        yield f"arguments-{kind}", lambda c, k=kind, a=args: grow(c, operation("grown", k, a))
    for kind, config in (
        ("Tile", {"repeats": [1, 2]}),
        ("Kron", {}),
        ("Concatenate", {"axis": 1}),
        ("Outer", {}),
        ("Diag", {}),
        ("Matmul", {}),
        ("Stack", {"axis": 1}),
    ):
        yield f"doubling-{kind}", lambda c, k=kind, g=config: doubling(c, k, g)
    for module in ("os", "keras.src.ops.os", "keras_hub.ops", "builtins.ops", "keras.src.ops.numpy.linalg"):
        yield "operation-module", lambda c, m=module: grow(c, operation("grown", "system", ["touch pwned"], m))


def old_attacks():
    """Operation layers of Keras 2."""
    for kind, config in (
        *(
            ("TFOpLambda", {"function": f})
            for f in (
                "os.system",
                "py_function",
                "numpy_function",
                "io.read_file",
                "math.add",
                "tile",
                "one_hot",
                5,
                None,
                [],
                "linalg.matmul",
            )
        ),
        *(("SlicingOpLambda", {"function": f}) for f in ("__operators__.getitem", "os.system")),
        *(
            ("TensorFlowOpLayer", {"node_def": n, "constants": c})
            for n in (
                None,
                "x",
                5,
                {},
                "{",
                {"op": "PyFunc"},
                {"op": "Tile"},
                {"op": "AddV2"},
                {"op": "StridedSlice"},
                {"op": "ConcatV2"},
            )
            for c in (
                None,
                {},
                {"1": 10**9},
                {"x": 1},
                [1],
                {"-1": 2},
                {"1": [1, 10**9]},
                {"1": [0, 0], "2": ["x"], "3": [1, 1]},
            )
        ),
    ):
        for call in (
            [["x", 0, 0, {}]],
            ["x", 0, 0, {"multiples": [1, 10**9], "depth": 10**9, "y": 2, "b": ["x", 0, 0]}],
            ["_CONSTANT_VALUE", -1, 5, {}],
            ["x", 0, 0, {"slice_spec": [{"start": "x"}]}],
            [["x", 0]],
            [],
            [[]],
            5,
            ["x"],
            [[["x", 0, 0]]],
        ):
            yield (
                f"old-{kind}",
                lambda c, k=kind, g=config, n=call: grow(
                    c, {"class_name": k, "config": {"name": "grown", **g}, "name": "grown", "inbound_nodes": [n]}
                ),
            )


def put(node, path, value):
    """Set what stands at a path, where there is one."""
    try:
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass


def add(config, entry):
    """Put a layer in."""
    config["config"]["layers"].insert(1, entry)


def grow(config, entry=None):
    """Put a node in that all numbers flow through."""
    add(config, entry or operation("grown", "Sort", [tensor("x")], axis=0))
    config["config"]["output_layers"] = ["grown", 0, 0]


def doubling(config, kind, settings, times=48):
    """A row of operations, each of which makes what comes twice as large, or more."""
    name = "x"
    for i in range(times):
        args = [tensor(name)] if kind in ("Tile", "Diag") else [tensor(name), tensor(name)]
        args = [args] if kind in ("Concatenate", "Stack") else args
        add(config, operation(f"double{i}", kind, args, **settings))
        name = f"double{i}"
    config["config"]["output_layers"] = [name, 0, 0]


def mutated(config, rng):
    """A config with a few of its values exchanged for nonsense, for each other, or gone."""
    config = copy.deepcopy(config)
    places = [p for p in _paths(config["config"]) if p]
    for _ in range(rng.choice((1, 1, 2, 3))):
        path, other = rng.choice(places), rng.choice(places)
        value = rng.choice((rng.choice(ODD), rng.choice(HUGE), _at(config["config"], other)))
        put(config["config"], path, copy.deepcopy(value))
    return config


def _paths(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from _paths(value, (*path, key))


def _at(node, path):
    try:
        for key in path:
            node = node[key]
    except (KeyError, IndexError, TypeError):
        return None
    return node


def spoil_graphs(made, base, rng=None, mutations=250):
    """Write them all, and mutations of the whole config."""
    rng = rng or random.Random(1)
    members = parts_of(base["graph.keras"])
    config = json.loads(members["config.json"])
    config.pop("compile_config", None)
    for name, change in graph_attacks():
        if made.full(f"graph-{name[:30]}.keras"):
            continue
        changed = copy.deepcopy(config)
        change(changed)
        made.add(f"graph-{name[:30]}.keras", zipped({**members, "config.json": json.dumps(changed)}))
    for _ in range(mutations if made.most is None else 10 * made.most):
        made.counts.pop(made.counted("graph-mutated.keras"), None)
        made.add("graph-mutated.keras", zipped({**members, "config.json": json.dumps(mutated(config, rng))}))
