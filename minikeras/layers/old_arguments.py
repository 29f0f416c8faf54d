"""The arguments that layers took in Keras 1 and 2 and what they are called now: one table, one hint per process."""

from __future__ import annotations

from minikeras._core.old_arguments import ANY, Old, hint

ORDERINGS = {"th": "channels_first", "tf": "channels_last", "default": None}
FORMAT = {"dim_ordering": "data_format"}
PENALTIES = {
    "W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint", "b_constraint": "bias_constraint",
}  # fmt: skip
KERNEL = {"init": "kernel_initializer", "bias": "use_bias", **PENALTIES}
CONV = {"nb_filter": "filters", "border_mode": "padding", "subsample": "strides", "atrous_rate": "dilation_rate"}
CONV = {**CONV, **KERNEL, **FORMAT}
CONV_1D = {**CONV, "filter_length": "kernel_size", "subsample_length": "strides"}
SEPARABLE = {
    **{old: new for old, new in CONV.items() if not old.startswith("W_")},
    "init": "depthwise_initializer", "depthwise_init": "depthwise_initializer", "pointwise_init": "pointwise_initializer",
}  # fmt: skip
POOL = {"border_mode": "padding", **FORMAT}
RECURRENT = {
    "output_dim": "units", "inner_init": "recurrent_initializer", "inner_activation": "recurrent_activation",
    "forget_bias_init": "unit_forget_bias", "U_regularizer": "recurrent_regularizer", "U_constraint": "recurrent_constraint",
    "dropout_W": "dropout", "dropout_U": "recurrent_dropout", **KERNEL,
}  # fmt: skip
NO_MORE = {"consume_less": ANY, "implementation": ANY, "truncate_gradient": (-1,), "time_major": (False,)}
WORDS = {"dim_ordering": ORDERINGS, "forget_bias_init": {"one": True, "ones": True, "zero": False, "zeros": False}}
_SIDES = ("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")


def sides_to_kernel(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """``nb_row=3, nb_col=5``, whatever of it stands by position, into ``kernel_size=(3, 5)``.

    >>> sides_to_kernel((32,), {"nb_row": 3, "nb_col": 5}), sides_to_kernel((32, 3), {"nb_col": 5})
    (((32,), {'kernel_size': (3, 5)}), ((32,), {'kernel_size': (3, 5)}))
    """
    for names in _SIDES:
        if any(name in kwargs for name in names):
            by_position, missing = args[1:], [name for name in names if name not in kwargs]
            if len(by_position) < len(missing):
                raise TypeError(f"A convolution takes {', '.join(names)} together, got no `{missing[len(by_position)]}`.")
            given = {**dict(zip(missing, by_position)), **{name: kwargs.pop(name) for name in names if name in kwargs}}
            args = (*args[:1], *by_position[len(missing) :])
            kwargs["kernel_size"] = tuple(given[name] for name in names)
    if len(args) >= 3 and not OLD["Conv2D"].known.isdisjoint(kwargs):  # Conv2D(32, 3, 3, border_mode="same"): rows, columns
        if all(type(n) is int for n in args[1:3]):
            args = (args[0], (args[1], args[2]), *args[3:])
    return args, kwargs


def steps_of_input(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """``input_dim`` of a layer over sequences is the size of a step.

    >>> steps_of_input((32,), {"input_dim": 8}), steps_of_input((32,), {"input_dim": 8, "input_length": 5})
    (((32,), {'input_shape': (None, 8)}), ((32,), {'input_shape': (5, 8)}))
    """
    if kwargs.get("input_dim") is not None and not any(kwargs.get(name) for name in ("input_shape", "batch_input_shape")):
        kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
    return args, kwargs


def batch_of_always(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """``mode=2`` of BatchNormalization took the statistics of each batch in prediction, too: it is mode 0 here, with a hint.

    >>> from minikeras import config
    >>> config.disable_hints(); batch_of_always((), {"mode": 2, "axis": 1}); config.enable_hints()
    ((), {'mode': 0, 'axis': 1})
    """
    if kwargs.get("mode") == 2:
        kwargs["mode"] = 0
        hint("BatchNormalization", "mode", "BatchNormalization: mode=2 is mode=0 here: prediction takes moving averages.")
    return args, kwargs


def _both(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    return sides_to_kernel(*steps_of_input(args, kwargs))


_SIDE_MOOT = {name: () for names in _SIDES for name in names}  # taken by the rewriting before
_STEPS = {"input_dim": ANY, "input_length": ANY}
_RATE = Old({"p": "rate", **FORMAT}, WORDS)
_POOL_1D = Old({"pool_length": "pool_size", "stride": "strides", "st": "strides", **POOL}, WORDS)
_POOL = Old({"st": "strides", **POOL}, WORDS)
_FORMAT = Old(FORMAT, WORDS)
_RNN = Old(RECURRENT, WORDS, {**NO_MORE, **_STEPS}, steps_of_input)
_CONV_LSTM = Old({**RECURRENT, **CONV, "nb_filter": "filters"}, WORDS, {**NO_MORE, **_SIDE_MOOT}, sides_to_kernel)
_CONV = Old(CONV, WORDS, _SIDE_MOOT, sides_to_kernel, positions=3)
_SEPARABLE = Old(SEPARABLE, WORDS, _SIDE_MOOT, sides_to_kernel, positions=3)

#: layer -> what its arguments were called
OLD: dict[str, Old] = {
    "Dense": Old({"output_dim": "units", **KERNEL}),
    "Embedding": Old(
        {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer", "W_constraint": "embeddings_constraint"},
        moot={"dropout": "put SpatialDropout1D behind it"},
    ),
    **dict.fromkeys(("Dropout", "GaussianDropout", "AlphaDropout"), _RATE),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), _RATE),
    "GaussianNoise": Old({"sigma": "stddev"}),
    "BatchNormalization": Old(
        {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
        moot={"fused": (None, True, False), "virtual_batch_size": (None,), "adjustment": (None,), "mode": (0,)},
        rewrite=batch_of_always,
    ),
    "LeakyReLU": Old({"alpha": "negative_slope"}),
    "PReLU": Old({"init": "alpha_initializer"}),
    "Reshape": Old({"dims": "target_shape"}),
    "Conv1D": Old(CONV_1D, WORDS, _STEPS, _both),
    "Conv2D": _CONV, "Conv3D": _CONV,
    "Conv2DTranspose": Old(CONV, WORDS, {**_SIDE_MOOT, "output_shape": ANY}, sides_to_kernel, positions=3),
    "Conv3DTranspose": Old(CONV, WORDS, {**_SIDE_MOOT, "output_shape": ANY}, sides_to_kernel),
    "SeparableConv2D": _SEPARABLE,
    "MaxPooling1D": _POOL_1D, "AveragePooling1D": _POOL_1D,
    **dict.fromkeys(("MaxPooling2D", "MaxPooling3D", "AveragePooling2D", "AveragePooling3D"), _POOL),
    **{f"Global{kind}Pooling{n}D": _FORMAT for kind in ("Max", "Average") for n in (2, 3)},
    **{f"{kind}{n}D": _FORMAT for kind in ("UpSampling", "ZeroPadding", "Cropping") for n in (2, 3)},
    "UpSampling1D": Old({"length": "size"}),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), _RNN),
    "RNN": Old(moot={**NO_MORE, **_STEPS}, rewrite=steps_of_input),
    "ConvLSTM2D": _CONV_LSTM,
}  # fmt: skip
