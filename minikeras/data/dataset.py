"""Datasets as pipelines, in the manner of ``tf.data.Dataset``: lazy Python over NumPy."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from minikeras._core.random import make_default_seed
from minikeras._core.tensor import tensor
from minikeras._core.text import shown
from minikeras.data.structure import TensorSpec, leaves, length, map_structure, pad_and_stack, rows_at, stack, to_arrays

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2
AUTOTUNE = -1


class Dataset:
    """A sequence of elements that is read again each time it is iterated; each method makes a new one.

    An element is an array, or a tuple or dict of them. `fit` takes a dataset of batches ``(x, y)``.

    Args:
        make: called for each pass; returns an iterator of elements.
        size: number of elements, `INFINITE_CARDINALITY` or `UNKNOWN_CARDINALITY`.

    >>> data = Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [0, 1, 0])).map(lambda x, y: (x * 2, y)).batch(2)
    >>> [(x.tolist(), y.tolist()) for x, y in data], len(data)
    ([([2.0, 4.0], [0, 1]), ([6.0], [0])], 2)
    """

    def __init__(self, make: Callable[[], Iterator], size: int = UNKNOWN_CARDINALITY, open_ended: bool = False):
        self._make, self._size = make, size
        self._open_ended = open_ended  # whether the first axis of the elements may differ from one to the next

    # -- sources -----------------------------------------------------------------------------------------------------

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """The rows of arrays: of a tuple or dict of arrays, one of each."""
        arrays = to_arrays(tensors)
        n = length(arrays)
        return Dataset(lambda: (rows_at(arrays, i) for i in range(n)), n)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """A dataset of one element."""
        arrays = to_arrays(tensors)
        return Dataset(lambda: iter([arrays]), 1)

    @staticmethod
    def from_generator(
        generator: Callable,
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a generator function yields; it is called anew for each pass."""
        types = output_types if output_signature is None else map_structure_of_specs(output_signature)

        def make():
            for element in generator(*(args or ())):
                yield to_arrays(element) if types is None else _typed(element, types)

        return Dataset(make)

    @staticmethod
    def range(*args, output_type: Any = np.int64, name: str | None = None) -> Dataset:
        """The integers of Python's ``range``."""
        numbers = range(*(int(a) for a in args))
        return Dataset(lambda: iter(np.arange(numbers.start, numbers.stop, numbers.step, dtype=output_type)), len(numbers))

    @staticmethod
    def zip(*args, datasets: Any = None, name: str | None = None) -> Dataset:
        """Elements of several datasets together, as long as the shortest lasts."""
        structure = datasets if datasets is not None else args[0] if len(args) == 1 else args
        every = list(leaves(structure))
        sizes = [d._size for d in every]
        known = [n for n in sizes if n >= 0]
        size = UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in sizes else min(known, default=INFINITE_CARDINALITY)

        def make():
            for parts in zip(*(d._make() for d in every)):
                parts = iter(parts)
                yield map_structure(lambda _: next(parts), structure)  # noqa: B023 - read before the next turn

        return Dataset(make, size)

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: str | None = None
    ) -> Dataset:
        """The paths of files that match a pattern such as ``"images/*.png"``, in random order unless told otherwise."""
        import glob  # only where files are asked for

        patterns = [file_pattern] if isinstance(file_pattern, str) else list(file_pattern)
        files = sorted(f for p in patterns for f in glob.glob(str(p)))
        if not files:
            raise ValueError(f"No files matched the pattern: {', '.join(map(str, patterns))}")
        data = Dataset.from_tensor_slices(np.array(files))
        return data.shuffle(len(files), seed) if shuffle is None or shuffle else data

    @staticmethod
    def sample_from_datasets(
        datasets: list, weights: Any = None, seed: int | None = None, stop_on_empty_dataset: bool = False, **kwargs
    ) -> Dataset:
        """Elements of several datasets in random order, each dataset drawn with its weight."""
        seed = make_default_seed() if seed is None else seed

        def make():
            rng = np.random.default_rng(seed)
            open_ones = [_read(d) for d in datasets]
            left = np.full(len(datasets), 1.0) if weights is None else np.array(weights, float)
            while left.sum() > 0:
                i = int(rng.choice(len(left), p=left / left.sum()))
                try:
                    yield next(open_ones[i])
                except StopIteration:
                    if stop_on_empty_dataset:
                        return
                    left[i] = 0

        return Dataset(make)

    # -- reading -----------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator:
        return Elements(self._make())

    def __len__(self) -> int:
        if self._size < 0:
            what = "infinite" if self._size == INFINITE_CARDINALITY else "unknown"
            raise TypeError(f"The length of this dataset is {what}.")
        return self._size

    def __bool__(self) -> bool:
        return True

    def as_numpy_iterator(self) -> Iterator:
        """Iterate over the elements as plain arrays."""
        return PlainElements(self._make())

    def cardinality(self) -> Any:
        """The number of elements as a tensor, or `INFINITE_CARDINALITY` or `UNKNOWN_CARDINALITY`."""
        return tensor(np.int64(self._size))

    @property
    def element_spec(self) -> Any:
        """Shapes and types of the first element; None for a size that differs."""
        first = next(self._make(), None)
        if first is None:
            raise ValueError("The dataset is empty: it has no element to tell the shape of.")

        def spec(a):
            a = a if hasattr(a, "dtype") else np.asarray(a)
            return TensorSpec((None, *a.shape[1:]) if self._open_ended and a.ndim else a.shape, a.dtype)

        return first if isinstance(first, Dataset) else map_structure(spec, first)

    def reduce(self, initial_state: Any, reduce_func: Callable, name: str | None = None) -> Any:
        """Join all elements: state = reduce_func(state, element)."""
        state = to_arrays(initial_state)
        for element in self._make():
            state = to_arrays(reduce_func(shown(state), shown(element)))
        return shown(state)

    def get_single_element(self, name: str | None = None) -> Any:
        """Return the only element."""
        elements = list(itertools.islice(self._make(), 2))
        if len(elements) != 1:
            raise ValueError(f"Expected a dataset of one element, got {'none' if not elements else 'more'}.")
        return elements[0]

    # -- other elements ----------------------------------------------------------------------------------------------

    def map(self, map_func: Callable, num_parallel_calls: Any = None, deterministic: Any = None, **kwargs) -> Dataset:
        """Apply a function to each element; tuples are passed as several arguments, and a list that it returns is one."""
        return Dataset(lambda: (to_arrays(_result(map_func, e)) for e in self._make()), self._size, self._open_ended)

    def filter(self, predicate: Callable, name: str | None = None) -> Dataset:
        """Keep the elements for which a function is true."""
        return Dataset(lambda: (e for e in self._make() if _called(predicate, e)), UNKNOWN_CARDINALITY, self._open_ended)

    def take_while(self, predicate: Callable, name: str | None = None) -> Dataset:
        """Stop at the first element for which a function is false."""
        return Dataset(
            lambda: itertools.takewhile(partial(_called, predicate), self._make()), UNKNOWN_CARDINALITY, self._open_ended
        )

    def flat_map(self, map_func: Callable, name: str | None = None) -> Dataset:
        """The elements of the datasets that a function makes of each element, one after the other."""
        return Dataset(lambda: itertools.chain.from_iterable(_read(_called(map_func, e)) for e in self._make()))

    def interleave(
        self, map_func: Callable, cycle_length: int | None = None, block_length: int = 1, *args, **kwargs
    ) -> Dataset:
        """As `flat_map`, but with ``cycle_length`` of the datasets read in turns of ``block_length`` elements."""
        cycle = cycle_length if cycle_length and cycle_length > 0 else 2

        def make():
            source, open_ones = self._make(), deque()
            while True:
                while len(open_ones) < cycle:
                    element = next(source, None)
                    if element is None:
                        break
                    open_ones.append(_read(_called(map_func, element)))
                if not open_ones:
                    return
                current = open_ones.popleft()
                block = list(itertools.islice(current, block_length))
                yield from block
                if len(block) == block_length:
                    open_ones.append(current)

        return Dataset(make)

    def scan(self, initial_state: Any, scan_func: Callable, name: str | None = None) -> Dataset:
        """Map with a memory: (state, output) = scan_func(state, element)."""

        def make():
            state = to_arrays(initial_state)
            for element in self._make():
                state, output = scan_func(shown(state), shown(element))
                yield to_arrays(output)

        return Dataset(make, self._size)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Pairs (number, element)."""
        return Dataset(lambda: ((np.int64(i), e) for i, e in enumerate(self._make(), start)), self._size)

    def unique(self, name: str | None = None) -> Dataset:
        """Each element once."""

        def make():
            seen = set()
            for e in self._make():
                key = np.asarray(e).tobytes(), np.shape(e)
                if key not in seen:
                    seen.add(key)
                    yield e

        return Dataset(make)

    # -- batches -----------------------------------------------------------------------------------------------------

    def batch(self, batch_size: int, drop_remainder: bool = False, *args, **kwargs) -> Dataset:
        """Join every ``batch_size`` elements to one."""
        return self._batched(batch_size, drop_remainder, stack)

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Join every ``batch_size`` elements to one, filled up to one shape."""
        return self._batched(batch_size, drop_remainder, lambda es: pad_and_stack(es, padded_shapes, padding_values))

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of the elements."""

        def make():
            for e in self._make():
                for i in range(length(e)):
                    yield rows_at(e, i)

        return Dataset(make)

    def rebatch(self, batch_size: int, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """Cut batches into others of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Datasets of ``size`` elements each, the first ones ``shift`` apart, the inner ones ``stride``."""
        step = shift or size

        def make():
            held = deque(itertools.islice(source := self._make(), (size - 1) * stride + 1))
            while held:
                inner = list(itertools.islice(held, 0, None, stride))[:size]
                if len(inner) < size and drop_remainder:
                    return
                yield _dataset_of(inner)
                for _ in range(step):
                    if held:
                        held.popleft()
                    else:
                        next(source, None)
                held.extend(itertools.islice(source, (size - 1) * stride + 1 - len(held)))

        return Dataset(make)

    # -- order and number --------------------------------------------------------------------------------------------

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool | None = True, name: Any = None
    ) -> Dataset:
        """Random order: each element is drawn from a buffer of ``buffer_size``; one as large as the data mixes fully."""
        seed, count = make_default_seed() if seed is None else int(seed), itertools.count()
        buffer_size = max(int(buffer_size), 1)

        def make():
            rng = np.random.default_rng([seed & 0xFFFFFFFF, next(count) if reshuffle_each_iteration is not False else 0])
            buffer: list = []
            for e in self._make():
                if len(buffer) < buffer_size:
                    buffer.append(e)
                    continue
                i = int(rng.integers(buffer_size))
                buffer[i], e = e, buffer[i]
                yield e
            yield from (buffer[i] for i in rng.permutation(len(buffer)))

        return Dataset(make, self._size, self._open_ended)

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """The same again ``count`` times, or without end."""
        endless = count is None or count < 0
        size = INFINITE_CARDINALITY if endless else self._size * count if self._size >= 0 else self._size

        def make():
            for _ in itertools.count() if endless else range(count):
                empty = True
                for e in self._make():
                    empty = False
                    yield e
                if empty:
                    return

        return Dataset(make, size if self._size else 0, self._open_ended)

    def take(self, count: int, name: str | None = None) -> Dataset:
        """The first ``count`` elements; all for -1."""
        if count < 0:
            return self
        size = count if self._size == INFINITE_CARDINALITY else min(self._size, count) if self._size >= 0 else self._size
        return Dataset(lambda: itertools.islice(self._make(), count), size, self._open_ended)

    def skip(self, count: int, name: str | None = None) -> Dataset:
        """All but the first ``count`` elements; none for -1."""
        size = 0 if count < 0 else max(self._size - count, 0) if self._size >= 0 else self._size
        return Dataset(lambda: iter(()) if count < 0 else itertools.islice(self._make(), count, None), size, self._open_ended)

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Every ``num_shards``-th element, from number ``index`` on."""
        size = max(-(-(self._size - index) // num_shards), 0) if self._size >= 0 else self._size
        return Dataset(lambda: itertools.islice(self._make(), index, None, num_shards), size, self._open_ended)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """This dataset and then another one."""
        sizes = self._size, dataset._size
        size = sum(sizes) if min(sizes) >= 0 else INFINITE_CARDINALITY if INFINITE_CARDINALITY in sizes else min(sizes)
        return Dataset(lambda: itertools.chain(self._make(), dataset._make()), size, self._open_ended or dataset._open_ended)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keep the elements in memory after the first pass, whatever ``filename`` says."""
        kept: list = []

        def make():
            if kept:
                yield from kept[0]
                return
            elements = []
            for e in self._make():
                elements.append(e)
                yield e
            kept[:] = [elements]

        return Dataset(make, self._size, self._open_ended)

    def prefetch(self, buffer_size: int = AUTOTUNE, name: str | None = None) -> Dataset:
        """The same dataset: nothing is read ahead."""
        return Dataset(self._make, self._size, self._open_ended)

    def apply(self, transformation_func: Callable) -> Dataset:
        """What a function makes of this dataset."""
        return transformation_func(self)

    def with_options(self, options: Any = None, name: str | None = None) -> Dataset:
        """The same dataset: there is nothing to set."""
        return self

    def __repr__(self):
        size = {INFINITE_CARDINALITY: "without end", UNKNOWN_CARDINALITY: "of unknown length"}.get(self._size)
        return f"<Dataset {size or f'of {self._size} elements'}>"

    def _batched(self, batch_size, drop_remainder, join):
        if isinstance(batch_size, np.ndarray) and batch_size.ndim == 0:  # a tensor of one number
            batch_size = batch_size.item()
        if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size must be a positive integer, got {batch_size!r}.")
        whole = self._size // batch_size if drop_remainder else -(-self._size // batch_size)

        def make():
            source = self._make()
            while elements := list(itertools.islice(source, batch_size)):
                if len(elements) == batch_size or not drop_remainder:
                    yield join(elements)

        return Dataset(make, whole if self._size >= 0 else self._size, not drop_remainder)


class Elements:
    """The elements of a dataset on their way to a user: what is seen answers ``.numpy()``.

    >>> Elements(iter([np.float32(1.0)])).get_next().numpy().item()
    1.0
    """

    def __init__(self, source: Iterator):
        self._source = source

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return shown(next(self._source))

    get_next = next = __next__


class PlainElements(Elements):
    """The same as plain arrays.

    >>> PlainElements(iter([np.zeros(2)])).next().tolist()
    [0.0, 0.0]
    """

    def __next__(self) -> Any:
        return next(self._source)

    get_next = next = __next__


def map_structure_of_specs(signature: Any) -> Any:
    """The types of a signature made of specs.

    >>> map_structure_of_specs((TensorSpec((2,), "float32"),))
    ('float32',)
    """
    if isinstance(signature, dict):
        return {key: map_structure_of_specs(v) for key, v in signature.items()}
    if hasattr(signature, "dtype"):
        return signature.dtype
    return tuple(map_structure_of_specs(s) for s in signature)


def _read(source: Any) -> Iterator:
    return source._make() if isinstance(source, Dataset) else iter(source)


def _typed(element: Any, types: Any) -> Any:
    if isinstance(types, dict):
        return {key: _typed(element[key], types[key]) for key in types}
    if isinstance(types, (tuple, list)):
        return tuple(_typed(e, t) for e, t in zip(element, types))
    name = getattr(types, "name", types)
    if name in ("string", str):
        return np.asarray(element)
    return np.asarray(element, name)


def _called(f: Callable, element: Any) -> Any:
    element = shown(element)
    return f(*element) if type(element) is tuple else f(element)


def _result(f: Callable, element: Any) -> Any:
    result = _called(f, element)
    return tuple(result) if type(result) is list else result


def _dataset_of(elements: list) -> Any:
    """A dataset of ready elements; of tuples, a tuple of datasets."""
    if isinstance(elements[0], tuple):
        return tuple(_dataset_of([e[i] for e in elements]) for i in range(len(elements[0])))
    if isinstance(elements[0], dict):
        return {key: _dataset_of([e[key] for e in elements]) for key in elements[0]}
    return Dataset(lambda: iter(elements), len(elements))
