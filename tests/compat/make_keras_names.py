"""Write keras_names.txt, the public names of real Keras. Run by hand, with an interpreter that has Keras; not a test.

python tests/compat/make_keras_names.py > tests/compat/keras_names.txt     (last: Keras 3.15.1 on JAX)
"""

import types


def walk(module, path, names, seen):
    """Enter the names of a module and of the public modules in it."""
    seen.add(id(module))
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") and name != "__version__":
            continue
        if not isinstance(value, types.ModuleType):
            names.add(f"{path}.{name}")
        elif value.__name__.startswith("keras.") and not value.__name__.startswith("keras.src"):
            names.add(f"{path}.{name}")
            if id(value) not in seen:
                walk(value, f"{path}.{name}", names, seen)


if __name__ == "__main__":
    import keras

    found: set = set()
    walk(keras, "keras", found, set())
    print("\n".join(sorted(found)))
