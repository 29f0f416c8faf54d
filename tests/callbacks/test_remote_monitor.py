import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import numpy as np
import pytest

from minikeras.callbacks import RemoteMonitor


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.seen.append((self.path, dict(self.headers), body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.seen, server.status = [], 200
        server.root = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_form(server):
    monitor = RemoteMonitor(server.root, field="values", headers={"X-Key": "k"})
    monitor.on_epoch_end(3, {"loss": np.float32(0.5), "each": np.array([1.0, 2.0])})
    ((path, headers, body),) = server.seen
    assert path == "/publish/epoch/end/" and headers["X-Key"] == "k"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(body)["values"][0]) == {"epoch": 3, "loss": 0.5, "each": [1.0, 2.0]}


def test_json(server):
    RemoteMonitor(server.root, path="/here", send_as_json=True).on_epoch_end(0)
    ((path, headers, body),) = server.seen
    assert (path, headers["Content-Type"], json.loads(body)) == ("/here", "application/json", {"epoch": 0})


def test_a_server_that_refuses_or_is_not_there(server):
    server.status = 500
    with pytest.warns(UserWarning, match="could not reach the server at .*500"):
        RemoteMonitor(server.root).on_epoch_end(0, {})
    with pytest.warns(UserWarning, match="could not reach"):
        RemoteMonitor("http://127.0.0.1:9").on_epoch_end(0, {})


def test_other_schemes_are_refused():
    with pytest.raises(ValueError, match="must begin with http"):
        RemoteMonitor("file:///etc")
