"""The door that ``import keras`` of a worker process goes through."""

from minikeras.compat.finder import open_door

if __name__ == "keras":
    open_door(__name__)
