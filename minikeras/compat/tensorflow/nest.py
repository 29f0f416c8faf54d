"""`tf.nest`: walking through nests of lists, tuples and dicts.

>>> map_structure(lambda a, b: a + b, {"x": 1, "y": [2]}, {"x": 3, "y": [4]})
{'x': 4, 'y': [6]}
"""

from __future__ import annotations

from minikeras._core.nest import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as
from minikeras.compat.tensorflow._tools import absent

is_sequence = is_nested_or_composite = is_nested  # as Keras 2 called it, in tensorflow.python.util.nest

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]
__getattr__ = absent("tf.nest", globals())
