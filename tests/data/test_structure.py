import numpy as np
import pytest

from minikeras.data.structure import length, map_structure, pad_and_stack, stack, to_arrays


def test_python_numbers_become_small_types_and_arrays_stay():
    floats, whole, arrays = to_arrays(([1.0], [1, 2], np.array([1.0])))
    assert (floats.dtype, whole.dtype, arrays.dtype) == ("float32", "int32", "float64")
    assert to_arrays([2**40]).dtype == "int64" and to_arrays(["a"]).dtype.kind == "U"
    assert to_arrays({"a": 1, "b": (2.0,)})["b"][0].dtype == "float32"


def test_tables_come_in():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    assert to_arrays(dict(table))["b"].tolist() == [0.5, 1.5] and to_arrays(table).shape == (2, 2)


def test_structures_of_all_kinds():
    assert map_structure(lambda a, b: a - b, (1, {"x": 5}), (1, {"x": 2})) == (0, {"x": 3})
    x, y = stack([({"a": np.ones(2)}, 1), ({"a": np.zeros(2)}, 0)])
    assert x["a"].shape == (2, 2) and y.tolist() == [1, 0]
    with pytest.raises(ValueError, match="different shapes"):
        stack([np.ones(2), np.ones(3)])
    with pytest.raises(ValueError, match="same length"):
        length((np.ones(2), np.ones(3)))


def test_padding():
    elements = [({"w": np.array(["a"])}, np.array([1, 2])), ({"w": np.array(["b", "c"])}, np.array([3]))]
    x, y = pad_and_stack(elements)
    assert x["w"].tolist() == [["a", ""], ["b", "c"]] and y.tolist() == [[1, 2], [3, 0]]
    assert pad_and_stack([np.array([1])], [3], -1).tolist() == [[1, -1, -1]]
    with pytest.raises(ValueError, match="larger than padded_shapes"):
        pad_and_stack([np.array([1, 2])], [1])
