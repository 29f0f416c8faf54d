"""What all models have in common beyond training: a course through their layers, layers by name, summary, configs, copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from minikeras._core.nest import flatten, keys, map_leaves, pack_sequence_as
from minikeras._core.now import CALL, TAPE
from minikeras._core.operation import Operation
from minikeras._core.registry import REGISTRIES, sharing
from minikeras._core.serialize import deserialize_keras_object, noting_own, serialize_keras_object
from minikeras._core.symbolic import KerasTensor, is_shape, shapes_of, symbolic_leaves
from minikeras._core.tensor import tensor
from minikeras._core.text import is_text
from minikeras._core.variable import adopt
from minikeras.layers.calling import call_on_tape
from minikeras.layers.described import symbolic_of
from minikeras.layers.layer import Layer
from minikeras.layers.refusing import name_layer
from minikeras.models.arguments import flat_mask, flat_shapes, graph_given, take_graph
from minikeras.models.course import course
from minikeras.models.depths import Depths
from minikeras.models.ends import Ends, alone
from minikeras.models.graph import begin, by_depth, checked_tensors, find_nodes, outside, propagate, recall, rooted
from minikeras.models.state_tree import StateTree
from minikeras.models.stored import Stored
from minikeras.models.trainer import Trainer
from minikeras.saving.tree import telling_shared


class Model(Depths, Ends, StateTree, Stored, Trainer, Layer):
    """Layers joined into one, with training, files and a summary.

    ``Model(inputs, outputs)`` is made of symbolic tensors; a subclass writes ``call`` instead, and may write ``train_step``.
    `Sequential` is the model to make where the layers stand in a row.

    Args:
        inputs: `keras.Input` tensors, or tensors in the middle of a graph; one, or a list, tuple or dict of them.
        outputs: what layers and `keras.ops` made of them; one, or a list, tuple or dict.
        trainable, name, dtype: as of any layer.

    >>> import minikeras as keras
    >>> x = keras.Input((4,)); h = keras.layers.Dense(3, activation="relu")(x)
    >>> model = keras.Model(inputs=x, outputs=[keras.layers.Dense(1)(h), h])
    >>> [y.shape for y in model.predict(np.zeros((5, 4)))]
    [(5, 1), (5, 3)]
    """

    _course: Any = None  # the way through the layers of a Sequential, and of a model made of symbolic tensors

    def __new__(cls, *args, **kwargs):
        if cls is Model and graph_given(args, kwargs):
            return super().__new__(REGISTRIES["keras"].table["Functional"], *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        if args and args[0] is self:  # super().__init__(self), as tutorials of tf.keras have it
            args = args[1:]
        graph = take_graph(args, kwargs)
        super().__init__(**kwargs)
        if graph is not None:
            self._set_graph(*graph)

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        checked_tensors(inputs, "inputs"), checked_tensors(outputs, "outputs")
        self._inputs, self._outputs = rooted(inputs, outside(flatten(inputs), outputs))
        begin(self, self.inputs)
        self._nodes = find_nodes(self.inputs, self.outputs)
        self._operations = by_depth(self.inputs, self.outputs, self._nodes)
        names = [operation.name for operation in self._operations]
        twice = next((n for n, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            raise ValueError(
                f"Layer names in a model must differ, {twice!r} is there twice. Give one another name=, or, if it should "
                "be one layer, make it once and call it twice."
            )
        self._layers = [operation for operation in self._operations if isinstance(operation, Layer)]
        self.built = True
        self._build_shape, self._output_shape = shapes_of(self._inputs), shapes_of(alone(self._outputs))
        if not self._trainable:
            self.trainable = False
        self._lay_out()
        for loss in [loss for node in self._nodes for loss in node.losses]:
            self.add_loss(loss)

    def _lay_out(self) -> None:
        """Resolve what a pass through the model calls, so that the pass itself only computes."""
        losses, watched = vars(self).get("_symbolic_losses", []), vars(self).get("_symbolic_metrics", [])
        more = [*losses, *(t for t, _ in watched)]
        nodes = find_nodes(self.inputs, [*self.outputs, *more]) if more else self._nodes
        self._course = course(self.inputs, self.outputs, nodes, losses, watched)
        vars(self).pop("_sizes_seen", None)
        self._opened_outputs = self._traced_outputs = None
        self._tried_on = []
        self._forget_steps()

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add to the loss: in `call` a value; of symbolic tensors one, whose mean is added; or a function."""
        symbolic = symbolic_leaves(loss)
        if not symbolic:
            super().add_loss(loss)
            self._forget_steps()
            return
        self._take_in(symbolic)
        vars(self).setdefault("_symbolic_losses", []).extend(symbolic)
        self._lay_out()

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Report the mean of a value of each batch under a name, in `call` or of a symbolic tensor, as Keras 2 has it."""
        symbolic = symbolic_leaves(value)
        if not symbolic:
            return super().add_metric(value, name, aggregation)
        self._take_in(symbolic)
        metric = REGISTRIES["keras.metrics"].table["Mean"](name=name or "metric")
        vars(self).setdefault("_added_metrics", {})[metric.name] = metric
        vars(self).setdefault("_symbolic_metrics", []).append((symbolic[0], metric))
        self._lay_out()

    def _take_in(self, symbolic: list[KerasTensor]) -> None:
        """The layers on the way to further tensors belong to the model as well."""
        nodes = find_nodes(self.inputs, symbolic)  # said now if they need another input
        known = {id(layer) for layer in self._layers}
        self._layers += [n.operation for n in nodes if isinstance(n.operation, Layer) and id(n.operation) not in known]

    # -- computing ---------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs) -> Any:
        """As of any layer; an array such as the last one goes straight through the layers."""
        plain = len(args) == 1 and (not kwargs or len(kwargs) == 1 and kwargs.get("training") is False)
        x = args[0] if plain else None
        if type(x) is not np.ndarray or CALL.get() is not None or TAPE.get() is not None or not self._is_bare():
            return super().__call__(*args, **kwargs)
        if not self._knows(x):
            y = super().__call__(x)
            if x.ndim and self._takes_as_it_is(x):
                self._checked(x)
            return y
        try:
            return tensor(self._course.predict(x))
        except ValueError as error:
            name_layer(self, x, error)
            raise

    def _is_bare(self) -> bool:
        """Whether a call of this model is nothing but its layers: no mask, nothing added to the loss, no call() of its own."""
        cls, course = type(self), self._course
        own = cls.call is not Model.call or cls.compute_mask is not Model.compute_mask
        more = course is None or course.masked or course.is_penalized or self.activity_regularizer is not None
        return not (own or more or self._penalties)

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Pass inputs through the layers. A model of your own overrides this."""
        if self._course is None:
            return super().call(inputs)
        if symbolic_leaves(inputs):
            return self._on_symbols(inputs, mask)
        if self._goes_by_parts():
            return self.retrace(inputs, training, mask)
        if TAPE.get() is not None:
            return call_on_tape(self, inputs, training, {} if mask is None else {"mask": mask}, Model)
        return self.infer_with_mask(inputs, training, mask)[0]

    def _on_symbols(self, inputs: Any, mask: Any) -> Any:
        """Call the layers on other symbolic tensors: what a call() of one's own does around ``super()`` is seen so."""
        if flat_mask(mask) is not None:
            raise ValueError(f"model {self.name!r} can't be followed with a mask that was made outside of it")
        given = flatten(self._flat(inputs))
        tensors = {id(t): x for t, x in zip(self.inputs, given, strict=True)}
        recall(self._nodes, tensors, lambda o: o if isinstance(o, Layer) else Operation(o.function, o.name))
        ys = [tensors[id(t)] for t in self.outputs]
        return self._structured(ys[0] if len(ys) == 1 else ys)

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Any]:
        """Pass x through all layers; keep what each one's backward needs."""
        x = self._flat(x)
        y, trail = self._course.forward(x, training) if mask is None else self._course.forward(x, training, flat_mask(mask))
        return self._structured(y), trail

    @property
    def is_traced(self) -> bool:
        """Whether the gradient of this model comes from a tape, for it has a call() of its own."""
        cls = type(self)
        if "call" in vars(cls) and "forward" not in vars(cls):  # given after the class was made: ``Own.call = call``
            super(cls, cls).__init_subclass__()
        return super().is_traced

    @property
    def _straight(self) -> Any:
        """The course, if a call is nothing else; None for a model with a call() of its own, even if that goes there too."""
        return None if self._course is None or self.is_traced else self._course

    def _compute(self, x: Any, training: bool, arguments: dict) -> Any:
        if not self.is_traced and self._course is not None and self._goes_by_parts():
            return self.retrace(x, training, **arguments)
        return super()._compute(x, training, arguments)

    def _goes_by_parts(self) -> bool:
        """Whether a call notes what the layers add to the loss, or is watched and gives outputs on the way to others."""
        course = self._course
        return course.is_penalized and CALL.get() is not None or course.gives_inner_outputs and TAPE.get() is not None

    def retrace(self, x: Any, training: bool = False, mask: Any = None) -> Any:
        """The same with each layer by itself on the tape: for second derivatives."""
        return self._structured(self._course.retrace(self._flat(x), training, flat_mask(mask)))

    def infer(self, x: Any, training: bool = False, mask: Any = None, **arguments) -> Any:
        """The same without a way back."""
        if self._straight is None:
            return super().infer(x, training, **(arguments if mask is None else {**arguments, "mask": mask}))
        if self._plain and mask is None:
            return self._course.call(x, training)
        return self._structured(self._course.call(self._flat(x), training, flat_mask(mask)))

    def infer_with_mask(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Any]:
        """The outputs, and which of their steps count."""
        if not self._course.masked and mask is None:
            return self._structured(self._course.call(self._flat(x), training)), None
        y, masks = self._course.call_with_mask(self._flat(x), training, flat_mask(mask))
        return self._structured(y), masks

    def backward(self, dy: Any, trail: Any, need_dx: bool = True) -> Any:
        """Walk back from ∂L/∂y to the first layer that is trained, or to ∂L/∂x."""
        if not self._plain:
            dy = flatten(dy) if not self._course_one_out else flatten(dy)[0]
        dx = self._course.backward(dy, trail, need_dx)
        return self._like_inputs(dx) if need_dx else None

    def backward_from_logits(self, delta: Any, trail: Any, need_dx: bool = True) -> Any:
        """The same from δ = ∂L/∂z of the last layer, whose activation and loss were differentiated together."""
        dx = self._course.backward_from_logits(delta, trail, need_dx)
        return self._like_inputs(dx) if need_dx else None

    @property
    def activation(self) -> Any:
        """The activation that the model ends in, if its last layer can be differentiated from the logits."""
        return self._course.activation() if self._straight is not None and self._course_one_out else None

    def logits(self, trail: Any) -> np.ndarray:
        """What the last activation was applied to."""
        return self._course.logits(trail)

    @property
    def is_penalized(self) -> bool:
        """Whether a pass may add to the loss."""
        return self.is_traced or self._course is not None and self._course.is_penalized

    def penalty(self, kept: Any) -> float:
        """What this pass adds to the loss."""
        return self._course.penalty(kept)

    @property
    def makes_mask(self) -> bool:
        """Whether a mask may come out although none went in."""
        return self._course.masked if self._course is not None else super().makes_mask

    supports_masking = True
    casts_inputs = False

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the mask of the outputs."""
        if self._course is None or not (self._course.masked or previous_mask is not None):
            return None if self._course is not None else previous_mask
        return self._structured(self.infer_with_mask(inputs, False, previous_mask)[1])

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained; the trainer asks for it when that has changed."""
        for layer in [self, *self._inner_layers()]:
            if getattr(layer, "_course", None) is not None:
                layer._course.resolve_trainable()

    # -- structure ---------------------------------------------------------------------------------------------------

    @property
    def _plain(self) -> bool:
        """One array in, one array out, each by itself."""
        return isinstance(self._inputs, KerasTensor) and isinstance(self._outputs, KerasTensor)

    @property
    def _course_one_out(self) -> bool:
        return isinstance(self._outputs, KerasTensor) or len(self.outputs) == 1

    def _flat(self, x: Any) -> Any:
        """Inputs as the course takes them: one array, or a list in the order of the model's inputs."""
        if isinstance(self._inputs, KerasTensor):
            return flatten(x)[0] if type(x) in (list, tuple, dict) else x
        if isinstance(x, dict) and not isinstance(self._inputs, dict):
            x = [x[t.node.operation.name] for t in self.inputs]
        elif isinstance(x, dict):
            x = [x[key] for key in keys(self._inputs)]
        flat = flatten(x)
        return flat if len(self.inputs) > 1 else flat[0]

    def _structured(self, y: Any) -> Any:
        """Outputs in the structure that the user gave; one alone in a list comes without the list, as in Keras."""
        outputs = alone(self._outputs)
        if isinstance(outputs, KerasTensor) or y is None:
            return y
        return pack_sequence_as(outputs, [y] if self._course_one_out else y)

    def _like_inputs(self, dx: Any) -> Any:
        if len(self.inputs) == 1:  # it may have come alone or in a list of one
            return dx
        return pack_sequence_as(self._inputs, dx)

    def build(self, input_shape: Any) -> None:
        """Build for inputs of this shape: a model with a call() of its own tries it out on symbolic ones."""
        if self.is_traced and not vars(self).get("_meeting_data") and any(not layer.built for layer in self._inner_layers()):
            self._tried(symbolic_of(input_shape, self.compute_dtype), {})

    def build_for(self, x: Any, arguments: dict | None = None) -> None:
        """Build for inputs, arrays or symbolic."""
        vars(self)["_meeting_data"] = "text" if _holds_text(x) else "numbers"  # the data itself says more than its shape
        try:
            super().build_for(x, arguments)
        finally:
            del vars(self)["_meeting_data"]

    def compute_output_spec(self, x: Any, **arguments) -> Any:
        """Return symbolic outputs for symbolic inputs."""
        if self._straight is None:
            return super().compute_output_spec(x, **arguments)
        tensors = {id(t): s for t, s in zip(self.inputs, flatten(x))}
        propagate(self._nodes, tensors)
        return map_leaves(lambda t: KerasTensor(tensors[id(t)].shape, tensors[id(t)].dtype), alone(self._outputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the outputs for shapes of the inputs."""
        if self._straight is None:
            return super().compute_output_shape(input_shape)
        shapes = [input_shape] if is_shape(input_shape) else flat_shapes(input_shape)
        given = pack_sequence_as(self._inputs, [KerasTensor(s, t.dtype) for s, t in zip(shapes, self.inputs)])
        return shapes_of(self.compute_output_spec(given))

    # -- layers ------------------------------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers in order."""
        if self._course is not None:
            return list(self._layers)
        return self._parts(Layer)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved: it lists the layers of the model. Keep yours under another name, such as "
            "self.blocks."
        )

    @property
    def operations(self) -> list:
        """The layers, and the operations between them."""
        return list(vars(self).get("_operations", self.layers))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place.

        Raises:
            ValueError: there is none; the message lists the layers.
        """
        if (name is None) == (index is None):
            raise ValueError(f"get_layer takes a name or an index, got name={name!r}, index={index!r}.")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"Model {self.name!r} has {len(self.layers)} layers, there is none at index {index}.")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name!r}. Model {self.name!r} has {[layer.name for layer in self.layers]}.")

    def _repr_html_(self) -> str | None:
        """What a notebook shows: the summary."""
        import html  # with all its entities: only when it is needed

        from minikeras.models import summary as summaries

        return f"<pre>{html.escape(summaries.table(self))}</pre>" if self.built else None

    def summary(
        self,
        line_length: int | None = None,
        positions: list | None = None,
        print_fn: Callable | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: list | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: width of the table in characters.
            positions: where the columns end, as fractions of the width or in characters.
            print_fn: gets the text instead of the terminal.
            expand_nested: show the layers of models inside.
            show_trainable: add a column that says which layers are trained.
            layer_range: the first and the last layer to show, by name.
        """
        from minikeras.models import summary as summaries  # only where it is asked for

        text = summaries.table(self, line_length, positions, expand_nested, show_trainable, layer_range)
        print(text, end="") if print_fn is None else print_fn(text)

    # -- configs -----------------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """Return what rebuilds the model: the graph, or for a class of your own the arguments of its constructor."""
        if self._course is not None and self._inputs is not None:
            from minikeras.models.graph_config import graph_config  # for files: a heap of old forms

            with telling_shared(self):
                return graph_config(self)
        config = super().get_config()
        return {key: value for key, value in config.items() if key not in ("autocast", "activity_regularizer")}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Any:
        """Build a model from what `get_config` returned."""
        if isinstance(config, dict) and "input_layers" in config:
            from minikeras.models.graph_from_config import from_graph_config

            made = REGISTRIES["keras"].table["Functional"] if cls is Model else cls
            with sharing():
                return from_graph_config(made, config, custom_objects)
        return super().from_config(config)

    def __reduce__(self):  # copy and pickle: by config and weights, not by shared memory
        with noting_own() as own, telling_shared(self):
            config = serialize_keras_object(self)
        optimizer = getattr(self, "optimizer", None)
        slots = None
        if optimizer is not None and optimizer.built:  # maybe for more weights than are trained now
            place = {id(v): i for i, v in enumerate(self.variables)}
            trained = [place[id(v)] for v in optimizer._trainable_variables if id(v) in place]
            slots = trained, [v.numpy() for v in optimizer.variables]
        from minikeras._core.byte_code import Carried  # for copies and processes

        own = {name: Carried(value) if isinstance(value, FunctionType) else value for name, value in own.items()}
        return _rebuild, (config, own, self.get_weights(), slots)


def _holds_text(x: Any) -> bool:
    first = next(iter(flatten(x)), None)
    dtype = getattr(first, "dtype", None)
    return dtype == "string" if isinstance(first, KerasTensor) else getattr(dtype, "kind", "f") in "OSU" and is_text(first)


def _rebuild(config: dict, own: dict, weights: list, slots: tuple[list, list] | None) -> Model:
    from minikeras._core.byte_code import Carried

    own = {name: value.function if isinstance(value, Carried) else value for name, value in own.items()}
    with sharing():
        model = deserialize_keras_object(config, own)
    if model.built:
        model.set_weights(weights)
    if slots is not None:
        adopt(model.variables)  # as the original's: numbers elsewhere in memory may be rounded otherwise
        trained, values = slots
        model.optimizer.build([model.variables[i] for i in trained])
        for variable, value in zip(model.optimizer.variables, values):
            variable.assign(value)
    return model
