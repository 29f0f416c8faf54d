"""A server on this machine for the tests of downloads."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers.get("Range")))
        content = server.files.get(self.path.partition("?")[0])
        if content is None:
            self.send_error(404)
            return
        begin, ranged = 0, self.headers.get("Range")
        if ranged and server.ranges:
            begin = int(ranged.removeprefix("bytes=").rstrip("-"))
            if begin >= len(content):
                self.send_error(416)
                return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        if server.state:
            self.send_header("ETag", f'"{server.state}"')
        body = content[begin:]
        if server.length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body if server.hang_up is None else body[: server.hang_up])
        self.close_connection = True

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(**files):
    """A server with files: ``serving(name=content)`` has "/name". Attributes say how it behaves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files = {f"/{name}": content for name, content in files.items()}
        server.asked, server.ranges, server.state, server.hang_up, server.length = [], True, "one", None, True
        server.root = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
