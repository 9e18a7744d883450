"""Stands for what is behind the API's public name, and for the message relay; tests alone use it.

    serve.py --port PORT --served FILE [--outbox DIRECTORY]

FILE holds `v1` or `v2`: where the name points at the moment. Write the other into it and the name has been switched.

    GET  /version        v1 or v2
    GET  /health         200 with the number of deliveries, asked of V1_DATABASE_URL or V2_DATABASE_URL by psql; 503 without
    POST /CHANNEL        appends the message to DIRECTORY/CHANNEL.txt
"""

import argparse
import http.server
import json
import os
import pathlib
import subprocess
import urllib.parse


def environment(url):
    """The variables that psql reads, for a postgresql:// URL: nothing of it stands in an argument list."""
    parts = urllib.parse.urlsplit(url)
    known = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    found = {
        "PGHOST": parts.hostname,
        "PGPORT": parts.port and str(parts.port),
        "PGUSER": parts.username and urllib.parse.unquote(parts.username),
        "PGPASSWORD": parts.password and urllib.parse.unquote(parts.password),
        "PGDATABASE": urllib.parse.unquote(parts.path.lstrip("/")),
        "PGCONNECT_TIMEOUT": "3",
    }
    found.update(("PG" + key.upper(), value) for key, value in urllib.parse.parse_qsl(parts.query))
    return known | {key: value for key, value in found.items() if value}


class Answer(http.server.BaseHTTPRequestHandler):
    served = outbox = None

    def do_GET(self):
        version = self.served.read_text().strip()
        if self.path == "/version" and version in ("v1", "v2"):
            self.say(200, "text/plain", version + "\n")
        elif self.path == "/health" and version in ("v1", "v2"):
            self.health(version)
        else:
            self.say(404, "text/plain", "not here\n")

    def health(self, version):
        command = ["psql", "-X", "-A", "-t", "-q", "--no-password", "-v", "ON_ERROR_STOP=1", "-c", "SELECT count(*) FROM deliveries"]
        url = os.environ.get(version.upper() + "_DATABASE_URL", "")
        asked = subprocess.run(command, env=environment(url), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
        if asked.returncode == 0:
            self.say(200, "application/json", json.dumps({"version": version, "deliveries": int(asked.stdout)}) + "\n")
        else:
            self.say(503, "application/json", json.dumps({"version": version, "error": asked.stderr.strip()}) + "\n")

    def do_POST(self):
        channel = self.path.strip("/")
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.outbox is None or not channel.replace("-", "").isalnum():
            self.say(404, "text/plain", "no such channel\n")
            return
        with open(self.outbox / f"{channel}.txt", "a") as out:
            out.write(f"Subject: {self.headers.get('Subject', '')}\n\n{text}\n")
        self.say(202, "text/plain", "sent\n")

    def say(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        """Tests read the outbox, not a log."""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True, help="0: any that is free; the one taken is printed")
    options.add_argument("--served", type=pathlib.Path, required=True)
    options.add_argument("--outbox", type=pathlib.Path)
    chosen = options.parse_args()
    Answer.served, Answer.outbox = chosen.served, chosen.outbox
    server = http.server.ThreadingHTTPServer(("127.0.0.1", chosen.port), Answer)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
