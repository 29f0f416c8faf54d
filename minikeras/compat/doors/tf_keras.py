"""The door that ``import tf_keras`` of a worker process goes through."""

from minikeras.compat.finder import open_door

if __name__ == "tf_keras":
    open_door(__name__)
