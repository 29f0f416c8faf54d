"""Configs that say what they should not: code, foreign names, absurd sizes, nonsense."""

from __future__ import annotations

import base64
import copy
import json
import marshal

import h5py
import numpy as np

from tests.hostile_files.files import CANARY, SECRET, changed_hdf5, parts_of, zipped


def config_attacks():
    """(name, change of the config in place): what a config may say that it should not."""
    code = base64.b64encode(marshal.dumps(compile("open('pwned', 'w')", "x", "exec"))).decode()
    run = {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"}
    system = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
    layer = lambda key, value: lambda c: c["config"]["layers"][1]["config"].__setitem__(key, value)  # noqa: E731
    put = lambda obj: lambda c: c["config"]["layers"].insert(1, obj)  # noqa: E731
    top = lambda key, value: lambda c: c.__setitem__(key, value)  # noqa: E731
    comp = lambda key, value: lambda c: c.setdefault("compile_config", {}).__setitem__(key, value)  # noqa: E731
    named = lambda module, name, config: {"module": module, "class_name": name, "config": config, "registered_name": None}  # noqa: E731
    nested = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": []}, "registered_name": None}
    deep = nested
    for _ in range(150):
        deep = {**copy.deepcopy(nested), "config": {"name": "s", "layers": [deep]}}
    odd = (10**9, 10**18, 10**30, -1, 0, "x", 1e308, float("nan"), None, [1], {}, True, "9" * 50000)
    yield from ((f"units-{i}", layer("units", value)) for i, value in enumerate(odd))
    shapes = (
        [None, 10**9],
        [10**9] * 40,
        [None, -4],
        ["x"],
        [],
        4,
        None,
        [[None, 4]],
        [None, 1.5],
        [None, 2**63],
        [None, 10**30],
    )
    for i, value in enumerate(shapes):
        yield f"shape-{i}", lambda c, v=value: c["config"]["layers"][0]["config"].__setitem__("batch_shape", v)
        yield f"build-{i}", lambda c, v=value: c["config"]["layers"][1].__setitem__("build_config", {"input_shape": v})
    yield (
        "lambda-marshal",
        put(named("keras.layers", "Lambda", {"name": "l", "function": [code, None, None], "function_type": "lambda"})),
    )
    yield (
        "lambda-code",
        put(
            named(
                "keras.layers",
                "Lambda",
                {"name": "l", "function": named("builtins", "__lambda__", {"code": code, "defaults": None, "closure": None})},
            )
        ),
    )
    for i, function in enumerate((run, system, {**run, "config": "eval"}, {**system, "module": "subprocess", "config": "run"})):
        yield (
            f"function-layer-{i}",
            put(named("keras.layers", "Lambda", {"name": "l", "function": function, "arguments": {"command": "touch pwned"}})),
        )
        yield f"function-activation-{i}", layer("activation", function)
        yield f"function-initializer-{i}", layer("kernel_initializer", function)
        yield f"function-regularizer-{i}", layer("kernel_regularizer", function)
        yield f"function-as-layer-{i}", put({**function, "build_config": {"input_shape": [None, 4]}})
        yield f"function-loss-{i}", comp("loss", function)
        yield (
            f"function-metric-{i}",
            comp("metrics", [named("keras.metrics", "MeanMetricWrapper", {"name": "m", "fn": function})]),
        )
        yield f"function-optimizer-{i}", comp("optimizer", function)
    for module in (
        CANARY,
        f"keras.src.{CANARY}",
        "keras_hub.layers",
        "keras_cv",
        "os",
        "builtins",
        "subprocess",
        "../x",
        "",
        5,
        None,
    ):
        for name in ("Dense", "Evil", "Popen", "__import__", "system"):
            yield (
                f"import-{name}",
                put({"module": module, "class_name": name, "config": {"units": 4}, "registered_name": f"{module}>{name}"}),
            )
    for name in (
        "get_file",
        "load_model",
        "model_from_json",
        "enable_unsafe_deserialization",
        "pickle",
        "open",
        "deserialize_keras_object",
    ):
        yield (
            f"utility-{name}",
            put(named("keras.utils", name, {"fname": "x", "origin": "file:///etc/passwd", "extract": True})),
        )
        yield f"utility-function-{name}", layer("activation", named("keras.config", "function", name))
        yield f"utility-string-{name}", layer("activation", name)
    for name in (
        "StringLookup",
        "IntegerLookup",
        "TextVectorization",
        "TFSMLayer",
        "TorchModuleWrapper",
        "JaxLayer",
        "FlaxLayer",
    ):
        yield (
            f"reader-{name}",
            put(named("keras.layers", name, {"vocabulary": SECRET, "filepath": SECRET, "module": code, "name": "r"})),
        )
    for i, dtype in enumerate(
        ("object", "U100000000", "V100000000", "<f16", "../x", "M8[s]", 7, ["f4"], "bfloat16", "mixed_x", "x" * 99999)
    ):
        yield f"dtype-{i}", layer("dtype", dtype)
        yield f"policy-{i}", layer("dtype", named("keras", "DTypePolicy", {"name": dtype}))
        yield (
            f"tensor-{i}",
            layer(
                "kernel_initializer",
                named("keras.initializers", "Constant", {"value": named("", "__tensor__", {"value": ["a"], "dtype": dtype})}),
            ),
        )
        yield f"numpy-{i}", top("extra", named("", "__numpy__", {"value": ["a"], "dtype": dtype}))
        yield f"numpy-layer-{i}", layer("units", named("", "__numpy__", {"value": ["a"], "dtype": dtype}))
    for special in ("__lambda__", "__bytes__", "__typespec__", "__ellipsis__", "__tuple__", "__numpy__", "__shared__"):
        yield f"special-{special}", layer("units", named("builtins", special, {"value": code}))
        yield f"special-layer-{special}", put(named("builtins", special, {"value": code}))
        yield f"special-null-{special}", put(named("builtins", special, None))
    for size in (10**9, 10**12, 10**19):
        for kind, config in (
            ("Activation", {"activation": "relu"}),
            ("Dropout", {"rate": 0.5}),
            ("Flatten", {}),
            ("RepeatVector", {"n": size}),
            ("Reshape", {"target_shape": [size]}),
            ("Permute", {"dims": [1]}),
            ("Softmax", {}),
            ("LeakyReLU", {}),
            ("PReLU", {}),
            ("GaussianNoise", {"stddev": 1.0}),
            ("Identity", {}),
            ("ActivityRegularization", {"l1": 1.0}),
            ("AlphaDropout", {"rate": 0.1}),
        ):
            yield (
                f"huge-{kind}",
                lambda c, k=kind, v=config, n=size: c["config"].__setitem__(
                    "layers", [named("keras.layers", "InputLayer", {"batch_shape": [None, n]}), named("keras.layers", k, v)]
                ),
            )
            yield (
                f"huge-batch-{kind}",
                lambda c, k=kind, v=config, n=size: c["config"].__setitem__(
                    "layers", [named("keras.layers", "InputLayer", {"batch_shape": [n, 4]}), named("keras.layers", k, v)]
                ),
            )
    yield (
        "policy-map",
        layer("dtype", named("keras", "DTypePolicyMap", {"policy_map": {"(a+)+$": "float32"}, "default_policy": "float32"})),
    )
    for pattern in ("(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]$", ".*.*.*.*.*.*!"):
        muon = named("keras.optimizers", "Muon", {"exclude_layers": [pattern]})
        mapped = named("keras.optimizers", "OptimizerMap", {"default_optimizer": "sgd", "optimizer_map": {pattern: muon}})
        for optimizer in (muon, named("keras.optimizers", "MultiOptimizer", {"optimizer_map": mapped})):
            yield "pattern", lambda c, o=optimizer: (layer("name", "a" * 60 + "!")(c), comp("optimizer", o)(c))
    yield "metrics-many", comp("metrics", ["mae"] * 100_000)
    yield "nested", put(deep)
    yield "nested-empty", put(nested)
    yield "wide", lambda c: c["config"].__setitem__("layers", [{"class_name": "Flatten", "config": {}}] * 60_000)
    yield "same-name", lambda c: c["config"]["layers"].append(copy.deepcopy(c["config"]["layers"][1]))
    for i, value in enumerate(
        (None, [], {}, 5, "x", [None], [[]], [{}], ["Dense"], [{"class_name": "Dense"}], [{"class_name": 5, "config": {}}])
    ):
        yield f"layers-{i}", lambda c, v=value: c["config"].__setitem__("layers", v)
        yield f"config-{i}", top("config", value)
        yield f"layer-config-{i}", lambda c, v=value: c["config"]["layers"][1].__setitem__("config", v)
        yield f"compile-{i}", top("compile_config", value)
        yield f"optimizer-{i}", comp("optimizer", value)
        yield f"loss-{i}", comp("loss", value)
        yield f"metrics-{i}", comp("metrics", value)
        yield f"build-model-{i}", top("build_config", value)
        yield f"name-{i}", layer("name", value)
        yield f"initializer-{i}", layer("kernel_initializer", value)
    for name in ("a/b", "/etc", "..", "x" * 2_000_000, "\0", "\ud800", ""):
        yield "layer-name", layer("name", name)
        yield "class-name", top("class_name", name)
    yield "dense-root", top("class_name", "Dense")
    yield "functional", top("class_name", "Functional")
    yield "thresholds", comp("metrics", [named("keras.metrics", "AUC", {"num_thresholds": 10**9})])
    for name in ("MeanIoU", "OneHotMeanIoU"):
        for count in (10**6, 10**18, 2**63, 10**30, 2.5):
            yield "classes", comp("metrics", [named("keras.metrics", name, {"num_classes": count})])
    for name, config in (
        ("Orthogonal", {"gain": 1e308}),
        ("Identity", {"gain": "x"}),
        ("Constant", {"value": [1.0] * 100}),
        ("VarianceScaling", {"scale": -1}),
    ):
        yield f"initializer-{name}", layer("kernel_initializer", named("keras.initializers", name, config))
    for i, rate in enumerate(
        (
            named("os", "system", "touch pwned"),
            -1,
            "x",
            None,
            [],
            float("nan"),
            named("keras.optimizers.schedules", "ExponentialDecay", {"initial_learning_rate": 1}),
            named("keras.optimizers.schedules", "PiecewiseConstantDecay", {"boundaries": [1], "values": []}),
        )
    ):
        yield f"rate-{i}", comp("optimizer", named("keras.optimizers", "Adam", {"learning_rate": rate}))
    for key in ("beta_1", "epsilon", "clipnorm", "weight_decay", "gradient_accumulation_steps", "name", "use_ema", "evil"):
        for value in ("x", -1, [], {}, 10**30):
            yield f"adam-{key}", comp("optimizer", named("keras.optimizers", "Adam", {"learning_rate": 0.1, key: value}))


def spoil_configs(made, base):
    members = parts_of(base["model.keras"])
    config = json.loads(members["config.json"])
    for name, change in config_attacks():
        if made.full(f"{name[:40]}.keras") and made.full(f"{name[:40]}.h5"):
            continue
        changed = copy.deepcopy(config)
        change(changed)
        made.add(f"{name[:40]}.keras", zipped({**members, "config.json": json.dumps(changed)}))
        made.add(f"{name[:40]}.h5", with_config(base["model.h5"], changed))
    for name, text in texts():
        made.add(f"{name}.keras", zipped({**members, "config.json": text}))
        made.add(f"{name}.h5", changed_hdf5(base["model.h5"], lambda f, t=text: f.attrs.__setitem__("model_config", t)) or b"")
        made.add(f"{name}-metadata.keras", zipped({**members, "metadata.json": text}))
    for name, value in (("number", 5), ("array", np.zeros(9)), ("list", ["a", "b"]), ("reference", h5py.Empty("f"))):
        made.add(
            f"attribute-{name}.h5", changed_hdf5(base["model.h5"], lambda f, v=value: f.attrs.__setitem__("model_config", v))
        )
        made.add(
            f"training-{name}.h5", changed_hdf5(base["model.h5"], lambda f, v=value: f.attrs.__setitem__("training_config", v))
        )


def with_config(data, config):
    """A legacy file with another config."""
    compiled = config.pop("compile_config", None)

    def change(file):
        file.attrs["model_config"] = json.dumps(config)
        if isinstance(compiled, dict):
            optimizer = compiled.pop("optimizer", None)
            file.attrs["training_config"] = json.dumps({**compiled, "optimizer_config": optimizer})
        else:
            file.attrs["training_config"] = json.dumps(compiled)

    return changed_hdf5(data, change) or b""


def texts():
    """(name, text): what may stand where JSON should."""
    yield "deep-lists", b"[" * 100_000 + b"]" * 100_000
    yield "deep-dicts", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "deep-open", b"[" * 5_000_000
    yield "wide", b"[" + b"{}," * 3_000_000 + b"1]"
    yield "long", b'"' + b"x" * 20_000_000 + b'"'
    yield "quotes", b'"\\"' * 1_000_000
    yield "digits", b'{"class_name": ' + b"9" * 1_000_000 + b"}"
    for i, text in enumerate(
        (
            b"",
            b"null",
            b"5",
            b"[]",
            b'"x"',
            b"{",
            b"{}",
            b"\xff\xfe",
            b"\xef\xbb\xbf{}",
            b"\0\0",
            b"NaN",
            b"nul",
            b"\x80\x04\x95.",
        )
    ):
        yield f"text-{i}", text
