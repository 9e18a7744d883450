"""Stands for BreederHQ's API, its two front ends and the message relay; tests alone use it.

    serve.py --port PORT --settings FILE [--outbox DIRECTORY]

`deployed/api`, `deployed/web` and `deployed/portal` beside this file name the releases in use; a release's folder holds the
SQL of each contract that it speaks, so that a release on the wrong schema fails as it would. FILE holds the API's settings,
MAINTENANCE (off, on) and PARTY_WRITES (on, off). All are read at each request. The database is asked as DATABASE_URL.

    GET  /version            the API's release
    GET  /web/version        that of a front end; /portal/version the same
    GET  /waitlist           the entries, in the contract of the header Accept-Contract (legacy, party); 410 when it is gone
    POST /waitlist?party=ID  adds an entry for a Party
    GET  /web, /portal       a front end that shows the waitlist: 502 when the API does not speak its contract
    POST /CHANNEL            appends the message to DIRECTORY/CHANNEL.txt
"""

import argparse
import http.server
import os
import pathlib
import subprocess
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent


def environment(url):
    """The variables that psql reads, for a postgresql:// URL: nothing of it stands in an argument list."""
    parts = urllib.parse.urlsplit(url)
    known = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    found = {
        "PGHOST": parts.hostname,
        "PGPORT": parts.port and str(parts.port),
        "PGUSER": parts.username and urllib.parse.unquote(parts.username),
        "PGDATABASE": urllib.parse.unquote(parts.path.lstrip("/")),
        "PGCONNECT_TIMEOUT": "3",
    }
    found.update(("PG" + key.upper(), value) for key, value in urllib.parse.parse_qsl(parts.query))
    return known | {key: value for key, value in found.items() if value}


class Answer(http.server.BaseHTTPRequestHandler):
    settings = outbox = None

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        if path == "/version":
            self.say(200, self.release("api"))
        elif path in ("/web/version", "/portal/version"):
            self.say(200, self.release(path.split("/")[1]))
        elif path == "/waitlist":
            self.say(*self.waitlist(self.headers.get("Accept-Contract", "party")))
        elif path in ("/web", "/portal"):
            self.front_end(path.strip("/"))
        else:
            self.say(404, "not here")

    def do_POST(self):
        where = urllib.parse.urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if where.path == "/waitlist":
            self.add(dict(urllib.parse.parse_qsl(where.query)).get("party", ""), text)
        elif self.outbox is not None and where.path.strip("/").replace("-", "").isalnum():
            with open(self.outbox / f"{where.path.strip('/')}.txt", "a") as out:
                out.write(f"Subject: {self.headers.get('Subject', '')}\n\n{text}\n")
            self.say(202, "sent")
        else:
            self.say(404, "not here")

    def waitlist(self, contract):
        if self.setting("MAINTENANCE") == "on":
            return 503, "maintenance"
        query = HERE / "releases" / f"api-{self.release('api')}" / f"{contract}.sql"
        if not query.exists():
            return 410, f"{self.release('api')} does not speak the contract `{contract}`"
        return self.ask(query)

    def add(self, party, wish):
        if self.setting("MAINTENANCE") == "on":
            self.say(503, "maintenance")
        elif self.setting("PARTY_WRITES") == "off":
            self.say(423, "Parties are shown, not written, for the moment")
        else:
            query = HERE / "releases" / f"api-{self.release('api')}" / "add.sql"
            self.say(*self.ask(query, "-v", f"party={party}", "-v", f"wish={wish}"))

    def front_end(self, application):
        contract = (HERE / "releases" / f"{application}-{self.release(application)}" / "contract").read_text().strip()
        status, text = self.waitlist(contract)
        self.say(200 if status == 200 else 502, text)

    def ask(self, query, *variables):
        command = ["psql", "-X", "-A", "-t", "-q", "--no-password", "-v", "ON_ERROR_STOP=1", *variables, "-f", str(query)]
        known = environment(os.environ.get("DATABASE_URL", ""))
        asked = subprocess.run(command, env=known, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
        return (200, asked.stdout.strip()) if asked.returncode == 0 else (500, asked.stderr.strip())

    def release(self, application):
        return (HERE / "deployed" / application).read_text().strip()

    def setting(self, name):
        lines = self.settings.read_text().splitlines()
        return next((line.split("=", 1)[1] for line in lines if line.startswith(name + "=")), "")

    def say(self, status, body):
        body = (body + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Tests read what is answered, not a log."""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True, help="0: any that is free; the one taken is printed")
    options.add_argument("--settings", type=pathlib.Path, required=True)
    options.add_argument("--outbox", type=pathlib.Path)
    chosen = options.parse_args()
    Answer.settings, Answer.outbox = chosen.settings, chosen.outbox
    server = http.server.ThreadingHTTPServer(("127.0.0.1", chosen.port), Answer)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
