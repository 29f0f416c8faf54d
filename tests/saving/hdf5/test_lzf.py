import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5.lzf import unpack_lzf


def packed(data):
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        made = file.create_dataset("0", data=np.frombuffer(data, "u1"), chunks=(len(data),), compression="lzf")
        mask, raw = made.id.read_direct_chunk((0,))
        return None if mask else raw


@pytest.mark.parametrize("kind", ["zeros", "text", "runs", "far", "noise and zeros"])
@pytest.mark.parametrize("size", [40, 300, 9000, 70_000])
def test_what_h5py_packs_comes_out(kind, size):
    rng = np.random.default_rng(0)
    data = {
        "zeros": bytes(size),
        "text": (b"the quick brown fox " * size)[:size],
        "runs": np.repeat(rng.integers(0, 256, size, "u1"), rng.integers(1, 400, size))[:size].tobytes(),
        "far": (rng.bytes(8192) * 20)[:size],  # copies from as far away as there are
        "noise and zeros": (rng.bytes(size // 3) + bytes(size))[:size],
    }[kind]
    raw = packed(data)
    if raw is None:  # it got no smaller, and was left as it is
        assert kind == "far"
    else:
        assert len(raw) < size and unpack_lzf(raw, size) == data


@pytest.mark.parametrize(
    "data, message",
    [
        (bytes([2, 97, 98]), "cut off"),
        (bytes([0, 97, 32]), "cut off"),
        (bytes([0, 97, 224, 0]), "cut off"),
        (bytes([32, 0]), "before the beginning"),
        (bytes([0, 97, 32, 1]), "before the beginning"),
        (bytes([0, 97]) + bytes([224, 255, 0]) * 10, "more than 1000 bytes come out"),
    ],
)
def test_damage(data, message):
    with pytest.raises(ValueError, match=message):
        unpack_lzf(data, 1000)


def test_the_end_is_the_end():
    assert unpack_lzf(b"", 10) == b""
    assert unpack_lzf(bytes([0, 97]) + bytes([224, 255, 0]) * 3, 1000) == b"a" * (1 + 3 * 264)
