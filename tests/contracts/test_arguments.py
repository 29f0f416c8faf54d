"""Every argument of every class that the registries know refuses nonsense, and says which argument of which class it was."""

import inspect
import math

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.constructors import taken_by
from minikeras._core.registry import REGISTRIES
from tests.contracts.test_layers import CLASSES, SAMPLES, given


class Odd:
    def __repr__(self):
        return "<odd>"


#: What the others need at least.
LEAST = {
    "num_classes": 3, "fn": keras.losses.mse, "recall": 0.5, "precision": 0.5, "specificity": 0.5, "sensitivity": 0.5,
    "initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "alpha": 0.1, "boundaries": [1], "values": [1.0, 0.5],
    "end_learning_rate": 0.1, "first_decay_steps": 5, "target_class_ids": [0], "inner_optimizer": keras.optimizers.SGD(),

    "filepath": "x.keras", "optimizer_map": lambda variable: keras.optimizers.SGD(),
    "backup_dir": "x", "filename": "x.csv", "schedule": abs, "default_optimizer": keras.optimizers.SGD(),
}  # fmt: skip
#: Arguments that anything goes into, or that only count beside another one.
FREE = {
    "Lambda": "arguments mask output_shape", "CallbackList": "model callbacks", "BatchNormalization": "renorm_clipping",
    "GRU": "use_cudnn", "LSTM": "use_cudnn", "STFTSpectrogram": "window", "MelSpectrogram": "window", "STFT": "window",
    "Muon": "exclude_layers", "InputLayer": "batch_shape", "Bidirectional": "weights", "Embedding": "weights",
    "TextVectorization": "idf_weights vocabulary", "StringLookup": "vocabulary oov_token", "MultiOptimizer": "optimizer_map",
    "OptimizerMap": "default_optimizer", "RandomColorJitter": "value_range hue_factor contrast_factor saturation_factor "
    "brightness_factor", "ContrastLimitedAdaptiveHistogramEqualization": "tile_grid_size", "CategoricalFocalCrossentropy": "",
}  # fmt: skip
OTHERS = {
    cls.__name__: cls
    for module, registry in REGISTRIES.items()
    if module not in ("keras.layers", "keras", "keras.random")
    for cls in registry.table.values()
    if isinstance(cls, type) and "feature" not in cls.__module__  # descriptions of columns, not parts of models
}
CALLBACKS = {name: cls for name, cls in vars(keras.callbacks).items() if isinstance(cls, type) and name != "CallbackList"}


def makers():
    for name, cls in sorted(CLASSES.items()):
        arguments, x = SAMPLES[name][0]
        base = given(arguments, "float32")
        yield pytest.param(cls, base, x if isinstance(x, np.ndarray) else None, id=name)
    for name, cls in sorted({**OTHERS, **CALLBACKS}.items()):
        yield pytest.param(cls, {n: LEAST[n] for n in taken_by(cls).required if n in LEAST}, None, id=name)


@pytest.mark.parametrize("cls, base, x", list(makers()))
def test_nonsense_is_refused_by_name(cls, base, x):
    cls(**base)
    taken = taken_by(cls)
    free = FREE.get(cls.__name__, "").split()
    parameters = inspect.signature(cls.__init__).parameters
    for name in taken.known:
        if name in free or name in ("name", "weights", *keras.layers.Layer.more_arguments):
            continue
        if name not in parameters and name not in base and name in ("fill_mode", "activity_regularizer"):
            continue  # a class above takes it, this one sets it
        with pytest.raises((ValueError, TypeError)) as error:
            obj = cls(**{**base, name: Odd()})
            if x is not None:
                obj.build((None, *x.shape[1:]))
        text = str(error.value)
        assert name in text or "in keras." in text or "odd" in text and cls.__name__ in text, f"{name}: {text}"


@pytest.mark.parametrize("cls, base, x", list(makers()))
def test_switches_and_numbers_take_no_words_and_numbers_are_not_nan(cls, base, x):
    for name, kind in taken_by(cls).kinds.items():
        if kind.words in ("True or False", "a number", "a whole number"):
            with pytest.raises((ValueError, TypeError), match=name):
                cls(**{**base, name: "False"})
        if kind.words in ("a number", "a whole number") and cls.takes_nan is not True and name not in cls.takes_nan:
            with pytest.raises((ValueError, TypeError), match=name):
                cls(**{**base, name: math.nan})


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: keras.layers.Dense(unit=3), "Dense got an unknown argument: `unit`. Did you mean `units`"),
        (lambda: keras.layers.Conv2D(3, kernel=3), "Conv2D got an unknown argument: `kernel`. Did you mean `kernel_size`"),
        (lambda: keras.layers.LSTM(unit=3), "LSTM got an unknown argument: `unit`. Did you mean `units`"),
        (lambda: keras.layers.Dropout(p2=0.3), "Dropout got an unknown argument: `p2`. It takes rate"),
        (lambda: keras.layers.Conv2D(), "Conv2D needs the arguments `filters`, `kernel_size`. It takes filters"),
        (lambda: keras.layers.Embedding(3), "Embedding needs the argument `output_dim`"),
        (lambda: keras.layers.Conv2D(*range(99)), r"Conv2D takes at most \d+ arguments by position \(filters, .* got 99"),
        (lambda: keras.callbacks.ModelCheckpoint(path="a"), "ModelCheckpoint got an unknown argument: `path`"),
        (lambda: keras.callbacks.LearningRateScheduler(verbose=1), "LearningRateScheduler needs the argument `schedule`"),
        (lambda: keras.metrics.SensitivityAtSpecificity(spec=0.3), "unknown argument: `spec`. Did you mean `specificity`"),
        (lambda: keras.optimizers.LossScaleOptimizer(initial_scale=1.0), "needs the argument `inner_optimizer`"),
        (lambda: keras.layers.LSTM(2, dropout=1.5), "Argument `dropout` of LSTM must be from 0 to 1, got 1.5"),
        (lambda: keras.initializers.RandomNormal(stddev=-1.0), "`stddev` of RandomNormal must be 0 or more, got -1.0"),
    ],
)
def test_missing_and_misspelt_arguments(make, said):
    with pytest.raises(TypeError if "must be" not in said else ValueError, match=said):
        make()


def test_a_copy_of_a_layer_of_ones_own_needs_no_arguments():
    import copy
    import pickle

    layer = Mine(2)
    layer.build((None, 3))
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert type(again) is Mine and again.units == 2 and np.array_equal(again.kernel, layer.kernel)


class Mine(keras.layers.Dense):
    """A subclass without a constructor of its own."""
