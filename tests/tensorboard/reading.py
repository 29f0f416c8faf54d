"""A reader of event files for the tests, independent of the writer: checks the checksums, returns what was noted."""

import json
import struct
from pathlib import Path

import numpy as np

_TYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 9: "int64", 10: "bool"}


def crc(data):
    """CRC-32C, bit by bit, as it is defined."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def masked(data):
    value = crc(data)
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    while data:
        length = data[:8]
        assert struct.unpack("<I", data[8:12])[0] == masked(length)
        end = 12 + struct.unpack("<Q", length)[0]
        assert struct.unpack("<I", data[end : end + 4])[0] == masked(data[12:end])
        yield data[12:end]
        data = data[end + 4 :]


def varint(data, i):
    n = shift = 0
    while True:
        n |= (data[i] & 0x7F) << shift
        shift += 7
        i += 1
        if not data[i - 1] & 0x80:
            return n, i


def fields(data):
    """{number: [values]} of a message."""
    found, i = {}, 0
    while i < len(data):
        key, i = varint(data, i)
        if key & 7 == 0:
            value, i = varint(data, i)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, i = varint(data, i)
            value, i = data[i : i + size], i + size
        found.setdefault(key >> 3, []).append(value)
    return found


def tensor(data):
    found = fields(data)
    shape = [fields(dim)[1][0] for dim in fields(found[2][0]).get(2, [])]
    if found[1][0] == 7:
        return found.get(8, []) if shape else found[8][0]
    return np.frombuffer(found[4][0], _TYPES[found[1][0]]).reshape(shape)


def events(path):
    """The events of a file, or of all files of a folder: [(step, tag, plugin, content, value)]."""
    path = Path(path)
    noted = []
    for file in sorted(path.glob("events.out.tfevents.*")) if path.is_dir() else [path]:
        first, *rest = records(file.read_bytes())
        assert fields(first)[3] == [b"brain.Event:2"]
        for one in map(fields, rest):
            if 5 in one:
                value = fields(fields(one[5][0])[1][0])
                plugin = fields(fields(value[9][0])[1][0])
                content = plugin.get(2, [b""])[0]
                noted.append((one.get(2, [0])[0], value[1][0].decode(), plugin[1][0].decode(), content, tensor(value[8][0])))
            else:
                noted.append((0, "graph", "", b"", one[4][0]))
    return noted


def scalars(path):
    """{tag: [(step, value)]}"""
    found = {}
    for step, tag, plugin, _, value in events(path):
        if plugin == "scalars":
            found.setdefault(tag, []).append((step, float(value)))
    return found


def png_pixels(data):
    """The pixels of a PNG without filters."""
    import zlib

    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    i, parts = 8, {}
    while i < len(data):
        (length,) = struct.unpack(">I", data[i : i + 4])
        kind, body = data[i + 4 : i + 8], data[i + 8 : i + 8 + length]
        assert struct.unpack(">I", data[i + 8 + length : i + 12 + length])[0] == zlib.crc32(kind + body)
        parts[kind] = body
        i += 12 + length
    width, height, _, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    channels = {0: 1, 4: 2, 2: 3, 6: 4}[colour]
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), "uint8").reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, channels)


def model_config(path):
    return json.loads(next(value for _, _, plugin, _, value in events(path) if plugin == "graph_keras_model"))
