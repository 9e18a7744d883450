"""An HTTP server that says what it was asked: /slow once somebody has asked for /go. Prints its port; ends with its input."""
import http.server
import sys
import threading

go = threading.Event()


class Echo(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/slow":
            go.wait()
        if self.path == "/go":
            go.set()
        self.send_response({"/500": 500, "/301": 301}.get(self.path, 200))
        self.send_header("location", "/")
        self.end_headers()
        token = (self.headers.get("x-token") or "-").encode()
        self.wfile.write(b"%s %s %s [%s]\n" % (self.command.encode(), self.path.encode(), token, body))

    do_GET = do_POST = answer


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
