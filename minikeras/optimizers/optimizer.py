"""The base of all optimizers: slots that lie flat beside the weights, and steps resolved beforehand."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minikeras._core.naming import shorten
from minikeras._core.threads import limited
from minikeras._core.variable import Variable, adopt, untraced
from minikeras.optimizers import parts
from minikeras.optimizers.blocks import cut, with_scratch
from minikeras.optimizers.keras2 import Keras2
from minikeras.optimizers.options import Rate


class Optimizer(Keras2):
    """Base class: what every optimizer takes and can do.

    A subclass names its slots and gives the rule of one step. The rule sees flat arrays: all weights that lie side by
    side, in blocks of at most some 100,000 elements, and two scratch arrays of the same length. It works in place.

    Args:
        learning_rate: η, a number, a schedule, or a function without arguments that returns a number.
        weight_decay: λ; before each step w ← w − η λ w. Variables can be left out by ``exclude_from_weight_decay``.
        clipnorm: each variable's gradient is scaled down to at most this norm.
        clipvalue: each element of a gradient is kept between −clipvalue and clipvalue.
        global_clipnorm: all gradients together are scaled down to at most this norm.
        use_ema: whether to keep a moving average of the weights, a ← μ a + (1 − μ) w, that replaces them at the end of
            training.
        ema_momentum: μ, from 0 to 1.
        ema_overwrite_frequency: replace the weights by the average every so many steps, too.
        loss_scale_factor: the loss was multiplied by this; gradients are divided by it.
        gradient_accumulation_steps: update only every so many steps, by the mean gradient of these.
        name: defaults to the class name in snake case, numbered.

    These options are read when the optimizer is built; the rule's own numbers (``momentum``, ``beta_1``) at each step.

    >>> class SignDescent(Optimizer):
    ...     def update(self, w, g, s, r):
    ...         np.sign(g, out=s); s *= self.rate; w -= s          # w ← w − η sign(g)
    >>> w = Variable([1.0, -1.0]); optimizer = SignDescent(learning_rate=0.5)
    >>> _ = optimizer.apply_gradients([([3.0, -4.0], w)]); w.tolist()
    [0.5, -0.5]

    Keras' own way works, too: a subclass that overrides ``update_step(gradient, variable, learning_rate)`` is called
    once per variable, and makes its slots in ``build`` with ``add_variable_from_reference``. So do the ways of Keras 1 and 2:
    see `keras2`.
    """

    whole = False  # whether `update` wants each variable on its own, in its own shape

    def __init__(self, learning_rate: Rate = 0.01, *options, **named):
        super().__init__(learning_rate, *options, **named)
        self.by_variable = type(self).update_step is not Optimizer.update_step
        self._in_float32 = False
        self._undecayed: tuple[list[Variable], list[str]] = ([], [])
        self._plans: dict[tuple[int, ...], list[parts.Part]] = {}
        self._parts: list[parts.Part] = [self._refuse]

    # ---- the rule: for subclasses to override

    def prepare(self, rate: float, t: int) -> None:
        """Compute the numbers of step ``t`` = 1, 2, ... before the weights are walked. By default ``self.rate`` = η."""
        self.rate = rate

    def power(self, beta: float, t: int) -> float:
        """Return βᵗ, of the β that float32 holds where the weights are float32, as Keras does.

        It shows: 1 − 0.999ᵗ starts 1.3e-5 lower so, and a loss differs by as much after some epochs.

        >>> optimizer = Optimizer(0.1); optimizer.update = print
        >>> optimizer.build([Variable([1.0], dtype="float32")]); round(1 - optimizer.power(0.999, 1), 10)
        0.0009999871
        """
        return (_in_float32(beta) if self._in_float32 else beta) ** t

    def update(self, w: np.ndarray, g: np.ndarray, *slots_and_scratch: np.ndarray) -> None:
        """Change ``w`` and the slots in place. Called as ``update(w, g, *slots, s, r)``; s and r are scratch."""
        raise NotImplementedError(f"{type(self).__name__} must override update(w, g, *slots, s, r) or update_step(...).")

    def decay_of(self, variable: Variable) -> float | None:
        """Return the weight decay λ of a variable, None for none."""
        return self.weight_decay if self._use_weight_decay(variable) else None

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Do the step of one variable: what an optimizer written for Keras overrides, and may call."""
        self._get_variable_index(variable)
        variable.grad[...] = gradient
        self.prepare(float(learning_rate), self._iterations.value.item() // (self.gradient_accumulation_steps or 1) + 1)
        for piece in with_scratch(cut([self.row(variable)], self.whole)):
            self.update(*piece)

    # ---- building

    def build(self, variables: Iterable[Variable]) -> None:
        """Make slots for these variables and resolve the steps to come.

        May be called again with other variables (a layer frozen, thawed or added): slots that are there stay as they are,
        new variables get new ones, and variables that are no longer among them keep theirs but are left alone.

        Raises:
            ValueError: something that is not a ``Variable`` of floats.

        >>> optimizer = Optimizer(0.1, use_ema=True, name="my"); optimizer.update = print
        >>> optimizer.build([Variable([1.0], name="w")]); [v.path for v in optimizer.variables]
        ['my/iteration', 'my/learning_rate', 'my/w_average']
        """
        variables = list(dict.fromkeys(self._checked(variables)))
        for v in variables:
            v.take_gradient()
        adopt(variables)
        self._add_slots(variables)
        self._trainable_variables = variables
        self._in_float32 = bool(variables) and variables[0].dtype == "float32"
        self._plans.clear()
        self._parts = self._parts_for(variables)
        self._made_for = self._choices()
        self.built = True
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self.set_weights(pending)

    def is_set_on(self, variables: Sequence[Variable]) -> bool:
        """Whether `step` would train these variables and no others.

        >>> w = Variable([1.0]); optimizer = Optimizer(0.1); optimizer.update = print
        >>> optimizer.build([w]); optimizer.is_set_on([w]), optimizer.is_set_on([])
        (True, False)
        """
        mine = self._trainable_variables
        same = len(mine) == len(variables) and all(a is b for a, b in zip(mine, variables))
        return same and self._made_for == self._choices()

    _made_for: tuple = ()  # the options that the steps were resolved for

    def _choices(self) -> tuple:
        """The options that make a step what it is, and may be set anew at any time: they count from the next `fit` on."""
        listed, names = self._undecayed
        return (
            self.slots, self.weight_decay, self.clipnorm, self.clipvalue, self.global_clipnorm, self.use_ema,
            self.ema_overwrite_frequency, self.loss_scale_factor, self.gradient_accumulation_steps, *map(id, listed), *names,
        )  # fmt: skip

    def _checked(self, variables: Iterable[Variable]) -> list[Variable]:
        variables = list(variables)
        for v in variables:
            if not isinstance(v, Variable):
                raise ValueError(f"Optimizer {self.name!r} trains Variables, got {type(v).__name__}: make it a Variable.")
            if v.grad is None:
                raise ValueError(f"Variable {v.path!r} of {v.dtype} can't be trained: make it a float, or trainable=False.")
        return variables

    def _refuse(self):
        raise ValueError(f"Optimizer {self.name!r} has no variables yet: call build(variables) first.")

    # ---- stepping

    def step(self) -> None:
        """Do one step on the built variables from the gradients that stand in their ``grad``. The hot path: no checks.

        Clipping, accumulation and unscaling change these gradients in place.
        """
        for part in self._parts:
            part()
        count = self._iterations.value
        count[()] = count.item() + 1

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Do one step from gradients given as arrays.

        Args:
            grads: one array per variable; None for a variable that gets no step.
            trainable_variables: the variables; by default those that the optimizer was built with. New ones are taken in.

        Raises:
            ValueError: numbers or shapes don't fit, or all gradients are None.
        """
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None and not self.built:
            self._refuse()
        variables = self._trainable_variables if trainable_variables is None else self._checked(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(f"`grads` must match the variables one to one, got {len(grads)} for {len(variables)} variables.")
        if len(set(variables)) != len(variables):
            raise ValueError("A variable is given twice: add its gradients and give it once.")
        pairs = self._filtered(grads, variables)
        known = set(self._trainable_variables)
        if not self.built or not known.issuperset(variables):
            self.build([*self._trainable_variables, *(v for v in variables if v not in known)])
            for v in variables:
                self._get_variable_index(v)  # one that overrides `build` may refuse newcomers
        for g, v in pairs:
            np.copyto(v.grad, g)
        with np.errstate(all="ignore"), limited():
            for part in self._parts_for([v for _, v in pairs]):
                part()
        self._iterations.value[()] += 1

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Variable]], name: str | None = None, skip_gradients_aggregation: bool = False
    ) -> Variable:
        """Do one step from pairs (gradient, variable); return the count of steps.

        Args:
            grads_and_vars: what ``zip(grads, variables)`` gives.
            name, skip_gradients_aggregation: kept for Keras 2's sake.
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self.iterations

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Variable:
        """Compute the gradients of a loss with a tape and do one step; return the count of steps.

        Args:
            loss: what was computed under the tape, or a function without arguments that computes it.
            var_list: the variables, or a function without arguments that returns them.
            tape: the ``GradientTape``; a function needs none.

        Raises:
            ValueError: there is no tape for what was computed already.

        >>> class Down(Optimizer):
        ...     def update(self, w, g, s, r): w -= g
        >>> w = Variable([3.0]); optimizer = Down(0.1)
        >>> int(optimizer.minimize(lambda: np.sum(w * w) / 4, [w])), w.tolist()
        (1, [1.5])
        """
        function = callable(loss) and not hasattr(loss, "shape")
        if tape is None and not function:
            raise ValueError(
                f"minimize() of optimizer {self.name!r} needs the tape under which the loss was computed: write "
                "`with GradientTape() as tape: loss = ...`, then `minimize(loss, variables, tape=tape)`."
            )
        if function:
            from minikeras._core.gradient_tape import GradientTape  # few loops are written so

            tape = GradientTape() if tape is None else tape
            with tape:
                loss = loss()
        variables = list(var_list() if callable(var_list) else var_list)
        return self.apply_gradients(zip(tape.gradient(loss, variables), variables))

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return what the weights and the optimizer's state become in one step from those given; nothing is changed.

        Args:
            optimizer_variables: values in the order of ``variables``.
            grads: one array per weight.
            trainable_variables: values of the weights, in the order that the optimizer was built with.

        >>> class Down(Optimizer):
        ...     def update(self, w, g, s, r): w -= g
        >>> w = Variable([1.0]); optimizer = Down(0.1); optimizer.build([w])
        >>> optimizer.stateless_apply([5, 0.1], [[1.0]], [[7.0]])[0], w.tolist()
        ([array([6.], dtype=float32)], [1.0])
        """
        if not self.built:
            self._refuse()
        weights, state = self._trainable_variables, self.variables
        for given, own, name in ((trainable_variables, weights, "weights"), (optimizer_variables, state, "variables")):
            if len(given) != len(own):
                raise ValueError(f"Optimizer {self.name!r} has {len(own)} {name}, stateless_apply() got {len(given)}.")
        held = [*weights, *state]
        kept = [v.numpy() for v in held]
        try:
            for v, value in zip(held, [*trainable_variables, *optimizer_variables]):
                v.assign(value)
            self.apply(grads, weights)
            return [v.numpy() for v in weights], [v.numpy() for v in state]
        finally:
            for v, value in zip(held, kept):
                v.assign(value)

    def _filtered(self, grads: list, variables: list[Variable]) -> list[tuple[np.ndarray, Variable]]:
        pairs, missing = [], []
        for g, v in zip(grads, variables):
            if g is None:
                missing.append(v.path)
                continue
            g = np.asarray(untraced(g), v.dtype)
            if g.shape != v.shape:
                raise ValueError(f"The gradient of {v.path!r} should have shape {v.shape}, got {g.shape}.")
            pairs.append((g, v))
        if not pairs:
            raise ValueError(
                f"No gradients provided for any variable: all of `grads` are None, for {shorten(missing)}. Does the loss "
                "depend on them? Under a tape, float(v), v.numpy() and np.array(v) take numbers out of the gradient."
            )
        if missing:
            text = f"Gradients do not exist for variables {missing}: these get no step. Does the loss depend on them?"
            warnings.warn(text, UserWarning, stacklevel=3)
        return pairs

    def _parts_for(self, variables: list[Variable]) -> list[parts.Part]:
        key = tuple(map(id, variables))
        if key not in self._plans:
            self._plans[key] = parts.plan(self, variables)
        return self._plans[key]

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times ``loss_scale_factor``: that from which gradients are to be computed.

        >>> Optimizer(0.1, loss_scale_factor=4.0).scale_loss(0.5)
        2.0
        """
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    @property
    def scales_loss(self) -> bool:
        """Whether `scale_loss` changes the loss: gradients are then to be computed from what it returns."""
        return self.loss_scale_factor is not None

    def joined(self) -> list[tuple[str, Optimizer]]:
        """The optimizers that have a learning rate, each with a name: this one, unnamed, or those that it joins.

        >>> optimizer = Optimizer(0.1); optimizer.joined() == [("", optimizer)]
        True
        """
        return [("", self)]

    def averages(self) -> list[tuple[Variable, Variable]]:
        """Pairs of a weight and the variable that holds its moving average; none without ``use_ema``."""
        return list(zip(self._trainable_variables, self._model_variables_moving_average)) if self.use_ema else []

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """At the end of training: replace the weights by their moving averages, where such are kept."""
        for v in var_list:
            if (v, "average") in self._slots:
                v.value[...] = self._slots[v, "average"].value

    def exclude_from_weight_decay(self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None):
        """Leave variables out of weight decay.

        Args:
            var_list: the variables.
            var_names: regular expressions; a variable is left out if its name holds a match, such as ``"bias"``.
        """
        self._undecayed = list(var_list or ()), list(var_names or ())
        if self.built:
            self.build(self._trainable_variables)

    def _use_weight_decay(self, variable: Variable) -> bool:
        listed, names = self._undecayed
        return not any(variable is v for v in listed) and not any(re.search(n, variable.name) for n in names)


@functools.lru_cache(64)
def _in_float32(number: float) -> float:
    return np.float32(number).item()
