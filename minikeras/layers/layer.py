"""The base of all layers.

The contract, once for all. x and y are one array, or a list, tuple or dict of arrays; then shapes come in such structures too:

    build(input_shape)                  make the weights with add_weight(); shapes have None for the batch
    call(x, training, mask, ...) -> y   plain computing: what a user's own layer writes; never on a tape unless somebody
    differentiates
    forward(x, training, **arguments) -> y, kept    a layer with formulas; all that backward needs is the second result
    backward(dy, kept, need_dx) -> dx   ∂L/∂y to ∂L/∂x; overwrites the weights' .grad on the way. Where further tensors came
                                        as arguments it returns `Shares`
    compute_mask(x, mask) -> mask       which steps of y count; by default those of x, where the layer `supports_masking`

Of call and forward a class writes one and gets the other: a house layer's `call` is the first half of its `forward`, a user's
`forward` runs `call` on a tape. A layer that ends in an activation also gives its ``logits(kept)`` and takes
``backward_from_logits(dz, kept, need_dx)``.
"""

from __future__ import annotations

import contextlib
import functools
from types import FunctionType
from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core.arguments import unknown_arguments
from minikeras._core.constructors import taken_by
from minikeras._core.naming import auto_name
from minikeras._core.nest import flatten, is_nested, map_leaves, pack_sequence_as
from minikeras._core.now import CALL, TAPE, Call
from minikeras._core.old_arguments import teach
from minikeras._core.operation import output_spec
from minikeras._core.origin import of_the_house
from minikeras._core.registry import Registry, home
from minikeras._core.serialize import Configurable
from minikeras._core.symbolic import KerasTensor, Node, is_shape, shapes_of, symbolic_leaves
from minikeras._core.tape import Written, paused, traced
from minikeras._core.tensor import Shape, plain, tensor
from minikeras._core.threads import limited
from minikeras._core.trace import Box, watched
from minikeras._core.variable import Variable
from minikeras.layers.adding import Adding
from minikeras.layers.arguments import SHAPE_ARGUMENTS, Missed, given_shape, plain_arguments
from minikeras.layers.calling import (
    call_on_one,
    call_on_tape,
    call_spec,
    is_structure,
    mask_of,
    shares_of_traced,
    with_mask,
)
from minikeras.layers.classes import first_half, of_this_class, remembering
from minikeras.layers.closing import adds_to_loss, losses_around
from minikeras.layers.described import Described, named_shapes, open_batch, symbolic_of
from minikeras.layers.old_arguments import OLD
from minikeras.layers.old_attributes import OldAttributes
from minikeras.layers.own_names import FREE, METHODS, free_methods, free_name
from minikeras.layers.refusing import name_layer, refuse_array, refuse_call, refuse_loop
from minikeras.layers.weights import Weighted

registry = Registry("keras.layers")


class Layer(Weighted, Described, Adding, OldAttributes, Configurable):
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
    casts_inputs = True  # in a model, take floats of another type as the layer's own; models inside see to it themselves
    is_linear = False  # y = A x of one array, without weights: the derivative of the way back is the way there
    _copied_bare, takes_nan = False, ("mask_value", "fill_value", "value")
    ranges = {"dropout": (0, 1), "recurrent_dropout": (0, 1)}
    more_arguments = (*SHAPE_ARGUMENTS, "weights")  # what is taken beside the named ones
    fixed_axes: Any = ()  # which axes of the input keep the size that the layer is built for, where it says no more of it
    compute_dtype = variable_dtype = built = _trainable = _weights = Missed()
    by_rows = False  # each row of the output follows from that row of the input alone; said anew by each class
    stateless = False  # nothing to build: built as soon as it is made, unless a subclass has a build() of its own

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls, *args, **kwargs)
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
            unknown_arguments(type(self).__name__, kwargs, taken_by(type(self)).known)
        if name is not None and not isinstance(name, str):
            raise ValueError(f"Argument `name` of {type(self).__name__} must be a string, got {name!r}.")
        if name is not None and "/" in name:
            raise ValueError(f"Argument `name` of {type(self).__name__} can't contain '/', got {name!r}.")
        self.name = name or auto_name(type(self).__name__)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype
        self.autocast = autocast
        self.input_spec: Any = None
        self.built = self.stateless and self.has_no_build
        self._trainable = bool(trainable)
        self._parent_path = ""
        self._build_shape: tuple | None = None
        self._output_shape: tuple | None = None
        self._penalties: list = []  # of the last call by hand
        self._inbound_nodes: list[Node] = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = cls.__dict__
        written = {name: own[name] for name in METHODS if name in own}
        if "get_output_shape_for" in own and "compute_output_shape" not in own:  # the name in Keras 1
            cls.compute_output_shape = own["get_output_shape_for"]
        if cls.__name__ in OLD and cls.__module__.startswith("minikeras.layers."):
            teach(cls, OLD[cls.__name__])
        if "build" in own:
            cls.build = remembering(own["build"])
        if "forward" in own and "call" not in own:
            cls.call = first_half(cls)
            cls._is_plain = cls.compute_mask is Layer.compute_mask
        elif "call" in own and "forward" not in own:  # a user's own: what it inherits no longer is its gradient
            cls.forward, cls.backward, cls.penalty = Layer.forward, Layer.backward, Layer.penalty
            cls.logits = None
            cls._is_plain = False
        elif "call" in own and "forward" in own:
            cls.call = of_this_class(cls, Layer.forward)
            cls._is_plain = False
        elif "__call__" in own or "compute_mask" in own:
            cls._is_plain = False
        free_methods(cls, written)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "call" and not self.is_traced:
            return refuse_call(self, value)
        elif name in FREE:
            free_name(self, name)
        if type(value) not in _SIMPLE:
            if isinstance(value, (Weighted, list, tuple, dict)):
                refuse_loop(self, value, f"as its attribute `{name}`")
            elif isinstance(value, (np.ndarray, Box, Variable)) and isinstance(old := vars(self).get(name), Variable):
                if isinstance(value, Variable):
                    self._replace_weight(name, old, value)
                elif home(self) is not None:
                    refuse_array(self, name, value)
        super().__setattr__(name, value)

    @property
    def has_no_build(self) -> bool:
        """Whether the class leaves `build` as it is."""
        return type(self).build is Layer.build

    logits = backward_from_logits = None  # what layers that end in an activation have

    # -- computing ---------------------------------------------------------------------------------------------------

    def build(self, input_shape: tuple) -> None:
        """Make the weights; called once, with the shape of the first input."""

    def call(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Compute the output. A layer of your own overrides this."""
        raise NotImplementedError(f"Layer {self.name!r} of class {type(self).__name__} needs a call(self, x) method.")

    def forward(self, x: Any, training: bool = False, **arguments) -> tuple[Any, Any]:
        """Compute the output and what `backward` needs; traced through `call` unless a layer has formulas."""
        outer = CALL.set(call := Call(training))
        try:
            told = {"training": training} if call_spec(type(self).call).takes("training") else {}
            if arguments:
                run = traced(lambda given: self.call(given[0], **given[1], **told), (x, arguments))
            else:
                run = traced(functools.partial(self.call, **told) if told else self.call, x)
        finally:
            CALL.reset(outer)
        run.losses = [value for _, value in call.losses]
        return run.value(), (run, x, arguments)

    def backward(self, dy: Any, kept: Any, need_dx: bool = True) -> Any:
        """Turn ∂L/∂y into ∂L/∂x and write ∂L/∂w into the weights' ``grad``."""
        run, x, arguments = kept
        dxs, grads = run.back(dy, need_dx)
        trained = self.known().trained
        for variable in trained if type(grads) is not Written or len(grads) < len(trained) else ():
            share = grads.get(id(variable))
            if share is not variable.grad:
                variable.grad[...] = 0 if share is None else share
        if not need_dx:
            return None
        if arguments:
            return shares_of_traced(x, arguments, dxs)
        return dxs[0] if type(x) is np.ndarray else pack_sequence_as(x, dxs)

    def penalty(self, kept: Any) -> float:
        """What this pass added to the loss: `add_loss` and the penalties of layers inside."""
        losses = kept[0].losses
        return float(sum(np.sum(value.value if isinstance(value, Box) else value) for value in losses)) if losses else 0.0

    @property
    def makes_mask(self) -> bool:
        """Whether a mask may come out although none went in."""
        return home(type(self)) is None and type(self).compute_mask is not Layer.compute_mask

    def no_mask(self, x: Any) -> Any:
        """What `compute_mask` gets where there is no mask: a user's own for several inputs a None for each, as in Keras."""
        own = not (getattr(type(self).compute_mask, "__module__", None) or "").startswith("minikeras.")
        return map_leaves(lambda part: None, x) if own and type(x) in (list, tuple, dict) else None

    @property
    def is_traced(self) -> bool:
        """Whether the gradient of this layer comes from a tape, for it has no formulas."""
        return type(self).forward is Layer.forward

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the output of any array-like, or of symbolic tensors, building the layer first if that has not happened.

        ``training``, where it is not given, is as in the call of the layer around this one, else False. A mask that an
        earlier layer has put on the input travels along.
        """
        if len(args) == 1 and not kwargs:
            x, arguments = args[0], {}
            if type(x) is Box and self._is_plain and (known := self._known) is not None and known.at == Variable.changes:
                value, call, tape = x.entry.value, CALL.get(), TAPE.get()
                if value.shape == known.shape and value.dtype is known.dtype and x._keras_mask is None and tape is not None:
                    if call is not None and tape.roll is x.roll:  # seen before: there is nothing to do but to compute
                        return call_on_one(self, x, call.training, type(self), tape)
        else:
            x, arguments = call_spec(type(self).call).bind(self, args, kwargs)
        outer, training = CALL.get(), arguments.pop("training", None) if arguments else None
        if type(x) is not np.ndarray and symbolic_leaves((x, arguments)):
            return self._symbolic(x, arguments if training is None else {**arguments, "training": training})
        training = (outer is not None and outer.training) if training is None else bool(training)
        x, arguments, mask = self._ready(x, arguments)
        call = Call(training) if outer is None else outer
        before, call.training = call.training, training
        token = limit = None
        if outer is None:  # called by hand: the outermost one
            token, limit = CALL.set(call), limited()
            limit.__enter__()
        try:
            y = self._compute(x, training, arguments)
            if y is None:
                raise ValueError(f"call() of {self.name!r} ({type(self).__name__}) returned None. Does it lack a `return`?")
            self.note_activity(y)
            if self._output_shape is None and all(hasattr(part, "shape") for part in flatten(y)):
                self._output_shape = open_batch(y)
        except ValueError as error:
            name_layer(self, x, error)
            raise
        finally:
            call.training = before
            if token is not None:
                CALL.reset(token)
                limit.__exit__()
        if self._is_plain and type(x) is Box and self.activity_regularizer is None:
            known = self.known()
            known.shape, known.dtype = x.entry.value.shape, x.entry.value.dtype
        if mask is not None and (self.supports_masking or type(self).compute_mask is not Layer.compute_mask):
            y = with_mask(y, self.compute_mask(x, mask))
        elif type(self).compute_mask is not Layer.compute_mask:
            y = with_mask(y, self.compute_mask(x, self.no_mask(x)))
        if outer is None:
            self._note_losses(call)
        return tensor(y)

    _is_plain = False  # a layer with formulas that makes no mask
    _known = None

    def _ready(self, x: Any, arguments: dict) -> tuple[Any, dict, Any]:
        """Convert and check what came in; build the layer if that has not happened. Returns the mask as well."""
        tape, spec = TAPE.get(), call_spec(type(self).call)
        x = self._boxes(self.convert_inputs(x), tape)
        mask = arguments.get("mask") if arguments else None
        if mask is None:
            mask = mask_of(x)
            if mask is not None and "mask" in spec.names:
                arguments = {**arguments, "mask": mask}
        if arguments:
            if "mask" in arguments and not spec.takes("mask"):
                arguments = {name: value for name, value in arguments.items() if name != "mask"}
            arguments = {name: self._boxes(_array_argument(value), tape) for name, value in arguments.items()}
            for name in list(arguments):
                own = mask_of(arguments[name])
                if own is not None and f"{name}_mask" in spec.names and arguments.get(f"{name}_mask") is None:
                    arguments[f"{name}_mask"] = own
        if mask is not None and f"{spec.first}_mask" in spec.names and arguments.get(f"{spec.first}_mask") is None:
            arguments[f"{spec.first}_mask"] = mask
        x = map_leaves(plain, x) if type(x) is not np.ndarray else x
        shape = open_batch(x)
        if not self.built:
            self.check_input_shape(shape)
            with paused():
                self.build_for(x, arguments)
        elif self._build_shape is None:
            self._build_shape = shape
        self.check_input_shape(shapes_of(x))
        return x, arguments, mask

    def _boxes(self, value: Any, tape: Any) -> Any:
        return value if tape is None else map_leaves(tape.boxed, value)

    def _compute(self, x: Any, training: bool, arguments: dict) -> Any:
        if type(self).forward is Layer.forward:
            extra = {"training": training} if call_spec(type(self).call).takes("training") else {}
            if arguments:
                arguments = {name: tensor(value) for name, value in arguments.items()}
            y = self.call(tensor(x), **arguments, **extra)  # a user's own hands: x.get_shape(), x.numpy()
            given = (x,) if type(x) is np.ndarray else flatten(x)
            if any(isinstance(a, np.ndarray) and a.dtype.kind in "iub" for a in given):
                y = map_leaves(self._narrow, y)
            return y if type(y) is np.ndarray else map_leaves(lambda a: a if mask_of(a) is not None else plain(a), y)
        if TAPE.get() is not None:
            return call_on_tape(self, x, training, arguments)
        return self.forward(x, training, **arguments)[0]

    def infer(self, x: Any, training: bool = False, **arguments) -> Any:
        """Compute the output of ready arrays, without a way back: what a model's prediction walks."""
        if type(self).forward is not Layer.forward:
            return self.forward(x, training, **arguments)[0]
        outer = CALL.get()
        token = CALL.set(Call(training)) if outer is None else None
        try:
            return self._compute(x, training, arguments)
        finally:
            if token is not None:
                CALL.reset(token)

    # -- symbolic ----------------------------------------------------------------------------------------------------

    def _symbolic(self, x: Any, arguments: dict) -> Any:
        if not is_structure(x) and not isinstance(x, KerasTensor):
            x = self.convert(x)
        shapes = shapes_of(x)
        if not self.built:
            self.check_input_shape(shapes)
            self.build_for(x, arguments)
        elif self._build_shape is None:
            self._build_shape = shapes
        self.check_input_shape(shapes)
        outputs = self.found_spec(x, **arguments)
        node = Node(self, (x,), arguments, outputs)
        if adds_to_loss(type(self)):
            node.losses = losses_around(self, x, arguments)
        self._output_shape = shapes_of(outputs)
        return outputs

    def compute_output_spec(self, x: Any, **arguments) -> Any:
        """Return symbolic outputs for symbolic inputs: by `compute_output_shape` where there is a formula, else by trying."""
        if not _says_its_shape(type(self)):
            return self._tried(x, arguments)
        shapes = shapes_of(x)
        shape = self.compute_output_shape(Shape(shapes) if is_shape(shapes) else shapes)
        dtype = self.compute_output_dtype(next((str(t.dtype) for t in flatten(x)), self.compute_dtype))
        return symbolic_of(shape, dtype)

    def found_spec(self, x: Any, **arguments) -> Any:
        """Return symbolic outputs, by trying also where a user's method says that it can't say."""
        try:
            return self.compute_output_spec(x, **arguments)
        except NotImplementedError:
            return self._tried(x, arguments)

    def _tried(self, x: Any, arguments: dict) -> Any:
        def run(x, **given):
            y = self._compute(map_leaves(self._cast, x), bool(given.pop("training", False)), given)
            if y is None:
                raise ValueError(f"call() of {self.name!r} ({type(self).__name__}) returned None. Does it lack a `return`?")
            return y

        name = f"layer {self.name!r} ({type(self).__name__})"
        try:
            return output_spec(run, (x,), arguments, name)
        except Exception:
            masked = {**arguments, "mask": KerasTensor(x.shape[:2], "bool")} if self._may_want_mask(x, arguments) else None
            if masked is None:
                raise
            with contextlib.suppress(Exception):  # a call() that computes with the mask that a layer before makes
                return output_spec(run, (x,), masked, name)
            raise

    def _may_want_mask(self, x: Any, arguments: dict) -> bool:
        takes = arguments.get("mask") is None and self.is_traced and call_spec(type(self).call).takes("mask")
        return takes and isinstance(x, KerasTensor) and len(x.shape) > 1

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output for one of the input."""
        return self.compute_dtype if self.float_inputs or input_dtype.startswith("float") else input_dtype

    def build_for(self, x: Any, arguments: dict | None = None) -> None:
        """Build for inputs, arrays or symbolic; layers inside that a user's `build` leaves out are built by trying `call`."""
        build = call_spec(type(self).build)
        if len(build.names) > 1 and (arguments or build.required > 1):  # as Keras has it: query_shape, value_shape, ...
            self.build(**named_shapes(self, build, x, arguments or {}))
        else:
            self.build(open_batch(x))
        if self.is_traced and any(not layer.built for layer in self._inner_layers()):
            self._build_inner(x, arguments or {})

    def _build_inner(self, x: Any, arguments: dict) -> None:
        """Try `call`, so that the layers in it are built before anything is recorded or trained."""
        if symbolic_leaves(x):
            self._tried(x, arguments)
            return
        with paused():
            x, arguments = (map_leaves(lambda a: a.value if isinstance(a, Box) else a, v) for v in (x, arguments))
            self.infer(x, **{n: v for n, v in arguments.items() if n != "training"})

    # -- what comes in -----------------------------------------------------------------------------------------------

    def convert_inputs(self, inputs: Any) -> Any:
        """Turn what a user passes, an array or a structure of arrays, into arrays of the layer's number type."""
        if type(inputs) is not np.ndarray and is_structure(inputs):
            return map_leaves(self._met, inputs)
        return self._met(inputs)

    def _met(self, value: Any) -> Any:
        """One array of those: on the tape that watches it, in the layer's float type."""
        value = watched(value)
        if not isinstance(value, Box):
            return self.convert(value)
        return value.astype(self.compute_dtype) if value.dtype.kind == "f" and value.dtype != self.compute_dtype else value

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes for one array into an array of the layer's number type."""
        if isinstance(inputs, Variable):
            inputs = inputs._now()
            if isinstance(inputs, Box):
                return inputs
        try:
            x = inputs if isinstance(inputs, np.ndarray) else np.asarray(inputs)
        except ValueError as error:
            raise ValueError(f"The input of layer {self.name!r} is not an array: {error}") from None
        if isinstance(inputs, Layer):
            raise ValueError(
                f"Layer {self.name!r} was called on a layer, {inputs.name!r} ({type(inputs).__name__}), not on a tensor: "
                f"call that one first, {self.name}({inputs.name}(x)), or put both into a Sequential([...])."
            )
        if x.dtype.kind not in "fiub":
            raise ValueError(
                f"The input of layer {self.name!r} must be numbers, got an array of {x.dtype}. "
                "Convert it first, for example by np.asarray(x, 'float32')."
            )
        return self._cast(x)

    def _cast(self, x: Any) -> Any:
        """Floats as the layer's own type; numbers of other kinds, too, unless the layer is a user's: it may want indices."""
        kinds = "fiub" if self.float_inputs and not self.is_traced else "f"
        if isinstance(x, np.ndarray) and x.dtype.kind in kinds:
            return x.astype(self.compute_dtype, copy=False)
        return x

    def _narrow(self, y: Any) -> Any:
        """Float64 that NumPy makes of integers and float32, as the layer's own type."""
        if not isinstance(y, np.ndarray) or y.dtype != np.float64 or self.compute_dtype == "float64":
            return y
        return with_mask(y.astype(self.compute_dtype), mask_of(y))

    one_axis_more = ""  # what to say to an input that lacks one axis

    def check_input_shape(self, shape: Any) -> None:
        """Raise a ValueError if an input of this shape can't go in."""
        if self.input_spec is None or isinstance(self.input_spec, (list, tuple, dict)):
            return
        if not is_shape(shape):
            if isinstance(shape, dict) or len(shape) > 1 and type(self).__module__.startswith("minikeras."):
                raise ValueError(f"Layer {self.name!r} ({type(self).__name__}) takes one input, got {len(shape)}: {shape}.")
            return
        problem = self.input_spec.problem(shape)
        if problem:
            built = f" It was built for inputs of shape {self._build_shape}." if self._build_shape else ""
            advice = f" {self.one_axis_more}" if self.one_axis_more and len(shape) + 1 == self.input_spec.ndim else ""
            raise ValueError(
                f"The input is incompatible with the layer {self.name!r} ({type(self).__name__}): {problem}, "
                f"got an input of shape {tuple(shape)}.{built}{advice}"
            )

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the mask of the output: which of its steps count. By default the input's."""
        return previous_mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for a shape of the input; by trying, unless a layer has a formula."""
        x = symbolic_of(input_shape, self.compute_dtype)
        if not self.built:
            self.build_for(x)
        return shapes_of(self._tried(x, {}))


_SIMPLE = frozenset([str, int, float, bool, type(None), FunctionType, np.dtype])  # what most attributes are


@functools.lru_cache(1024)
def _says_its_shape(cls: type) -> bool:
    """Whether the shape of the output is told by a formula that is no older than what computes it."""
    for base in cls.__mro__:
        if "compute_output_shape" in vars(base):
            return base is not Layer
        if "call" in vars(base) and not of_the_house(base):  # a user's own, on top of a class that has another shape perhaps
            return False
    return False


def _array_argument(value: Any) -> Any:
    """A further argument of a call: lists of numbers stay lists, variables stand for their arrays."""
    if isinstance(value, Variable):
        return value._now()
    return map_leaves(_array_argument, value) if is_nested(value) and is_structure(value) else value



Layer.build = remembering(Layer.build)
