"""The weights layout of Keras 3: ``layers/dense/vars/0``, ``optimizer/vars/0``, in `.weights.h5` and inside `.keras`.

Read, too, as Keras 2.13 and 2.15 wrote it: under other names, and with numbers that skip.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.saving.hdf5 import Group
from minikeras.saving.hdf5.source import BEST_RATIO, FREE
from minikeras.saving.optimizer_state import plan_optimizer
from minikeras.saving.plan import Plan, datasets_in
from minikeras.saving.tree import Part, overrides, parts

OLD_KINDS = {"batch_normalization": "sync_batch_normalization", "lstm": "cu_dnnlstm", "gru": "cu_dnngru"}  # of Keras 2
CONTAINERS = {"layers": ("layers", "_layer_checkpoint_dependencies")}  # the second: Keras 2.13


def write_weights(target: Any, model: Any, include_optimizer: bool = True) -> None:
    """Write the weights of a model, and the state of its optimizer.

    Args:
        target: a path or a binary file to write to.
        model: a built model.
        include_optimizer: whether to write the optimizer's state.
    """
    with writing(target) as file:
        for part in parts(model):
            store: Any = {}
            if overrides(part.part, "save_own_variables"):
                part.part.save_own_variables(store)
            else:
                store = {str(n): v.value for n, v in enumerate(part.own)}
            _write_vars(file, part.path, getattr(part.part, "name", None), store)
        optimizer = getattr(model, "optimizer", None)
        if include_optimizer and optimizer is not None:
            _write_vars(file, "optimizer", optimizer.name, {str(n): v.value for n, v in enumerate(optimizer.variables)})


@contextlib.contextmanager
def writing(target: Any) -> Iterator[Any]:
    """A new HDF5 file; what h5py says of a full disk, in several ways, becomes the OSError that it is."""
    import h5py

    try:
        with h5py.File(target, "w") as file:
            yield file
    except (OSError, RuntimeError) as error:
        found = re.search(r"errno = (\d+)", str(error))
        if found is None:
            raise
        raise OSError(int(found[1]), os.strerror(int(found[1]))) from None


def _write_vars(file: Any, path: str, name: Any, store: dict) -> None:
    group = file.create_group(f"{path}/vars".lstrip("/"))
    if isinstance(name, str) and name:
        group.attrs["name"] = name
    for key, value in store.items():
        group.create_dataset(str(key), data=np.asarray(value))


def is_weights(root: Group) -> bool:
    """Whether a file is of this layout."""
    return "layer_names" not in root.attribute_names and any(name in root for name in (*CONTAINERS["layers"], "vars"))


def plan_weights(plan: Plan, root: Group, model: Any, skip_mismatch: bool = False) -> list[str]:
    """Plan the weights of all layers; with ``skip_mismatch``, return what did not fit instead of raising."""
    skipped: list[str] = []
    met: dict[str, set[str]] = {}
    mine, ranks = _parts_as_in(root, model)
    for part in mine:
        try:
            _plan_part(plan, root, part, met, ranks)
        except ValueError as error:
            if not skip_mismatch:
                raise
            skipped.append(str(error))
    if not skip_mismatch:
        _check_rest(plan.name, root, met)
    return skipped


def _parts_as_in(root: Group, model: Any) -> tuple[list[Part], dict]:
    """The parts of a model under the paths of a file, and their ranks: as Keras 3 walks, or, if more is found so, 2."""
    mine = parts(model)
    ranks = _ranks(mine)
    missing = _count_missing(root, mine, ranks)
    if missing:
        others = parts(model, backwards=True)
        further = _ranks(others)
        if _count_missing(root, others, further) < missing:
            return others, further
    return mine, ranks


def _count_missing(root: Group, mine: list[Part], ranks: dict[tuple, int]) -> int:
    groups = (_find(root, part, {}, ranks) for part in mine if part.own and not isinstance(part.part, SeedGenerator))
    return sum(group is None or "vars" not in group for group in groups)


def _ranks(mine: list[Part]) -> dict[tuple, int]:
    """Which of its class each part is among those that stand in its container: some of the layers may stand elsewhere."""
    ranks: dict[tuple, int] = {}
    counts: dict[tuple, int] = {}
    for steps in sorted({part.steps for part in mine if part.steps and len(part.steps[-1]) == 3}, key=lambda s: s[-1][2]):
        place = (*steps[:-1], steps[-1][:2])
        ranks[steps] = counts[place] = counts.get(place, -1) + 1
    return ranks


def _plan_part(plan: Plan, root: Group, part: Part, met: dict[str, set[str]], ranks: dict[tuple, int]) -> None:
    group = _find(root, part, met, ranks)
    own = overrides(part.part, "load_own_variables")
    if group is None or "vars" not in group:
        if part.own and part.steps and not isinstance(part.part, SeedGenerator):  # Keras does not write those
            raise ValueError(
                f"{plan.name}: {part.label} has {len(part.own)} weights, but the file has none for it (at {part.path!r})."
            )
        return
    found = group.group("vars")
    if own:
        plan.call(part.part.load_own_variables, {n: found.dataset(n).read() for n in found.names}, part.own)
        return
    if not getattr(part.part, "built", True) and found.names:
        raise ValueError(
            f"{plan.name}: {part.label} is not built, so it has no weights to load into. Give the model an input shape "
            "(keras.Input(shape=...) as its first layer) or call it on data first."
        )
    plan.take(part.own, datasets_in(found), part.label)


def _find(root: Group, part: Part, met: dict[str, set[str]], ranks: dict[tuple, int]) -> Group | None:
    """The group of a part: the n-th layer of a class is the n-th of that class in the file, whatever its number."""
    group = root
    for depth, step in enumerate(part.steps, 1):
        name = next((n for n in CONTAINERS.get(step[0], (step[0], f"_{step[0]}", step[0].lstrip("_"))) if n in group), None)
        if name is None:
            return None
        group = group.group(name)
        if len(step) == 3:
            kind, n = step[1], ranks[part.steps[:depth]]
            numbered = group.numbered.get(kind) or group.numbered.get(OLD_KINDS.get(kind, ""), [])
            if n >= len(numbered):
                return None
            met.setdefault(group.path, set()).add(numbered[n])
            group = group.group(numbered[n])
    return group


def _check_rest(name: str, root: Group, met: dict[str, set[str]]) -> None:
    """Weights of layers that the model does not have are a sign that the file is another model's."""
    for container in CONTAINERS["layers"]:
        if container in root and isinstance(root[container], Group):
            group = root.group(container)
            for other in sorted(set(group.names) - met.get(group.path, set())):
                if _has_numbers(group.group(other)):
                    raise ValueError(
                        f"{name}: the file has weights for a layer {other!r} that the model does not have. "
                        "Is it the file of another model?"
                    )


def _has_numbers(group: Group) -> bool:
    """Whether there is a dataset below."""
    groups, seen = [group], {group.address}
    for _ in range(10):
        found = [item for group in groups for item in group.unseen(seen)]
        groups = [item for item in found if isinstance(item, Group)]
        if len(groups) < len(found):
            return True
    return False


def plan_optimizer_weights(plan: Plan, root: Group, model: Any) -> str | None:
    """Plan the optimizer's state; returns why it does not fit, if so."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or "optimizer" not in root or "vars" not in root.group("optimizer"):
        return None
    datasets = datasets_in(root.group("optimizer").group("vars"))
    return plan_optimizer(plan, optimizer, model, datasets, None)


def declared_bytes(root: Group) -> int:
    """Bytes of all arrays, as far as the file can really hold them: what a model built for it may take."""
    claims: list[tuple[int, int, int]] = []
    groups, seen = [root], {root.address}
    for _ in range(100):
        found = [item for group in groups for item in group.unseen(seen)]
        claims += [item.claims() for item in found if not isinstance(item, Group)]
        groups = [item for item in found if isinstance(item, Group)]
        if not groups:
            plain, packed, stored = (sum(column) for column in zip(*claims, strict=True)) if claims else (0, 0, 0)
            most = root.source.data_left
            return min(plain, most) + min(packed, BEST_RATIO * min(stored, most) + FREE)
    raise root.source.error("is damaged or hostile: its groups are nested more than 100 deep.")
