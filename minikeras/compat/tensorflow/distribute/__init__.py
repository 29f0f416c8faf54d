"""`tf.distribute`: strategies of one machine, whose scope does nothing.

>>> strategy = MirroredStrategy()
>>> with strategy.scope():
...     print(strategy.num_replicas_in_sync)
1
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from minikeras import ops
from minikeras.compat.tensorflow._tools import absent, exported


class ReduceOp:
    """Names of ways to join what replicas have computed."""

    SUM, MEAN = "SUM", "MEAN"


class ReplicaContext:
    """The only replica."""

    replica_id_in_sync_group = 0
    num_replicas_in_sync = 1

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """What there is."""
        return value

    def merge_call(self, merge_fn: Callable, args: tuple = (), kwargs: Any = None) -> Any:
        """Call a function with the strategy."""
        return merge_fn(get_strategy(), *args, **(kwargs or {}))


class Strategy:
    """One machine, one replica."""

    num_replicas_in_sync = 1

    def __init__(self, *args: Any, **kwargs: Any):
        self.extended = self

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """A block, for TensorFlow's sake."""
        yield self

    def run(self, fn: Callable, args: tuple = (), kwargs: Any = None, options: Any = None) -> Any:
        """Call a function."""
        return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: Any = None) -> Any:
        """What there is; joined along an axis if one is given."""
        if axis is None:
            return value
        return (ops.mean if str(getattr(reduce_op, "name", reduce_op)).upper() == "MEAN" else ops.sum)(value, axis=axis)

    def gather(self, value: Any, axis: int) -> Any:
        """What there is."""
        return value

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset as it is."""
        return dataset

    def distribute_datasets_from_function(self, dataset_fn: Callable, options: Any = None) -> Any:
        """The dataset that a function makes."""
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_local_results(self, value: Any) -> tuple:
        """What there is, in a tuple."""
        return (value,)


class InputContext:
    """Which part of the data is wanted: all."""

    num_input_pipelines, input_pipeline_id, num_replicas_in_sync = 1, 0, 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The whole."""
        return global_batch_size


class MirroredStrategy(Strategy):
    """Several GPUs elsewhere; here one CPU."""


class OneDeviceStrategy(Strategy):
    """One device."""


class MultiWorkerMirroredStrategy(Strategy):
    """Several machines elsewhere; here one."""


class HierarchicalCopyAllReduce:
    """A way to add up gradients; there is one gradient."""

    def __init__(self, *args: Any, **kwargs: Any):
        pass


class ReductionToOneDevice(HierarchicalCopyAllReduce):
    """A way to add up gradients; there is one gradient."""


class NcclAllReduce(HierarchicalCopyAllReduce):
    """A way to add up gradients; there is one gradient."""


_default = Strategy()


def get_strategy() -> Strategy:
    """The strategy that holds: one machine, one replica."""
    return _default


def get_replica_context() -> ReplicaContext:
    """The only replica."""
    return ReplicaContext()


def has_strategy() -> bool:
    """False: nothing is distributed."""
    return False


def in_cross_replica_context() -> bool:
    """False."""
    return False


_TPU = "There are no TPUs or clusters here: use tf.distribute.get_strategy()."
_GONE = dict.fromkeys(["TPUStrategy", "coordinator", "ParameterServerStrategy", "Server"], _TPU)
__all__ = exported(globals())
__getattr__ = absent("tf.distribute", globals(), _GONE, modules="cluster_resolver experimental")
