"""From whatever a user hands to `fit` to batches ``(x, y, sample_weight)``: `open` is the door, `Batches` the result."""

from typing import TYPE_CHECKING

from minikeras._core.lazy import lazily
from minikeras.data.array_batches import ArrayBatches
from minikeras.data.batches import Batches
from minikeras.data.convert import check_numbers
from minikeras.data.door import ALL, open, split
from minikeras.data.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight

if TYPE_CHECKING:  # for editors
    from minikeras.data.array_dataset import ArrayDataset
    from minikeras.data.dataset import Dataset
    from minikeras.data.generator_batches import GeneratorBatches
    from minikeras.data.py_dataset import DatasetBatches, PyDataset

_LATER = {
    "array_dataset": "ArrayDataset",
    "dataset": "Dataset",
    "generator_batches": "GeneratorBatches",
    "py_dataset": "DatasetBatches PyDataset",
}
__getattr__ = lazily(__name__, _LATER, {})

__all__ = [
    "ALL",
    "ArrayBatches",
    "ArrayDataset",
    "Batches",
    "Dataset",
    "DatasetBatches",
    "GeneratorBatches",
    "PyDataset",
    "check_numbers",
    "open",
    "pack_x_y_sample_weight",
    "split",
    "unpack_x_y_sample_weight",
]


def __dir__() -> list[str]:
    return __all__
