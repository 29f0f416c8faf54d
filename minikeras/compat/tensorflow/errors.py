"""`tf.errors`: exceptions that ``except`` clauses name; here Python's own are raised, and these stand above them.

>>> try:
...     raise ValueError("shapes")
... except InvalidArgumentError:
...     print("caught")
caught
"""

from __future__ import annotations

from minikeras.compat.tensorflow._tools import absent, exported


class OpError(Exception):
    """An error of TensorFlow's."""

    def __init__(self, node_def=None, op=None, message="", error_code=0, *args):
        text = message or (node_def if isinstance(node_def, str) else "")
        super().__init__(text)
        self.message, self.error_code, self.op, self.node_def = text, error_code, op, node_def


class AbortedError(OpError):
    """Work was broken off."""


class AlreadyExistsError(OpError):
    """There is one already."""


class CancelledError(OpError):
    """Work was cancelled."""


class DataLossError(OpError):
    """A file is damaged."""


class DeadlineExceededError(OpError):
    """It took too long."""


class InternalError(OpError):
    """A fault within."""


class UnavailableError(OpError):
    """It cannot be had now."""


class UnknownError(OpError):
    """It is not known what."""


InvalidArgumentError = FailedPreconditionError = ValueError  # what is raised here for such reasons
NotFoundError, PermissionDeniedError = FileNotFoundError, PermissionError
OutOfRangeError, UnimplementedError, ResourceExhaustedError = StopIteration, NotImplementedError, MemoryError

_ALSO = """InvalidArgumentError FailedPreconditionError NotFoundError PermissionDeniedError OutOfRangeError UnimplementedError
    ResourceExhaustedError"""
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.errors", globals())
