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
import inspect
from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import dtypes
from minikeras._core.naming import auto_name
from minikeras._core.registry import Registry, home
from minikeras._core.serialize import Configurable, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras._core.trace import Box, holding, on_tape, vjp
from minikeras._core.variable import Variable

registry = Registry("keras.layers")

#: Where the shape of the input may be told, in Keras 3's words and in Keras 1 and 2's.
_SHAPE_ARGUMENTS = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size")


class Layer(Configurable):
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
        self._given_shape = _given_shape(type(self).__name__, kwargs)
        if kwargs:
            known = sorted({*_public_arguments(type(self)), "input_shape"})
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
        self.built = False
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
            cls.call = _first_half(own["forward"])
        elif "call" in own and "forward" not in own:  # a user's own: what it inherits no longer is its gradient
            cls.forward, cls.backward, cls._takes_training = Layer.forward, Layer.backward, _accepts(own["call"], "training")

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
            with holding(variables, values):
                return self.call(x, **extra)

        return vjp(run, x, *(v.value for v in variables))

    _takes_training = False

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x and write ∂L/∂w into the weights' ``grad``."""
        dx, *grads = kept(dy)
        for variable, grad in zip(self.trainable_variables, grads):
            variable.grad[...] = grad
        return dx

    def __call__(self, inputs: Any, *args, **kwargs) -> Any:
        """Compute the output of any array-like, building the layer first if that has not happened."""
        if isinstance(inputs, KerasTensor):
            return self._symbolic(inputs)
        if isinstance(inputs, Box) and type(self).forward is not Layer.forward:
            if not self.built:
                self.build((None, *inputs.shape[1:]))
            return on_tape(self, inputs, kwargs.get("training") or False)
        if isinstance(inputs, Box):
            return self.call(inputs, *args, **kwargs)
        x = self.convert(inputs)
        if not self.built:
            self.check_input_shape((None, *x.shape[1:]))
            self.build((None, *x.shape[1:]) if x.ndim else ())
        self.check_input_shape(x.shape)
        if kwargs.get("training", 0) is None:
            kwargs["training"] = False
        if "training" in kwargs and not _accepts(type(self).call, "training"):
            del kwargs["training"]
        y = self.call(x, *args, **kwargs)
        if self.activity_regularizer is not None:
            self._penalties = [self.activity_regularizer(y) / max(len(y), 1)]
        return y

    def _symbolic(self, tensor: KerasTensor) -> KerasTensor:
        if not self.built:
            self.check_input_shape(tensor.shape)
            self.build(tensor.shape)
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
                f"Layer {self.name!r} ({type(self).__name__}): {problem}, got an input of shape {tuple(shape)}.{built}"
            )

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output for a shape of the input; by trying, unless a layer has a formula."""
        batch = [2 if n is None else n for n in input_shape]
        x = np.zeros(batch, self.compute_dtype)
        if not self.built:
            self.build(tuple(input_shape))
        shape = np.shape(self.call(x))
        return (None, *shape[1:]) if input_shape and input_shape[0] is None else tuple(shape)

    # -- weights -----------------------------------------------------------------------------------------------------

    def add_weight(
        self,
        *args,
        shape: tuple | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        **kwargs,
    ) -> Variable:
        """Make a weight of the layer.

        Args:
            shape: its shape, a tuple of integers.
            initializer: start values; "glorot_uniform" for floats, "zeros" for integers by default.
            dtype: the layer's own by default.
            trainable: False for statistics that an optimizer must leave alone.
            regularizer, constraint: a penalty added to the loss; a projection after each update.
            name: "kernel", "bias", ...
        """
        for arg in args:  # Keras 2 wrote add_weight("name", shape), Keras 3 writes add_weight(shape)
            name, shape = (arg, shape) if isinstance(arg, str) else (name, arg)
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if None in shape:
            raise ValueError(f"Weight {name!r} of layer {self.name!r} needs a full shape, got {shape}.")
        dtype = dtypes.standardize_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtype.startswith("float") else "zeros"
        initializer = initializers.get(initializer)
        variable = Variable(initializer, shape, dtype, trainable and self._trainable, name=name)
        variable.path = f"{self.path}/{variable.name}"
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        self._weights.append(variable)
        if not trainable:
            self._frozen_by_nature.append(variable)
        return variable

    add_variable = add_weight

    def _parts(self, kind: type) -> list:
        """What of a kind stands in this layer's attributes, in the order of the attributes, each once."""
        found: dict[int, Any] = {}

        def look(value):
            if isinstance(value, kind):
                found.setdefault(id(value), value)
            elif type(value) in (list, tuple):
                for item in value:
                    look(item)
            elif type(value) is dict:
                for item in value.values():
                    look(item)

        for name, value in vars(self).items():
            if name != "_frozen_by_nature":
                look(value)
        return list(found.values())

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's trainable ones, then the others, then those of layers inside."""
        frozen = {id(v) for v in self._frozen_by_nature}
        own = self._parts(Variable)
        frozen.update(id(v) for v in own if not v.trainable and not any(v is w for w in self._weights))
        own.sort(key=lambda v: id(v) in frozen)
        return _unique([*own, *(v for layer in self._parts(Layer) for v in layer.weights)])

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self._trainable else self.weights

    @property
    def variables(self) -> list[Variable]:
        """All weights and the states of random generators."""
        return [*self.weights, *(g.state for g in self.seed_generators)]

    @property
    def seed_generators(self) -> list:
        """The random streams of this layer and of those inside."""
        own = [vars(self)["seed_generator"]] if vars(self).get("seed_generator") is not None else []
        return own + [g for layer in self._parts(Layer) for g in layer.seed_generators]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone."""
        return [v for v in self.variables if not v.trainable] if self._trainable else self.variables

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; setting it holds for all weights and layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        frozen = {id(v) for v in self._frozen_by_nature}
        for v in self._weights:
            v.trainable = self._trainable and id(v) not in frozen
        for layer in self._parts(Layer):
            layer.trainable = value

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list) -> None:
        """Write new weights, given in the order of `get_weights`; nothing is written unless all fit."""
        mine, weights = self.weights, [np.asarray(w) for w in weights]
        if len(mine) != len(weights):
            raise ValueError(
                f"Layer {self.name!r} has {len(mine)} weights, got {len(weights)}. "
                f"Expected shapes: {[v.shape for v in mine]}." + ("" if self.built else " The layer is not built yet.")
            )
        for v, w in zip(mine, weights):
            if v.shape != w.shape:
                raise ValueError(f"Weight {v.path!r} of layer {self.name!r} has shape {v.shape}, got one of shape {w.shape}.")
        for v, w in zip(mine, weights):
            v.assign(w)

    def count_params(self) -> int:
        """Return the number of numbers in the weights."""
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights to count yet: build it, or give the model an input shape "
                "(keras.Input(shape=...) as its first layer)."
            )
        return sum(v.size for v in self.weights)

    @property
    def losses(self) -> list:
        """The penalties as they stand: of the weights, and of the output of the last call by hand."""
        weights = [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer is not None]
        return weights + self._penalties + [p for layer in self._parts(Layer) for p in layer._penalties]

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
        return {**config, **self._own_config(leave_out=_BASE_ARGUMENTS)}

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
        if config.get("input_shape") and not self.built:
            self.build(tuple(config["input_shape"]))

    def __reduce__(self):  # copy and pickle: layers of the house by config and weights, a user's own by attributes
        if home(self) is None:
            return copyreg.__newobj__, (type(self),), dict(vars(self))
        return _rebuild, (type(self), self.get_config(), self._build_shape if self.built else None, self.get_weights())

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


_BASE_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")


def _rebuild(cls: type, config: dict, shape: tuple | None, weights: list) -> Layer:
    layer = cls.from_config(config)
    if shape is not None:
        layer.build(shape)
        layer.set_weights(weights)
    return layer


def _unique(variables) -> list:
    return list({id(v): v for v in variables}.values())


def _public_arguments(cls: type) -> list[str]:
    names = [n for c in cls.__mro__ if "__init__" in vars(c) for n in inspect.signature(c.__init__).parameters]
    return [n for n in names if n not in ("self", "args", "kwargs")]


def _accepts(function, argument: str) -> bool:
    parameters = inspect.signature(function).parameters
    return argument in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _given_shape(layer: str, kwargs: dict) -> tuple | None:
    """Read the batch shape out of the arguments of the first layer, whichever way it is written."""
    given = {key: kwargs.pop(key) for key in _SHAPE_ARGUMENTS if key in kwargs}
    given = {key: value for key, value in given.items() if value is not None}
    for key in ("batch_input_shape", "batch_shape"):
        if key in given:
            return tuple(given[key])
    if "input_shape" in given:
        shape = given["input_shape"]
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    elif "input_dim" in given:
        length = given.get("input_length", ())
        shape = (*((length,) if isinstance(length, int) else length), given["input_dim"])
    elif "input_length" in given:
        shape = (given["input_length"],)
    else:
        return None
    for n in shape:
        if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0):
            raise ValueError(f"The input shape of {layer} must consist of integers and None, got {shape!r}.")
    return (given.get("batch_size"), *(n if n is None else int(n) for n in shape))


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


def _first_half(forward):
    def call(self, x, training=False):
        """Compute the output."""
        return forward(self, x, training)[0]

    return call


Layer.build = _remembering(Layer.build)
