"""Functions and classes that Keras 1 and 2 had in `keras.utils`, `keras.engine`, `keras.metrics` ..., and that are no more.

`minikeras.compat.places` says under which of Keras' modules they are found.
"""
