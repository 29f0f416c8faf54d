import pytest

from minikeras.saving.json_text import read_json


def test_json():
    assert read_json(b'{"a": [1, null, NaN]}', "x")["a"][:2] == [1, None]


@pytest.mark.parametrize(
    "text, match",
    [
        (b"[" * 101 + b"]" * 101, "more than 100 deep"),
        (b"[" * 400_000, "more than 100 deep|not JSON"),
        (b'{"a":' * 100_000, "more than 100 deep"),
        (b"[" + b"{}," * 400_000 + b"1]", "entries"),
        (b'"' + b"x" * (9 << 20) + b'"', "bytes"),
        (b"9" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        (b"{", "not JSON"),
        (None, "should be text"),
    ],
)
def test_what_no_model_has_is_refused(text, match):
    with pytest.raises(ValueError, match=f"x.keras.*({match})"):
        read_json(text, "x.keras: config.json")
