"""What stands in front of the todo app and is no part of a release: the frontend's files, the maintenance page, the way to the API.

    front.py HOME        prints the port that it answers on

It looks at HOME at every request:

    run/maintenance      while it is there, everybody gets 503 and the maintenance page, but whoever shows TODO_TRIAL_PASS
    settings/app.env     WEB_BUILD: the build below web/ that is served; V1_API: while it is not `on`, /api/v1 answers 503

A browser that was served another build is told to drop its cache and its local storage; it stays logged in where a cookie does that.
"""

import http.server
import os
import pathlib
import sys
import urllib.error
import urllib.request

HOME = pathlib.Path(sys.argv[1])
KINDS = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}


def setting(name):
    for line in (HOME / "settings/app.env").read_text().splitlines():
        if line.startswith(name + "="):
            return line.partition("=")[2]
    return ""


class Answer(http.server.BaseHTTPRequestHandler):
    def do(self):
        closed = (HOME / "run/maintenance").exists()
        if closed and self.headers.get("X-Trial-Pass") != os.environ["TODO_TRIAL_PASS"]:
            self.say(503, "text/html", b"<!doctype html><title>Todo</title><p>We are at work on it. See the status page.\n", {"Retry-After": "600"})
        elif self.path.startswith("/api/v1/") and setting("V1_API") != "on":
            self.say(503, "application/json", b'{"error": "v1 is switched off"}', {"Retry-After": "600"})
        elif self.path.startswith("/api/"):
            self.hand_on(setting("TODO_API_PORT"))
        elif self.path == "/live":
            self.hand_on(setting("TODO_LIVE_PORT"))
        else:
            self.file(self.path.lstrip("/") or "index.html", setting("WEB_BUILD"))

    do_GET = do_POST = do_PATCH = do_DELETE = do

    def file(self, name, build):
        file = HOME / "web" / build / name
        if self.command != "GET" or "/" in name or not file.is_file():
            self.say(404, "text/plain", b"not here\n")
            return
        headers = {"Cache-Control": "no-cache"}
        if name == "index.html":
            headers["Set-Cookie"] = f"build={build}; Path=/; Max-Age=31536000; SameSite=Lax"
            had = [part.strip() for part in self.headers.get("Cookie", "").split(";")]
            if any(part.startswith("build=") and part != f"build={build}" for part in had):
                headers["Clear-Site-Data"] = '"cache", "storage"'
        self.say(200, KINDS.get(file.suffix, "application/octet-stream"), file.read_bytes(), headers)

    def hand_on(self, port):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kept = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{self.path}", body or None, kept, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.say(answer.status, answer.headers.get("Content-Type"), answer.read())
        except urllib.error.HTTPError as error:
            self.say(error.code, error.headers.get("Content-Type"), error.read())
        except OSError as error:
            self.say(502, "text/plain", f"nobody answers behind the front: {error}\n".encode())

    def say(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name in headers:
            self.send_header(name, headers[name])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """The services keep logs."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("TODO_PORT", "0"))), Answer)
print(server.server_address[1], flush=True)
server.serve_forever()
