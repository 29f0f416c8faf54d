"""Arrays of text as a user of datasets and of `tf.strings` sees them: ``.numpy()`` gives bytes, as TensorFlow does."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import map_leaves
from minikeras._core.tensor import Shape, TypeName, tensor


class TextType(TypeName):
    """The type of text: "string", which also answers as NumPy's type of objects does where code asks for a kind."""

    __slots__ = ()
    kind, char, itemsize, hasobject = "O", "O", 8, True
    as_numpy_dtype = np.object_


TEXT = TextType("string")


class Text(np.ndarray):
    """An array of objects: ``str``, or ``bytes`` where they are no text.

    >>> words = text(["a", "b"]); words.shape.as_list(), words.numpy(), (words == "b").tolist(), str(words[0])
    ([2], array([b'a', b'b'], dtype=object), [False, True], 'a')
    """

    @property
    def shape(self) -> Shape:
        """The sizes of the axes."""
        return Shape(np.ndarray.shape.__get__(self))

    @property
    def dtype(self) -> TextType:
        """Always "string"."""
        return TEXT

    def numpy(self) -> Any:
        """Bytes, or an array of them."""
        coded = np.empty(self.shape, object)
        for i in np.ndindex(*self.shape):
            coded[i] = to_bytes(self.item(*i))
        return coded if coded.ndim else coded[()]

    def get_shape(self) -> Shape:
        """As ``shape``."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check the shape; an array knows it already."""

    def __getitem__(self, key):
        return text(self.view(np.ndarray)[key])

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __eq__(self, other):
        return tensor(np.asarray(np.equal(self.view(np.ndarray), text(other).view(np.ndarray)), bool))

    def __ne__(self, other):
        return tensor(~np.asarray(self == other))

    def __add__(self, other):
        return text(np.add(self.view(np.ndarray), text(other).view(np.ndarray)))

    def __radd__(self, other):
        return text(other) + self

    __hash__ = None

    def __array_function__(self, func, types, args, kwargs):
        y = func(*map_leaves(untexted, args), **map_leaves(untexted, kwargs))
        return text(y) if isinstance(y, np.ndarray) and y.dtype.kind in "OSU" else tensor(y)

    def __fspath__(self):
        return str(self.item())

    def __str__(self):
        return str(self.view(np.ndarray)[()])

    def __repr__(self):
        return repr(self.numpy())

    def __format__(self, spec):
        return format(str(self), spec)

    def __reduce__(self):
        return text, (self.view(np.ndarray).tolist(),)


def untexted(value: Any) -> Any:
    """The plain array behind a text; anything else as it is."""
    return value.view(np.ndarray) if isinstance(value, Text) else value


def to_bytes(value: Any) -> bytes:
    """One piece of text as bytes.

    >>> to_bytes("é")
    b'\\xc3\\xa9'
    """
    return value if isinstance(value, bytes) else str(value).encode()


def to_str(value: Any) -> Any:
    """One piece of text as a string; as bytes if it is none.

    >>> to_str(b"a"), to_str(b"\\xff")
    ('a', b'\\xff')
    """
    if not isinstance(value, bytes):
        return value if type(value) is str else str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return bytes(value)


def text(value: Any) -> Text:
    """Make a `Text` of strings, bytes, and lists or arrays of them."""
    if isinstance(value, Text):
        return value
    if isinstance(value, (str, bytes)):
        found = np.empty((), object)
        found[()] = to_str(value)
        return found.view(Text)
    array = np.asarray(value, object)
    found = np.empty(array.shape, object)
    for i in np.ndindex(*array.shape):
        found[i] = to_str(array[i])
    return found.view(Text)


def shown(value: Any) -> Any:
    """Put arrays on as tensors, and text as `Text`, in structures too: what a user's function is handed.

    >>> type(shown((np.zeros(1), "a"))[1]).__name__
    'Text'
    """
    if isinstance(value, (str, bytes)) or isinstance(value, np.ndarray) and value.dtype.kind in "OSU" and is_text(value):
        return text(value)
    return map_leaves(shown, value) if type(value) in (list, tuple, dict) else tensor(value)


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds strings.

    >>> is_text(np.array(["a"], object)), is_text(np.array([{}], object))
    (True, False)
    """
    return array.dtype.kind != "O" or array.size > 0 and isinstance(array.flat[0], (str, bytes))
