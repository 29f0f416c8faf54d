import numpy as np
import pytest

from minikeras.tensorboard import Writer
from tests.tensorboard import reading


def test_tags_and_contents(tmp_path):
    with Writer(tmp_path) as writer:
        writer.hparams({"rate": 0.5, "name": "a", "on": True}, trial_id="first", start_time_secs=1.0)
        writer.hparams_end("failure")
    begin, end = reading.events(tmp_path)
    assert begin[1:3] == ("_hparams_/session_start_info", "hparams") and end[1] == "_hparams_/session_end_info"
    session = reading.fields(reading.fields(begin[3])[3][0])
    names = [reading.fields(pair)[1][0] for pair in session[1]]
    assert names == [b"name", b"on", b"rate"] and session[4] == [b"first"]
    assert reading.fields(reading.fields(end[3])[4][0])[1] == [2]


def test_one_trial_has_one_name(tmp_path):
    with Writer(tmp_path) as writer:
        writer.hparams({"a": 1, "b": 2.0})
        writer.hparams({"b": np.float64(2), "a": np.int64(1)})
        writer.hparams({"a": 1, "b": 3.0})
    groups = [reading.fields(reading.fields(e[3])[3][0])[4] for e in reading.events(tmp_path)]
    assert groups[0] == groups[1] != groups[2]


def test_tensorboard_makes_the_same(tmp_path):
    summary_v2 = pytest.importorskip("tensorboard.plugins.hparams.summary_v2")
    plugin = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2").HParamsPluginData
    values = {"rate": 0.5, "units": 8, "name": "a", "on": True}
    with Writer(tmp_path) as writer:
        writer.hparams(values, start_time_secs=1.0)
        domains = {"rate": (0.0, 1.0), "units": [8, 16], "name": ["a", "b"], "on": [False, True], "any": None}
        writer.hparams_config(domains, {"loss": "Loss", "acc": None}, time_created_secs=2.0)
    ours = [plugin.FromString(event[3]) for event in reading.events(tmp_path)]
    hp, metric = summary_v2.HParam, summary_v2.Metric
    hparams = [
        hp("rate", summary_v2.RealInterval(0.0, 1.0)),
        hp("units", summary_v2.Discrete([8, 16])),
        hp("name", summary_v2.Discrete(["a", "b"])),
        hp("on", summary_v2.Discrete([False, True])),
        hp("any"),
    ]
    metrics = [metric("loss", display_name="Loss"), metric("acc")]
    theirs = [
        summary_v2.hparams_pb(values, start_time_secs=1.0),
        summary_v2.hparams_config_pb(hparams, metrics, time_created_secs=2.0),
    ]
    assert ours == [plugin.FromString(one.value[0].metadata.plugin_data.content) for one in theirs]
