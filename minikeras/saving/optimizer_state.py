"""The state of an optimizer in a file, whoever wrote it: which array belongs to which variable."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras._core.old_arguments import outside
from minikeras._core.variable import Variable
from minikeras.saving.hdf5 import Dataset
from minikeras.saving.plan import Plan, check_fit


def plan_optimizer(plan: Plan, optimizer: Any, model: Any, datasets: list[Dataset], names: list[str] | None) -> str | None:
    """Plan the state of an optimizer.

    Args:
        datasets: the arrays in the order of the file.
        names: their names in a legacy file: they tell how the arrays are ordered.

    Returns:
        None, or the reason why the state does not fit this optimizer; nothing is planned then.
    """
    if model.built and not getattr(optimizer, "built", False):
        optimizer.build(model.trainable_variables)
    datasets = reordered(datasets, names)
    for variables in _candidates(optimizer):
        chosen = _match(variables, datasets, _shapes(model.trainable_variables))
        if chosen is not None:
            label = f"optimizer {optimizer.name!r} ({type(optimizer).__name__})"
            plan.take(chosen, datasets[: len(chosen)], label)
            count = next((value for v, value in plan.values if v.name == "iteration" and value.shape == ()), 0)
            if count < 0:
                raise ValueError(f"{plan.name} is damaged: {label} has done {int(count)} steps.")
            lost = [v for v in optimizer.variables if v.name == "u_product" and not any(v is chose for chose in chosen)]
            for product in lost:  # Keras 2 did not write it
                plan.put(product, np.asarray(optimizer.product_after(int(count)), product.dtype))
            return None
    if len(datasets) == len(optimizer.variables):
        check_fit(plan.name, list(optimizer.variables), datasets, f"optimizer {optimizer.name!r} ({type(optimizer).__name__})")
    return (
        f"{plan.name}: the optimizer {optimizer.name!r} has {len(optimizer.variables)} variables of shapes "
        f"{_shapes(optimizer.variables)}, the file has {len(datasets)} of shapes {_shapes(datasets)}"
    )


def tell_of_lost_state(problem: str | None, model: Any) -> None:
    """Warn that the state of an optimizer does not fit a model that was frozen after training; raise for any other model."""
    if problem is None:
        return
    if all(layer.trainable for layer in (model, *model._inner_layers())):
        raise ValueError(f"{problem}. Load it with compile=False to have the model without its optimizer.")
    warnings.warn(f"{problem}: weights are frozen that were trained. It begins anew.", UserWarning, stacklevel=outside())


def reordered(datasets: list[Dataset], names: list[str] | None) -> list[Dataset]:
    """Bring slots that old Keras wrote kind after kind (m, m, ..., v, v, ...) into the order of today: m, v, m, v, ...

    Keras 2.0 to 2.2 call them "training/Adam/Variable:0", tf.keras up to 2.10 "Adam/dense/kernel/m:0".
    """
    if not names or not any(":" in name for name in names):  # Keras 3: in the order of the optimizer's variables
        return datasets
    slots = [i for i, n in enumerate(names) if "iter" not in n.rsplit("/", 1)[-1] and "learning_rate" not in n]
    rest = [i for i in range(len(names)) if i not in set(slots)]
    optimizer = next((w for n in names for w in n.split("/")[:2] if w in _BY_KIND), None)
    cache = [i for i in slots if names[i].rsplit("/", 1)[-1].startswith("momentum_cache")]  # Nadam's product: last today
    slots = [i for i in slots if i not in cache]
    old = any(n.startswith("training/") for n in names)
    tails = [names[i].rsplit("/", 1)[-1].split(":")[0] for i in slots]
    kinds = len(set(tails)) if set(tails) <= _TAILS else _BY_KIND.get(optimizer, 1) if old else 1
    third = len(slots) // 3
    if old and optimizer == "Adam" and len(slots) == 3 * third and all(datasets[i].shape == (1,) for i in slots[2 * third :]):
        slots = slots[: 2 * third]  # the rest holds the place of amsgrad's slots
    if kinds < 2 or len(slots) % kinds or optimizer == "RMSprop":  # whose kinds follow each other today as well
        return [datasets[i] for i in rest + slots + cache]
    n = len(slots) // kinds
    in_turns = [slots[k * n + j] for j in range(n) for k in range(min(kinds, 2))]
    return [datasets[i] for i in rest + in_turns + slots[2 * n :] + cache]


_BY_KIND = {"Adam": 2, "Adamax": 2, "Nadam": 2, "Adadelta": 2, "SGD": 1, "RMSprop": 1, "Adagrad": 1}
_TAILS = {"m", "v", "vhat", "momentum", "rms", "accumulator", "accum_grad", "accum_var", "mg"}


def _candidates(optimizer: Any) -> list[list[Variable]]:
    """The lists of variables that files are known to hold, likeliest first."""
    everything = list(optimizer.variables)
    without_rate = [v for v in everything if v.name != "learning_rate"]
    without_count = [v for v in without_rate if v.name != "iteration"]
    fresh = [v for v in everything if v.name in ("iteration", "learning_rate")]
    without_product = [v for v in without_rate if v.name != "u_product"]  # Nadam of Keras 2
    without_unused = [v for v in without_rate if v.shape or v.name == "iteration"]  # Adafactor of Keras 2
    inner = getattr(optimizer, "inner_optimizer", None)  # a LossScaleOptimizer of Keras 2 wrote nothing of its own
    scaled = _candidates(inner)[1:] if inner is not None else []
    return [everything, fresh, without_rate, without_count, without_product, without_unused, *scaled]


def _match(variables: list[Variable], datasets: list[Dataset], trained: list[tuple]) -> list[Variable] | None:
    """The variables if the arrays fit them; an SGD of Keras 2 has slots even without momentum, which are left out."""
    unused = trained if [v.name for v in variables] == ["iteration"] else []
    return variables if _shapes(datasets) in (_shapes(variables), _shapes(variables) + unused) else None


def _shapes(items: list) -> list[tuple]:
    return [i.shape for i in items]
