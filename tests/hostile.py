"""Makes hostile and damaged model files: each known attack on Keras' loaders, and kin of them.

`write_all(folder)` writes them and returns what to do with each: ``[(call, path)]``, call being "model" or "weights".
The base is a small model with an Adam state, in each format; attacks change one thing of it.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import marshal
import os
import random
import struct
import zipfile
from pathlib import Path

import h5py
import numpy as np

SECRET = "secret.bin"  # a file beside the models that no model file may have opened
CANARY = "canary_module"  # a Python file beside the models that must not be imported


def make_model(keras):
    """The model that `write_all` spoils and that weights are loaded into."""
    model = keras.Sequential([keras.layers.Dense(6, activation="relu", input_shape=(4,)), keras.layers.Dense(3)])
    model.compile("adam", "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def write_all(folder, seed=0):
    """Write all files and return the list of ``(call, path)``."""
    import minikeras as keras

    folder = Path(folder)
    (folder / SECRET).write_bytes(bytes(4096))
    (folder / f"{CANARY}.py").write_text(f"open({str(folder / 'pwned')!r}, 'w').close()\nclass Dense: pass\n")
    model = make_model(keras)
    base = {name: _saved(model, name, folder) for name in ("model.keras", "model.h5", "model.weights.h5")}
    made = Files(folder)
    _spoil_configs(made, base)
    _spoil_hdf5(made, base, folder)
    _spoil_zip(made, base)
    _damage(made, base, random.Random(seed))
    _odd_paths(made, folder)
    return made.list


class Files:
    """The files made so far."""

    def __init__(self, folder):
        self.folder, self.list = Path(folder), []

    def add(self, name, data, call="model"):
        """Write one file."""
        path = self.folder / f"{len(self.list):04d}-{name}"
        path.write_bytes(data)
        self.list.append((call, str(path)))

    def add_both(self, name, data):
        """Write a whole model, to be loaded as a model and for its weights."""
        self.add(name, data)
        self.list.append(("weights", self.list[-1][1]))


def _saved(model, name, folder):
    path = folder / name
    (model.save_weights if "weights" in name else model.save)(path)
    data = path.read_bytes()
    path.unlink()
    return data


def parts_of(data):
    """The members of a `.keras` file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members, method=zipfile.ZIP_STORED):
    """A zip archive of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def changed_hdf5(data, change):
    """An HDF5 file after a change, or None if this h5py can't make it."""
    made = io.BytesIO(data)
    try:
        with h5py.File(made, "r+") as file:
            change(file)
    except (TypeError, ValueError, KeyError, RuntimeError, AttributeError, OSError):
        return None
    return made.getvalue()


# -- configs -----------------------------------------------------------------------------------------------------------


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
    yield "classes", comp("metrics", [named("keras.metrics", "MeanIoU", {"num_classes": 10**6})])
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


def _spoil_configs(made, base):
    members = parts_of(base["model.keras"])
    config = json.loads(members["config.json"])
    for name, change in config_attacks():
        changed = copy.deepcopy(config)
        change(changed)
        made.add(f"{name[:40]}.keras", zipped({**members, "config.json": json.dumps(changed)}))
        made.add(f"{name[:40]}.h5", _with_config(base["model.h5"], changed))
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


def _with_config(data, config):
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


# -- HDF5 --------------------------------------------------------------------------------------------------------------

KERNEL = {"model.weights.h5": "layers/dense/vars/0", "model.h5": "model_weights/dense/sequential/dense/kernel"}


def hdf5_attacks(folder, kernel):
    """(name, change of an open file): what an HDF5 file may hold that it should not."""
    parent, secret = kernel.rsplit("/", 1)[0], str(folder / SECRET)

    def replace(make):
        def change(file):
            del file[kernel]
            make(file)

        return change

    def store(**options):
        return replace(lambda f: f.create_dataset(kernel, **options))

    def link(path, made):
        def change(file):
            del file[path]
            file[path] = made

        return change

    def virtual(name, shape=(4, 6)):
        def make(file):
            layout = h5py.VirtualLayout(shape, "f4")
            layout[...] = h5py.VirtualSource(name, kernel, shape)
            file.create_virtual_dataset(kernel, layout)

        return replace(make)

    for path in (kernel, parent, kernel.split("/")[0]):
        yield "external-link", link(path, h5py.ExternalLink(secret, "/"))
        yield "external-link-missing", link(path, h5py.ExternalLink("/nowhere.h5", kernel))
        yield "external-link-self", link(path, h5py.ExternalLink("model.h5", kernel))
        for target in ("/", f"/{kernel}", "/nowhere", f"/{parent}", "x"):
            yield "soft-link", link(path, h5py.SoftLink(target))
        yield "missing", lambda f, p=path: f.__delitem__(p)
        yield "group", link(path, None) if False else lambda f, p=path: (f.__delitem__(p), f.create_group(p))
        yield "number", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=1.0))
    for name in (secret, "/etc/hostname", "/dev/zero", "secret.bin", "nowhere"):
        yield "external-storage", replace(lambda f, n=name: f.create_dataset(kernel, (4, 6), "f4", external=[(n, 0, 96)]))
        yield "virtual", virtual(name)
    yield "virtual-self", virtual(".")
    yield "virtual-huge", virtual(".", (10**6, 10**6))
    for shape in ((6, 4), (24,), (4, 6, 1), (), (0,), (4, 7), (10**9,), (10**5, 10**5), (2**31, 2**31)):
        yield "shape", store(shape=shape, dtype="f4")
        yield "shape-chunked", store(shape=shape, dtype="f4", chunks=tuple(min(n, 64) or 1 for n in shape) or None)
        yield (
            "shape-gzip",
            store(shape=shape, dtype="f4", chunks=tuple(min(n, 64) or 1 for n in shape) or None, compression="gzip"),
        )
    yield "late", store(shape=(4, 6), dtype="f4")
    yield "resizable", store(shape=(4, 6), dtype="f4", maxshape=(None, None), chunks=(2, 2))
    yield "filter-lzf", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), compression="lzf")
    yield "filter-scale", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), scaleoffset=2)
    yield "filter-all", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), compression="gzip", shuffle=True, fletcher32=True)
    for dtype in (
        "S8",
        "i4",
        "u1",
        "c8",
        "f8",
        "f2",
        ">f4",
        "V2",
        "V9",
        "bool",
        [("a", "f4")],
        h5py.string_dtype(),
        h5py.vlen_dtype("f4"),
        h5py.ref_dtype,
        h5py.regionref_dtype,
        np.dtype(("f4", (3,))),
        h5py.enum_dtype({"A": 1}, "i1"),
    ):
        yield "type", store(shape=(4, 6), dtype=dtype)
        yield (
            "type-written",
            replace(
                lambda f, d=dtype: f.create_dataset(kernel, (4, 6), d).__setitem__(
                    (0, 0), f[parent].ref if d in (h5py.ref_dtype,) else b"1"
                )
            ),
        )
    yield "committed", replace(lambda f: (f.__setitem__("t", np.dtype("f4")), f.create_dataset(kernel, (4, 6), f["t"])))
    yield "extra", lambda f: f.create_dataset(f"{parent}/9", data=np.zeros(3))
    yield "extra-next", lambda f: f.create_dataset(f"{parent}/2", data=np.zeros(3))
    yield "extra-layer", lambda f: f.create_dataset("layers/lstm/vars/0", data=np.zeros(3))
    yield "cycle", lambda f: f[parent].__setitem__("loop", f["/"])
    yield (
        "cycle-up",
        lambda f: (f[parent].__delitem__(kernel.rsplit("/", 1)[1]), f[parent].__setitem__(kernel.rsplit("/", 1)[1], f["/"])),
    )
    yield "many", lambda f: [f.create_group(f"{parent}/{n}") for n in range(3000)]
    yield "deep", lambda f: f.create_dataset("layers/" + "a/" * 3000 + "b", data=1.0)
    yield "attribute", lambda f: f["/"].attrs.__setitem__("big", np.zeros(8000, "u1"))
    yield "attribute-reference", lambda f: f["/"].attrs.__setitem__("layer_names", f["/"].ref)
    yield "bfloat16", replace(lambda f: f.create_dataset(kernel, (4, 6), "V2").attrs.__setitem__("dtype", "bfloat16"))
    for names in (
        [],
        ["../../x"],
        ["/"],
        ["dense"] * 3,
        ["a" * 60000],
        [""],
        ["x\0y"],
        [b"\xff\xfe"],
        np.arange(4),
        5,
        "dense",
        np.zeros((2, 2)),
        [["a"]],
    ):
        for group, attribute in (
            ("model_weights", "layer_names"),
            ("model_weights/dense", "weight_names"),
            ("optimizer_weights", "weight_names"),
            ("/", "layer_names"),
            ("/", "layer_names0"),
        ):
            yield f"names-{attribute}", lambda f, g=group, a=attribute, n=names: f[g].attrs.__setitem__(a, n)
    for path in (
        "optimizer/vars/0",
        "optimizer/vars/3",
        "optimizer_weights/adam/iteration",
        "optimizer_weights/adam/learning_rate",
    ):
        yield "optimizer-missing", lambda f, p=path: f.__delitem__(p)
        yield "optimizer-shape", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, (10**9,), "f4", chunks=(64,)))
        yield "optimizer-type", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=b"x"))
        yield "optimizer-count", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=2**62))
        yield "optimizer-link", link(path, h5py.ExternalLink(secret, "/"))


def _spoil_hdf5(made, base, folder):
    members = parts_of(base["model.keras"])
    for name, kernel in KERNEL.items():
        for attack, change in hdf5_attacks(folder, kernel):
            data = changed_hdf5(base[name], change)
            if data is None:
                continue
            made.add(
                f"{attack}.h5" if name == "model.h5" else f"{attack}.weights.h5",
                data,
                "model" if name == "model.h5" else "weights",
            )
            if name != "model.h5":
                made.add(f"{attack}.keras", zipped({**members, "model.weights.h5": data}))
    _bombs(made, members)


def _bombs(made, members):
    """Files that would grow a thousand times."""
    big = io.BytesIO()
    with h5py.File(big, "w") as file:
        data = file.create_dataset("layers/dense/vars/0", (4, 40_000_000), "f4", chunks=(4, 2_000_000), compression="gzip")
        for i in range(2):
            data[:, i * 2_000_000 : (i + 1) * 2_000_000] = 0
        file.create_dataset("layers/dense/vars/1", (40_000_000,), "f4", chunks=(2_000_000,), compression="gzip")
    config = json.loads(members["config.json"])
    config["config"]["layers"] = config["config"]["layers"][:2]
    config["config"]["layers"][1]["config"]["units"] = 40_000_000
    made.add("bomb-chunks.keras", zipped({**members, "model.weights.h5": big.getvalue(), "config.json": json.dumps(config)}))
    made.add("bomb-chunks.weights.h5", big.getvalue(), "weights")
    zeros = bytes(300 << 20)
    for name in ("config.json", "metadata.json", "model.weights.h5", "assets/x"):
        made.add_both(f"bomb-{name.split('/')[0]}.keras", zipped({**members, name: zeros}, zipfile.ZIP_DEFLATED))
        lying = bytearray(zipped({**members, name: zeros[: 64 << 20]}, zipfile.ZIP_DEFLATED))
        for at in _find_all(lying, struct.pack("<I", 64 << 20)):
            lying[at : at + 4] = struct.pack("<I", 1000)
        made.add_both(f"bomb-lying-{name.split('/')[0]}.keras", bytes(lying))


def _find_all(data, piece):
    at = data.find(piece)
    while at >= 0:
        yield at
        at = data.find(piece, at + 1)


# -- zip ---------------------------------------------------------------------------------------------------------------


def _spoil_zip(made, base):
    members = parts_of(base["model.keras"])
    for name in members:
        made.add_both(f"without-{name}.keras", zipped({n: d for n, d in members.items() if n != name}))
        made.add_both(f"empty-{name}.keras", zipped({**members, name: b""}))
    for name in (
        "../evil",
        "/etc/evil",
        "..\\evil",
        "C:\\evil",
        "assets/../../evil",
        "a\0b",
        "model.weights.h5/x",
        "x" * 60000,
    ):
        made.add_both("member.keras", zipped({**members, name: b"evil"}))
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, data in [*members.items(), *members.items()]:
            info = zipfile.ZipInfo(name)
            archive.filelist = [i for i in archive.filelist]
            archive.NameToInfo.pop(name, None)
            with _quiet():
                archive.writestr(info, data)
    made.add_both("twice.keras", twice.getvalue())
    for mode, name in (
        (0o120777, "config.json"),
        (0o010644, "config.json"),
        (0o060644, "model.weights.h5"),
        (0o120777, "assets"),
    ):
        linked = io.BytesIO()
        with zipfile.ZipFile(linked, "w") as archive:
            for member, data in {**members, **({} if name in members else {name: b"/etc"})}.items():
                info = zipfile.ZipInfo(member)
                info.external_attr = (mode if member == name else 0o100644) << 16
                archive.writestr(info, b"/etc/passwd" if member == name else data)
        made.add_both("symlink.keras", linked.getvalue())
    data = base["model.keras"]
    end = data.rfind(b"PK\x05\x06")
    entry = data.find(b"PK\x01\x02")
    for at, fmt, values in (
        (end + 10, "<H", (0, 1, 2, 4, 0xFFFE, 0xFFFF)), (end + 12, "<I", (0, 1, 2**31, 2**32 - 1)), (end + 16, "<I", (0, 1, 2**31, 2**32 - 1)),
        (entry + 8, "<H", (1, 0x40, 0x2000, 8, 0x800)), (entry + 10, "<H", (8, 9, 12, 14, 99)), (entry + 16, "<I", (0,)),
        (entry + 20, "<I", (0, 1, 2**31, 2**32 - 1)), (entry + 24, "<I", (0, 1, 2**31, 2**32 - 1)), (entry + 28, "<H", (0, 1, 0xFFFF)),
        (entry + 30, "<H", (1, 0xFFFF)), (entry + 32, "<H", (1, 0xFFFF)), (entry + 42, "<I", (1, 2**31, 2**32 - 1)),
        (26, "<H", (0, 0xFFFF)), (28, "<H", (1, 0xFFFF)), (8, "<H", (8, 99)),
    ):  # fmt: skip
        for value in values:
            changed = bytearray(data)
            struct.pack_into(fmt, changed, at, value)
            made.add_both("field.keras", bytes(changed))
    made.add_both("comment.keras", data[:-2] + b"\xff\xff" + b"x" * 0xFFFF)
    made.add_both("prefix.keras", b"x" * 100 + data)
    made.add_both("suffix.keras", data + b"x" * 100)
    made.add_both("packed.keras", zipped(members, zipfile.ZIP_DEFLATED))
    made.add_both("bzip2.keras", zipped(members, zipfile.ZIP_BZIP2))
    made.add_both("lzma.keras", zipped(members, zipfile.ZIP_LZMA))


class _quiet:
    """Hide zipfile's warning about a name used twice."""

    def __enter__(self):
        import warnings

        self.catch = warnings.catch_warnings()
        self.catch.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *error):
        self.catch.__exit__(*error)


# -- damage ------------------------------------------------------------------------------------------------------------


def _damage(made, base, rng, flips=90, cuts=25):
    members = parts_of(base["model.keras"])
    old = {name: _rewritten(base[name], "earliest") for name in KERNEL}
    new = {name: _rewritten(base[name], "v108") for name in KERNEL}
    sources = [("model.keras", base["model.keras"])] + [(n, d) for group in (old, new) for n, d in group.items()]
    for name, data in sources:
        call = "weights" if "weights" in name else "model"
        for i in range(cuts):
            made.add(f"cut-{name}", data[: len(data) * i // cuts], call)
        for _ in range(flips):
            changed = bytearray(data)
            for _ in range(rng.choice((1, 1, 2, 8))):
                at = rng.randrange(len(data)) if rng.random() < 0.5 else rng.randrange(min(len(data), 3000))
                changed[at] ^= 1 << rng.randrange(8)
            made.add(f"flip-{name}", bytes(changed), call)
        for value in (b"\0", b"\xff"):
            for i in range(12):
                at = len(data) * i // 12
                made.add(f"wiped-{name}", data[:at] + value * 64 + data[at + 64 :], call)
    for i in range(flips):
        which = rng.choice(("config.json", "model.weights.h5"))
        changed = bytearray(members[which])
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        made.add("flip-inside.keras", zipped({**members, which: bytes(changed)}))
    for i in range(flips):
        data = bytearray(new["model.weights.h5"])
        at = rng.choice(list(_find_all(data, b"OHDR")))
        changed = _resealed(data, at, rng)
        made.add("flip-sealed.weights.h5", bytes(changed), "weights")
    for name, data in old.items():
        for changed in _crossed(data):
            made.add(f"crossed-{name}", changed, "weights" if "weights" in name else "model")
    for name in base:
        made.add(f"empty-{name}", b"")
        made.add(f"noise-{name}", rng.randbytes(5000))
        made.add(f"pickle-{name}", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0btouch pwned\x85R.")


def _crossed(data):
    """Tables of the old HDF5 format whose addresses lead in circles or nowhere."""
    for signature, fields in ((b"TREE", (5, 6, 24 + 8, 24)), (b"SNOD", (6, 8, 16)), (b"HEAP", (8, 24)), (b"GCOL", (8, 16, 24))):
        for at in list(_find_all(data, signature))[:4]:
            for field in fields:
                for value in (at, 0, 96, len(data) - 1, 2**40, 2**63, 2**64 - 1):
                    changed = bytearray(data)
                    size = 8 if field >= 8 else 1 if field == 5 else 2
                    changed[at + field : at + field + size] = (value % 256**size).to_bytes(size, "little")
                    yield bytes(changed)


def _resealed(data, at, rng):
    """Spoil an object header and make its checksum right again."""
    from minikeras.saving.hdf5.source import lookup3

    changed = bytearray(data)
    flags = changed[at + 5]
    start = at + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    size = changed[start]
    end = start + 1 + size
    for _ in range(3):
        changed[rng.randrange(start + 1, end)] = rng.randrange(256)
    changed[end : end + 4] = struct.pack("<I", lookup3(bytes(changed[at:end])))
    return changed


def _rewritten(data, libver):
    """The same content in another generation of the HDF5 format."""
    made = io.BytesIO()
    with (
        h5py.File(io.BytesIO(data)) as old,
        h5py.File(made, "w", libver=(libver, "v108" if libver == "earliest" else libver)) as new,
    ):
        for name in old:
            old.copy(name, new)
        for name, value in old.attrs.items():
            new.attrs[name] = value
    return made.getvalue()


def _odd_paths(made, folder):
    for name in ("pipe.keras", "pipe.h5", "pipe.weights.h5"):
        os.mkfifo(folder / name)
        made.list.append(("weights" if "weights" in name else "model", str(folder / name)))
    (folder / "folder.keras").mkdir()
    os.symlink(folder / "loop.keras", folder / "loop.keras")
    os.symlink("/dev/zero", folder / "zero.keras")
    os.symlink(folder / "nowhere", folder / "dangling.h5")
    odd = ("folder.keras", "loop.keras", "zero.keras", "dangling.h5", "missing.keras", "x" * 300 + ".keras", "nul\0.keras")
    made.list += [(call, str(folder / name)) for name in odd for call in ("model", "weights")]
    made.list += [("model", "/dev/zero"), ("model", "/dev/null"), ("weights", "/dev/full"), ("model", "")]
