"""From whatever a user hands to `fit` to batches ``(x, y, sample_weight)``: `open` is the door, `Batches` the result."""

from minikeras.data.array_batches import ArrayBatches
from minikeras.data.array_dataset import ArrayDataset
from minikeras.data.batches import Batches
from minikeras.data.convert import check_numbers
from minikeras.data.dataset import Dataset
from minikeras.data.door import ALL, open, split
from minikeras.data.generator_batches import GeneratorBatches
from minikeras.data.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from minikeras.data.py_dataset import DatasetBatches, PyDataset

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
