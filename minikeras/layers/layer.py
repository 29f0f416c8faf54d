"""The base of all layers.

The contract, once for all:

    build(input_shape)                  make the weights with add_weight(); shapes have None for the batch
    forward(x, training) -> y, kept     compute; all that backward needs is the second result, nothing stays on self
    backward(dy, kept, need_dx) -> dx   ∂L/∂y to ∂L/∂x; overwrites the weights' .grad on the way
    call(x, training) -> y              the first half of forward; what a user's own layer writes instead of both

A layer that ends in an activation also gives its ``logits(kept)`` and takes ``backward_from_logits(dz, kept, need_dx)``.
"""

from __future__ import annotations

import copyreg
from contextvars import ContextVar
from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core import dtypes
from minikeras._core.naming import auto_name, shorten
from minikeras._core.registry import Registry, home
from minikeras._core.serialize import Configurable, constructor_arguments, described, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras._core.trace import Box, holding, on_tape, vjp
from minikeras._core.variable import Variable
from minikeras.layers.arguments import BASE_ARGUMENTS, accepts, given_shape, plain_arguments, public_arguments
from minikeras.layers.weights import Weighted

registry = Registry("keras.layers")
_TRAINING: ContextVar[bool] = ContextVar("training", default=False)  # how the layer around a layer was called


class Layer(Weighted, Configurable):
    """A step of a model: numbers in, numbers out, with weights that training changes.

    Args:
        activity_regularizer: a penalty on the output, added to the loss.
        trainable: whether training may change the weights.
        dtype: a float type or policy; ``floatx()`` by default.
        autocast: kept for Keras' sake; inputs are always cast to the layer's float type.
        name: numbered after the class by default ("dense", "dense_1").
        input_shape, batch_input_shape, input_dim: the shape of the input, on the first layer of a model.
        weights: start values, as `set_weights` takes them.

    A layer of your own writes ``build`` and ``call``; the gradient is traced through NumPy's functions.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(), initializer="ones", name="factor")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> Scale()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    float_inputs = True  # cast what comes in to the compute dtype; layers that only move numbers about say False
    supports_masking = False
    stateless = False  # nothing to build: built as soon as it is made, unless a subclass has a build() of its own

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        if home(cls) is None:
            layer._given = plain_arguments(cls, args, kwargs)
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs,
    ):
        self._weights: list[Variable] = []
        self._frozen_by_nature: list[Variable] = []
        self._given_weights = kwargs.pop("weights", None)
        self._given_shape = given_shape(type(self).__name__, kwargs)
        if kwargs:
            known = sorted({*public_arguments(type(self)), "input_shape"})
            raise ValueError(
                f"Unknown arguments of {type(self).__name__}: {', '.join(sorted(kwargs))}. It takes {', '.join(known)}."
            )
        if name is not None and not isinstance(name, str):
            raise ValueError(f"Argument `name` of {type(self).__name__} must be a string, got {name!r}.")
        if name is not None and "/" in name:
            raise ValueError(f"Argument `name` of {type(self).__name__} can't contain '/', got {name!r}.")
        self.name = name or auto_name(type(self).__name__)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtypes.get(dtype)
        self.compute_dtype, self.variable_dtype = self.dtype_policy.compute_dtype, self.dtype_policy.variable_dtype
        self.autocast = autocast
        self.input_spec: Any = None
        self.built = self.stateless and type(self).build is Layer.build
        self._trainable = bool(trainable)
        self._parent_path = ""
        self._build_shape: tuple | None = None
        self._output_shape: tuple | None = None
        self._penalties: list = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = cls.__dict__
        if "build" in own:
            cls.build = _remembering(own["build"])
        if "forward" in own and "call" not in own:
            cls.call = _first_half(cls)
        elif "call" in own and "forward" not in own:  # a user's own: what it inherits no longer is its gradient
            cls.forward, cls.backward = Layer.forward, Layer.backward
        if "call" in cls.__dict__:
            cls._takes_training = accepts(cls.call, "training")

    # -- computing ---------------------------------------------------------------------------------------------------

    def build(self, input_shape: tuple) -> None:
        """Make the weights; called once, with the shape of the first input."""

    def call(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Compute the output. A layer of your own overrides this."""
        raise NotImplementedError(f"Layer {self.name!r} of class {type(self).__name__} needs a call(self, x) method.")

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Compute the output and what `backward` needs; traced through `call` unless a layer has formulas."""
        variables, extra = self.trainable_variables, {"training": training} if self._takes_training else {}

        def run(x, *values):
            outer = _TRAINING.set(training)
            try:
                with holding(variables, values):
                    return self.call(x, **extra)
            finally:
                _TRAINING.reset(outer)

        return vjp(run, x, *(v.value for v in variables))

    _takes_training = False

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x and write ∂L/∂w into the weights' ``grad``."""
        dx, *grads = kept(dy)
        for variable, grad in zip(self.trainable_variables, grads):
            variable.grad[...] = grad
        return dx

    def __call__(self, inputs: Any, *args, **kwargs) -> Any:
        """Compute the output of any array-like, building the layer first if that has not happened.

        ``training``, where it is not given, is as in the call of the layer around this one, else False.
        """
        if isinstance(inputs, KerasTensor):
            return self._symbolic(inputs)
        training = kwargs.pop("training", None)
        training = _TRAINING.get() if training is None else bool(training)
        if isinstance(inputs, Box) and type(self).forward is not Layer.forward:
            if not self.built:
                self.build((None, *inputs.shape[1:]))
            return on_tape(self, inputs, training)
        traced = isinstance(inputs, Box)
        x = inputs if traced else self.convert(inputs)
        if not self.built:
            self.check_input_shape((None, *x.shape[1:]))
            self.build((None, *x.shape[1:]) if x.ndim else ())
        elif self._build_shape is None:
            self._build_shape = (None, *x.shape[1:])
        self.check_input_shape(x.shape)
        if self._takes_training and not args:
            kwargs["training"] = training
        outer = _TRAINING.set(training)
        try:
            y = self.call(x, *args, **kwargs)
        finally:
            _TRAINING.reset(outer)
        if not traced and self.activity_regularizer is not None:
            self._penalties = [self.activity_regularizer(y) / max(len(y), 1)]
        return y

    def _symbolic(self, tensor: KerasTensor) -> KerasTensor:
        if not self.built:
            self.check_input_shape(tensor.shape)
            self.build(tensor.shape)
        elif self._build_shape is None:
            self._build_shape = tensor.shape
        self.check_input_shape(tensor.shape)
        self._output_shape = tuple(self.compute_output_shape(tensor.shape))
        return KerasTensor(self._output_shape, self.compute_dtype if self.float_inputs else tensor.dtype)

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array of the layer's number type."""
        try:
            x = np.asarray(inputs)
        except ValueError as error:
            raise ValueError(f"The input of layer {self.name!r} is not an array: {error}") from None
        if x.dtype.kind not in "fiub":
            raise ValueError(
                f"The input of layer {self.name!r} must be numbers, got an array of {x.dtype}. "
                "Convert it first, for example by np.asarray(x, 'float32')."
            )
        if x.dtype.kind == "f" or self.float_inputs:
            x = x.astype(self.compute_dtype, copy=False)
        return x

    def check_input_shape(self, shape: tuple) -> None:
        """Raise a ValueError if an input of this shape can't go in."""
        if self.input_spec is None:
            return
        problem = self.input_spec.problem(shape)
        if problem:
            built = f" It was built for inputs of shape {self._build_shape}." if self._build_shape else ""
            raise ValueError(
                f"The input is incompatible with the layer {self.name!r} ({type(self).__name__}): {problem}, "
                f"got an input of shape {tuple(shape)}.{built}"
            )

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output for a shape of the input; by trying, unless a layer has a formula."""
        batch = [2 if n is None else n for n in input_shape]
        x = np.zeros(batch, self.compute_dtype)
        if not self.built:
            self.build(tuple(input_shape))
        shape = np.shape(self.call(x))
        return (None, *shape[1:]) if input_shape and input_shape[0] is None else tuple(shape)

    # -- names, shapes, configs --------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The names from the model down, joined by '/'."""
        return f"{self._parent_path}/{self.name}" if self._parent_path else self.name

    @property
    def dtype(self) -> str:
        """The number type of the weights."""
        return self.variable_dtype

    @property
    def input_dtype(self) -> str:
        """The number type that inputs are cast to."""
        return self.compute_dtype

    @property
    def input(self) -> KerasTensor:
        """The input's shape and type."""
        if self._build_shape is None:
            raise AttributeError(f"Layer {self.name!r} has no input yet: it was never called or built.")
        return KerasTensor(self._build_shape, self.compute_dtype)

    @property
    def output(self) -> KerasTensor:
        """The output's shape and type."""
        return KerasTensor(self.output_shape, self.compute_dtype)

    @property
    def input_shape(self) -> tuple:
        """The input's shape, None for the batch."""
        return self.input.shape

    @property
    def output_shape(self) -> tuple:
        """The output's shape, None for the batch."""
        if self._output_shape is None:
            self._output_shape = tuple(self.compute_output_shape(self.input.shape))
        return self._output_shape

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer, without its weights."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        mine = constructor_arguments(described(type(self)))
        given = {n: v for n, v in vars(self).get("_given", {}).items() if n in mine and not hasattr(self, n)}
        return {**config, **self._own_config(leave_out=(*BASE_ARGUMENTS, *given)), **given}

    def serialized_policy(self) -> dict:
        """The config of the dtype policy."""
        return serialize_keras_object(self.dtype_policy)

    def get_build_config(self) -> dict | None:
        """Return the shape that the layer was built for; None if building makes nothing."""
        if type(self).build is Layer.build or self._build_shape is None:
            return None
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: dict) -> None:
        """Build for the shape that `get_build_config` returned."""
        shape = config.get("input_shape") if isinstance(config, dict) else config
        if shape and not (isinstance(shape, (list, tuple)) and all(isinstance(n, (int, type(None))) for n in shape)):
            raise ValueError(f"Layer {self.name!r} can't be built: build_config should hold a shape, got {shorten(config)}.")
        if shape and not self.built:
            self.build(tuple(shape))

    def __reduce__(self):  # copy and pickle: layers of the house by config and weights, a user's own by attributes
        if home(self) is None:
            return copyreg.__newobj__, (type(self),), dict(vars(self))
        return _rebuild, (type(self), self.get_config(), self._build_shape if self.built else None, self.get_weights())

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _rebuild(cls: type, config: dict, shape: tuple | None, weights: list) -> Layer:
    layer = cls.from_config(config)
    if shape is not None:
        layer.build(shape)
        layer.set_weights(weights)
    return layer


def _remembering(build):
    """Wrap a class's build: it notes the shape, names the weights by their path, and puts given weights in."""

    def wrapped(self, input_shape, *args, **kwargs):
        outermost = not vars(self).get("_building", False)
        vars(self)["_building"] = True
        try:
            shape = input_shape
            if isinstance(shape, (list, tuple)) and all(n is None or isinstance(n, (int, np.integer)) for n in shape):
                shape = tuple(n if n is None else int(n) for n in shape)
            for layer in self._parts(Layer):
                if not layer.built:
                    layer._parent_path = self.path
            build(self, shape, *args, **kwargs)
            if outermost:
                self.built = True
                if self._build_shape is None:
                    self._build_shape = shape
                if self._given_weights is not None:
                    weights, self._given_weights = self._given_weights, None
                    self.set_weights(weights)
        finally:
            if outermost:
                del vars(self)["_building"]

    wrapped.__doc__, wrapped.__name__, wrapped.__wrapped__ = build.__doc__, "build", build
    return wrapped


def _first_half(cls):
    forward = cls.forward

    def call(self, x, training=False):
        """Compute the output."""
        return on_tape(self, x, training, cls) if isinstance(x, Box) else forward(self, x, training)[0]

    return call


Layer.build = _remembering(Layer.build)
