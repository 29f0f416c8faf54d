"""Lists of tuples of dicts of things: walking through them. ``keras.tree`` says how each function behaves."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in a place.

    >>> traverse(lambda x: MAP_TO_NONE if x == 2 else None, [1, 2])
    [1, None]
    """


def is_nested(structure: Any) -> bool:
    """Whether it is a list, tuple, dict, named tuple or deque, empty ones included.

    >>> is_nested([]), is_nested("abc"), is_nested(None)
    (True, False, False)
    """
    return isinstance(structure, (list, tuple, dict, deque))


def keys(structure: Any) -> list:
    """What the children are called: indices, or the keys of a dict, sorted where they can be (not those of an OrderedDict)."""
    if not isinstance(structure, dict):
        return list(range(len(structure)))
    if isinstance(structure, OrderedDict):
        return list(structure)
    try:
        return sorted(structure)
    except TypeError:  # numbers and words: by type first, as told apart by name
        return sorted(structure, key=lambda k: (f"{type(k).__module__}.{type(k).__qualname__}", k))


def children(structure: Any) -> list:
    """The things in a nest, in that order."""
    return [structure[k] for k in keys(structure)] if isinstance(structure, dict) else list(structure)


def rebuild(structure: Any, parts: list) -> Any:
    """A nest of the same kind around other things."""
    if isinstance(structure, dict):
        found = dict(zip(keys(structure), parts))
        ordered = {k: found[k] for k in structure}
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, ordered)
        return ordered if type(structure) is dict else type(structure)(ordered)
    if hasattr(structure, "_fields"):
        return type(structure)(*parts)
    return type(structure)(parts) if not isinstance(structure, deque) else deque(parts, structure.maxlen)


def flatten(structure: Any) -> list:
    """All leaves in one list; dicts in the order of their sorted keys.

    >>> flatten({"b": 1, "a": [2, (3, None)]})
    [2, 3, None, 1]
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for child in children(structure) for leaf in flatten(child)]


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """All leaves, each with the keys and indices that lead to it.

    >>> flatten_with_path({"b": 1, "a": [2]})
    [(('a', 0), 2), (('b',), 1)]
    """
    if not is_nested(structure):
        return [((), structure)]
    pairs = zip(keys(structure), children(structure))
    return [((key, *path), leaf) for key, child in pairs for path, leaf in flatten_with_path(child)]


def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """A nest of what the function makes of each leaf, or of the leaves in the same place of several nests.

    Args:
        func: takes as many arguments as there are structures.
        *structures: nests alike.
        none_is_leaf: False leaves every None where it is.

    >>> map_structure(lambda x, y: x + y, [1, (2, 3)], [10, (20, 30)])
    [11, (22, 33)]
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func!r}")
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other, none_is_leaf=none_is_leaf)
    return _map(func, structures, none_is_leaf)


def _map(func: Callable, structures: tuple, none_is_leaf: bool) -> Any:
    first = structures[0]
    if is_nested(first):
        rows = zip(*(_aligned(first, s) for s in structures))
        return rebuild(first, [_map(func, row, none_is_leaf) for row in rows])
    return None if first is None and not none_is_leaf else func(*structures)


def _aligned(first: Any, other: Any) -> list:
    return [other[k] for k in keys(first)] if isinstance(first, dict) else list(other)


def map_structure_up_to(shallow_structure: Any, func: Callable, *structures: Any) -> Any:
    """The same, only as deep as a shallow nest goes.

    >>> map_structure_up_to([0, 0], lambda x: x, [[1, 2], 3])
    [[1, 2], 3]
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func!r}")
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures:
        check(shallow_structure, other, up_to=True)
    return _map(lambda shallow, *rest: func(*rest), (shallow_structure, *structures), True)


def check(a: Any, b: Any, up_to: bool = False, none_is_leaf: bool = True) -> None:
    """Raise unless b is nested as a is (or deeper where a ends)."""
    if not is_nested(a):
        if is_nested(b) and not up_to:
            raise ValueError(f"Structures don't have the same nested structure: a leaf {a!r:.80} against {b!r:.80}.")
        if a is None and b is not None and not none_is_leaf:
            raise ValueError(f"Expected None, got {b!r:.80}.")
        return
    kind = dict if isinstance(a, dict) else type(a)
    if not isinstance(b, kind) or kind in (list, tuple) and hasattr(a, "_fields") != hasattr(b, "_fields"):
        raise ValueError(f"Expected an instance of {kind.__name__}, got {b!r:.80}.")
    if kind is dict and set(a) != set(b):
        raise ValueError(f"dictionary key mismatch; expected key(s): {keys(a)}, got key(s): {keys(b)}.")
    if len(a) != len(b):
        raise ValueError(f"{kind.__name__} arity mismatch; expected: {len(a)}, got: {len(b)}: {b!r:.80}.")
    for child, other in zip(children(a), _aligned(a, b)):
        check(child, other, up_to, none_is_leaf)


def assert_same_structure(a: Any, b: Any, check_types: Any = None, none_is_leaf: bool = True) -> None:
    """Raise a ValueError unless two nests are alike: in kinds, sizes and keys.

    >>> assert_same_structure([1, {"a": 2}], [3, {"a": 4}])
    """
    check(a, b, none_is_leaf=none_is_leaf)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise a ValueError unless the same keys and indices lead to leaves in both, whatever kinds the nests are of.

    >>> assert_same_paths([1, 2], (3, 4))
    """
    first, second = ({path for path, _ in flatten_with_path(s)} for s in (a, b))
    if first != second:
        lost = [f"Paths in `a` missing in `b`: {first - second}"] if first - second else []
        lost += [f"Paths in `b` missing in `a`: {second - first}"] if second - first else []
        raise ValueError("\n".join(["`a` and `b` don't have the same paths.", *lost]))


def pack_sequence_as(structure: Any, flat_sequence: Iterable) -> Any:
    """The way back of `flatten`: the nest around other leaves.

    >>> pack_sequence_as({"b": 1, "a": [2, 3]}, [10, 20, 30])
    {'b': 30, 'a': [10, 20]}
    """
    leaves = list(flat_sequence)
    expected = len(flatten(structure))
    if len(leaves) != expected:
        few = "few" if len(leaves) < expected else "many"
        raise ValueError(f"Too {few} leaves for the structure; expected: {expected}, got: {len(leaves)}.")
    rest = iter(leaves)
    return _map(lambda _: next(rest), (structure,), True)


def lists_to_tuples(structure: Any) -> Any:
    """With tuples in place of all lists.

    >>> lists_to_tuples([1, [2, {"a": [3]}]])
    (1, (2, {'a': (3,)}))
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable, structure: Any) -> Any:
    """A nest of what the function makes of each shape: a tuple or list of integers and None counts as a leaf.

    >>> map_shape_structure(len, {"a": (1, 2), "b": [(None, 3, 4)]})
    {'a': 2, 'b': [3]}
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func!r}")
    if isinstance(structure, (list, tuple)) and all(d is None or isinstance(d, int) for d in structure):
        return func(structure)
    if not is_nested(structure):
        return func(structure)
    return rebuild(structure, [map_shape_structure(func, child) for child in children(structure)])


def traverse(func: Callable, structure: Any, top_down: bool = True) -> Any:
    """Ask a function at every nest and every leaf what to put in its place; None goes on (down), `MAP_TO_NONE` means None.

    Args:
        func: function of a part of the structure.
        structure: a nest.
        top_down: ask at a nest before its children; False: after.

    >>> traverse(lambda x: "pair" if isinstance(x, tuple) else None, [1, (2, 3)])
    [1, 'pair']
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func!r}")
    if top_down and (found := func(structure)) is not None:
        return None if found is MAP_TO_NONE else found
    if is_nested(structure):
        structure = rebuild(structure, [traverse(func, child, top_down) for child in children(structure)])
    found = None if top_down else func(structure)
    return structure if found is None else None if found is MAP_TO_NONE else found


def map_leaves(func: Callable, structure: Any) -> Any:
    """`map_structure` over one nest, without its checks: for hot paths.

    >>> map_leaves(abs, {"a": [-1, (2, -3)]})
    {'a': [1, (2, 3)]}
    """
    if not isinstance(structure, (list, tuple, dict, deque)):
        return func(structure)
    return rebuild(structure, [map_leaves(func, child) for child in children(structure)])
