import numpy as np

import minikeras as keras


def test_a_function_of_several_tensors():
    a, b = keras.Input((2,)), keras.Input((2,))
    h = keras.layers.Dense(3, use_bias=False, kernel_initializer="ones")(a)
    function = keras.Function([a, b], {"sum": a + b, "h": h}, name="both")
    out = function([np.ones((1, 2), "float32"), np.full((1, 2), 2.0, "float32")])
    np.testing.assert_array_equal(out["sum"], [[3, 3]])
    np.testing.assert_array_equal(out["h"], [[2, 2, 2]])
    assert function.name == "both" and len(function.inputs) == 2 and len(function.outputs) == 2
    assert {type(one).__name__ for one in function.operations} >= {"Dense"}
    assert function.compute_output_shape([(5, 2), (5, 2)]) == {"sum": (5, 2), "h": (5, 3)}


def test_a_part_of_a_model():
    model = keras.Sequential([keras.layers.Dense(4, "relu", input_shape=(2,)), keras.layers.Dense(1)])
    inner = keras.Function(model.inputs, model.layers[0].output)
    x = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(inner(x), model.layers[0](x))
