"""The door that ``import tensorflow`` of a worker process goes through."""

from minikeras.compat.finder import open_door

if __name__ == "tensorflow":
    open_door(__name__)
