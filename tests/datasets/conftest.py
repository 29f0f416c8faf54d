import hashlib

import pytest

from minikeras.datasets import cifar, source
from minikeras.utils import get_file
from tests.datasets import files
from tests.utils.serving import serving

MADE = files.make_all()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server with small files; ``server.calls`` is what `get_file` was asked for, before it was sent here."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    with serving(**MADE) as server:
        server.calls = []

        def get(fname, origin, file_hash=None, **how):
            server.calls.append({"fname": fname, "origin": origin, "file_hash": file_hash, **how})
            name = origin.rpartition("/")[2]
            ours = hashlib.sha256(server.files["/" + name]).hexdigest() if file_hash else None
            return get_file(fname, f"{server.root}/{name}", file_hash=ours, **how)

        monkeypatch.setattr(source, "get_file", get)
        monkeypatch.setattr(cifar, "get_file", get)
        yield server
