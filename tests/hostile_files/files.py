"""What all generators of hostile files share: files with numbers, archives, changes of HDF5 files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import h5py

SECRET = "secret.bin"  # a file beside the models that no model file may have opened
CANARY = "canary_module"  # a Python file beside the models that must not be imported


class Files:
    """The files made so far."""

    def __init__(self, folder, most=None, kinds=False):
        self.folder, self.list = Path(folder), []
        self.most, self.kinds, self.counts = most, kinds, {}  # how many of one name, or of one kind of names, are written

    def counted(self, name):
        """The name that counts: of kinds, the first two words that are no numbers, and the ending."""
        words = [word for word in name.partition(".")[0].split("-") if not word.isdigit()]
        return "-".join(words[:2]) + name[name.find(".") :] if self.kinds else name

    def add(self, name, data, call="model"):
        """Write one file."""
        if self.full(name):
            return
        self.counts[self.counted(name)] = self.counts.get(self.counted(name), 0) + 1
        path = self.folder / f"{len(self.list):04d}-{name}"
        path.write_bytes(data)
        self.list.append((call, str(path)))

    def full(self, name):
        """Whether no more of a name are wanted."""
        return self.most is not None and self.counts.get(self.counted(name), 0) >= self.most

    def add_both(self, name, data):
        """Write a whole model, to be loaded as a model and for its weights."""
        before = len(self.list)
        self.add(name, data)
        self.list += [("weights", path) for _, path in self.list[before:]]


def parts_of(data):
    """The members of a `.keras` file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members, method=zipfile.ZIP_STORED, level=None):
    """A zip archive of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method, compresslevel=level) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def changed_hdf5(data, change):
    """An HDF5 file after a change, or None if this h5py can't make it."""
    made = io.BytesIO(data)
    try:
        with h5py.File(made, "r+") as file:
            change(file)
    except (TypeError, ValueError, KeyError, RuntimeError, AttributeError, OSError):
        return None
    return made.getvalue()


def find_all(data, piece):
    at = data.find(piece)
    while at >= 0:
        yield at
        at = data.find(piece, at + 1)
