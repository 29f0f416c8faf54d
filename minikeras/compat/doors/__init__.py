"""Modules that a worker process finds first where its parent has called `install_as_keras`: each installs in its turn."""
