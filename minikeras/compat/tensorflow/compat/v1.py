"""`tf.compat.v1`: seeds, logging, old optimizers, and sessions that do nothing. There are no graphs.

>>> from minikeras.compat.tensorflow.compat import v1
>>> v1.train.AdamOptimizer(0.01).name, v1.logging.ERROR
('adam', 40)
"""

from __future__ import annotations

import logging as python_logging
from typing import Any

from minikeras import optimizers
from minikeras._core.symbolic import KerasTensor
from minikeras.compat import backend, tensorflow
from minikeras.compat.backend.settings import LearningPhase
from minikeras.compat.tensorflow import random as draws
from minikeras.compat.tensorflow._messages import Summary, SummaryMetadata  # noqa: F401 - for tensorboard.plugins.hparams
from minikeras.compat.tensorflow._tools import Namespace, absent, exported
from minikeras.compat.tensorflow.compat import hint_of
from minikeras.compat.tensorflow.dtypes import cast
from minikeras.compat.tensorflow.io import gfile  # noqa: F401 - tf.gfile
from minikeras.compat.tensorflow.nn import softmax_cross_entropy_with_logits

__version__ = tensorflow.__version__
AUTO_REUSE = None


def _no_session(name: str) -> None:
    hint_of("session", f"`tf.{name}` does nothing: NumPy computes at once, there are no graphs and no sessions. Leave it out.")


class Settings:
    """Settings for a session, which change nothing: any attribute may be set, at any depth.

    >>> c = Settings(device_count={"GPU": 0}); c.gpu_options.allow_growth = True
    """

    def __init__(self, *args: Any, **kwargs: Any):
        self.__dict__.update(kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self.__dict__[name] = Settings()
        return self.__dict__[name]


class ConfigProto(Settings):
    """Settings for a session, which change nothing."""


class GPUOptions(Settings):
    """Settings for GPUs, which change nothing."""


class GraphOptions(Settings):
    """Settings for graphs, which change nothing."""


class OptimizerOptions(Settings):
    """Settings, which change nothing."""

    OFF, ON_1, ON_2 = -1, 1, 2


class Session:
    """A session, which does nothing: ``run`` returns what there is."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None):
        _no_session("Session")
        self.graph = graph or Graph()

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The numbers of tensors that are there already, or of symbolic ones for what is fed."""
        if feed_dict and all(isinstance(fed, (KerasTensor, LearningPhase)) for fed in feed_dict):
            return backend.function(list(feed_dict), fetches)(list(feed_dict.values()))
        if feed_dict:
            raise NotImplementedError(
                "minikeras.compat.tensorflow has no graphs to feed: call functions of arrays, or model.predict(x)."
            )
        if isinstance(fetches, (list, tuple)):
            return [self.run(f) for f in fetches]
        return fetches.numpy() if hasattr(fetches, "numpy") else fetches

    def close(self) -> None:
        """Do nothing."""

    def as_default(self) -> Session:
        """Itself."""
        return self

    def list_devices(self) -> list:
        """The CPU."""
        return tensorflow.config.list_logical_devices()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


InteractiveSession = Session


class Graph:
    """A graph, in which nothing is."""

    def as_default(self) -> Graph:
        """Itself."""
        return self

    def finalize(self) -> None:
        """Do nothing."""

    def get_operations(self) -> list:
        """None."""
        return []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def get_default_graph() -> Graph:
    """A graph, in which nothing is."""
    return Graph()


def reset_default_graph() -> None:
    """Do nothing."""


def get_default_session() -> None:
    """None."""


def global_variables_initializer() -> None:
    """Do nothing: variables have their values from the start."""


local_variables_initializer = tables_initializer = initialize_all_variables = global_variables_initializer


def variables_initializer(var_list: Any, name: str | None = None) -> None:
    """Do nothing: variables have their values from the start."""


def _switch(name: str, on: bool) -> Any:
    def switch(*args: Any, **kwargs: Any) -> None:
        if not on:
            hint_of(name, f"`tf.compat.v1.{name}()` does nothing: minikeras computes at once, and has no graphs.")

    switch.__name__ = switch.__qualname__ = name
    switch.__doc__ = "Do nothing" + (", and say so once." if not on else ".")
    return switch


disable_eager_execution = _switch("disable_eager_execution", False)
disable_v2_behavior = _switch("disable_v2_behavior", False)
disable_v2_tensorshape = disable_tensor_equality = disable_control_flow_v2 = disable_resource_variables = _switch("v1", True)
enable_eager_execution = enable_v2_behavior = enable_resource_variables = _switch("enable_eager_execution", True)
enable_v2_tensorshape = enable_tensor_equality = enable_control_flow_v2 = enable_eager_execution


def executing_eagerly_outside_functions() -> bool:
    """True."""
    return True


def set_random_seed(seed: Any) -> None:
    """As `tf.random.set_seed`."""
    draws.set_seed(seed)


def placeholder(dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Say what to use."""
    raise RuntimeError(
        "tf.placeholder needs a graph, and minikeras.compat.tensorflow computes at once: keras.Input(shape) is the start of a "
        "model, and a function of arrays needs none."
    )


def assign(ref: Any, value: Any, **kwargs: Any) -> Any:
    """Write into a variable."""
    return ref.assign(value)


def assign_add(ref: Any, value: Any, **kwargs: Any) -> Any:
    """Add to a variable."""
    return ref.assign_add(value)


def assign_sub(ref: Any, value: Any, **kwargs: Any) -> Any:
    """Subtract from a variable."""
    return ref.assign_sub(value)


def to_float(x: Any, name: str | None = None) -> Any:
    """As float32."""
    return cast(x, "float32")


def to_int32(x: Any, name: str | None = None) -> Any:
    """As int32."""
    return cast(x, "int32")


def to_int64(x: Any, name: str | None = None) -> Any:
    """As int64."""
    return cast(x, "int64")


def log(x: Any, name: str | None = None) -> Any:
    """As `tf.math.log`."""
    return tensorflow.math.log(x)


def get_logger() -> python_logging.Logger:
    """The logger of TensorFlow's name."""
    return python_logging.getLogger("tensorflow")


def _logged(level: str) -> Any:
    return lambda message, *args, **kwargs: getattr(get_logger(), level)(message, *args, **kwargs)


logging = Namespace(
    "tf.compat.v1.logging",
    DEBUG=10, INFO=20, WARN=30, WARNING=30, ERROR=40, FATAL=50,
    debug=_logged("debug"), info=_logged("info"), warn=_logged("warning"), warning=_logged("warning"), error=_logged("error"),
    fatal=_logged("critical"),
    get_logger=get_logger,
    get_verbosity=lambda: get_logger().getEffectiveLevel(),
    set_verbosity=lambda v: get_logger().setLevel(v),
)  # fmt: skip


def _optimizer(name: str, words: dict[str, str], fixed: dict | None = None) -> Any:
    def make(learning_rate: Any = 0.001, *args: Any, use_locking: bool = False, name: Any = None, **kwargs: Any) -> Any:
        given = dict(zip(list(words), args))
        settings = {words.get(k, k): v for k, v in {**given, **kwargs}.items()}
        return getattr(optimizers, target)(learning_rate=learning_rate, **{**(fixed or {}), **settings})

    target = name
    make.__doc__ = f"keras.optimizers.{name}."
    return make


_ADAM = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
train = Namespace(
    "tf.compat.v1.train",
    {"Saver": "Use model.save_weights(path) and model.load_weights(path).", "MonitoredTrainingSession": "Use model.fit."},
    AdamOptimizer=_optimizer("Adam", _ADAM, {"epsilon": 1e-8}),
    GradientDescentOptimizer=_optimizer("SGD", {}),
    MomentumOptimizer=_optimizer("SGD", {"momentum": "momentum", "use_nesterov": "nesterov"}),
    RMSPropOptimizer=_optimizer("RMSprop", {"decay": "rho", "momentum": "momentum", "epsilon": "epsilon"}, {"epsilon": 1e-10}),
    AdagradOptimizer=_optimizer("Adagrad", {"initial_accumulator_value": "initial_accumulator_value"}),
    AdadeltaOptimizer=_optimizer("Adadelta", {"rho": "rho", "epsilon": "epsilon"}, {"epsilon": 1e-8}),
    FtrlOptimizer=_optimizer("Ftrl", {}),
    get_or_create_global_step=lambda graph=None: tensorflow.Variable(0, dtype="int64", trainable=False, name="global_step"),
)


def softmax_cross_entropy_with_logits_v2(labels: Any, logits: Any, axis: int = -1, name: str | None = None) -> Any:
    """As `tf.nn.softmax_cross_entropy_with_logits`."""
    return softmax_cross_entropy_with_logits(labels, logits, axis)


_DRAWS = {"random_normal": "normal", "random_uniform": "uniform", "truncated_normal": "truncated_normal",
          "random_shuffle": "shuffle", "multinomial": "categorical"}  # fmt: skip
_VARIABLES = "Use keras layers, or tf.Variable."
_GONE = {
    **dict.fromkeys(["get_variable", "variable_scope", "trainable_variables", "global_variables", "layers"], _VARIABLES),
    **dict.fromkeys(["app", "flags"], "Use Python's argparse."),
    **dict.fromkeys(["GraphDef", "import_graph_def", "graph_util"], "There are no graphs here."),
}
_ALSO = """AUTO_REUSE InteractiveSession local_variables_initializer tables_initializer initialize_all_variables
    disable_eager_execution disable_v2_behavior disable_v2_tensorshape disable_tensor_equality disable_control_flow_v2
    disable_resource_variables enable_eager_execution enable_v2_behavior enable_resource_variables enable_v2_tensorshape
    enable_tensor_equality enable_control_flow_v2 logging train gfile Summary SummaryMetadata"""
__all__ = exported(globals(), _ALSO)
_absent = absent("tf.compat.v1", globals(), _GONE)


def __getattr__(name: str) -> Any:
    if name in _DRAWS:
        return getattr(draws, _DRAWS[name])
    if name in _GONE or name.startswith("__") or name == "estimator":
        return _absent(name)
    return getattr(tensorflow, name)
