"""Stands for the relay that sends messages: each POST /CHANNEL is appended to DIRECTORY/CHANNEL.txt. Tests alone use it.

    relay.py DIRECTORY        prints the port that it answers on
"""

import http.server
import pathlib
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        channel = self.path.strip("/")
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        known = channel.replace("-", "").isalnum()
        if known:
            with open(pathlib.Path(sys.argv[1], f"{channel}.txt"), "a") as out:
                out.write(f"Subject: {self.headers.get('Subject', '')}\n\n{text}\n")
        self.send_response(202 if known else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        """Tests read the outbox, not a log."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
print(server.server_address[1], flush=True)
server.serve_forever()
