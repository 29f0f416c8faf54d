import numpy as np

import minikeras as keras


def test_sources_of_a_tensor():
    a, b, c = keras.Input((2,)), keras.Input((2,)), keras.Input((2,))
    y = keras.layers.concatenate([keras.layers.Dense(1)(a), keras.layers.add([b, a])]) * 2
    assert [id(t) for t in keras.utils.get_source_inputs(y)] == [id(a), id(b)]
    assert keras.utils.get_source_inputs(c)[0] is c
    assert keras.utils.is_keras_tensor(y) and not keras.utils.is_keras_tensor(np.ones(2))
