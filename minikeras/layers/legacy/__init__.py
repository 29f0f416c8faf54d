"""Layers of Keras 1 and 2 that Keras 3 no longer has, and layers under the names that they had then.

`minikeras.layers` finds them when they are asked for: ``from minikeras.layers import Highway``.
"""
