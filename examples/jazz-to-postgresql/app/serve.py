"""Lunary's API, as far as the migration touches it, and the team's message relay; a small real one.

    serve.py --port PORT --site DIRECTORY [--outbox DIRECTORY]

What is live is a deployment, made by deploy.sh: a release, whose package.json says which stores it knows, and the settings of
the moment it was made. Changing the settings file changes nothing here until the next deployment.

    GET  /api/health                          200 when every store that is written answers; 503
    GET  /api/status/release                  lunary-both
    GET  /api/status/primary                  postgres or jazz: read, and written first
    GET  /api/status/along                    what is written along with it, or `none`
    GET  /api/status/fallback                 what is read where the primary can't answer, or `none`
    GET  /api/status/writes                   accepted or refused
    GET  /api/status/cached                   the parts that are answered from the other store and take no writes, or `none`
    GET  /api/auth/session                    200 for a user who proves it (Authorization: Basic), else 401
    POST /api/auth/sign-up                    {"email", "name", "password"}
    GET, PUT /api/profile[/birth-chart | /personal-card | /location]     of the user who proves it
    POST /api/notes                           {"words"}
    POST /relay/CHANNEL                       appends the message to DIRECTORY/CHANNEL.txt
"""

import argparse
import base64
import hashlib
import http.server
import json
import pathlib
import secrets
import sys

import stores

PARTS = {"": "profile", "birth-chart": "birth-chart", "personal-card": "personal-card", "location": "location"}
FALLBACKS = {"birth-chart": "FALLBACK_BIRTH_CHART", "personal-card": "FALLBACK_PERSONAL_CARD", "location": "FALLBACK_LOCATION"}


class Refused(Exception):
    """An answer other than 200: status, text, headers."""


def hashed(password, salt):
    return f"{salt}:{hashlib.scrypt(password.encode(), salt=salt.encode(), n=16, r=8, p=1, dklen=16).hex()}"


class Deployment:
    """What is live at this moment."""

    def __init__(self, site):
        place = site / "deployments" / (site / "live").read_text().strip()
        lines = (place / "settings.env").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        packages = json.loads((place / "package.json").read_text())["dependencies"]

        def on(name):
            return settings.get(name) == "true"

        self.release = (place / "release").read_text().strip()
        knows = [name for name, package in (("jazz", "jazz-tools"), ("postgres", "pg")) if package in packages]
        if "postgres" in knows and on("ENABLE_POSTGRES_PROFILE"):
            knows.reverse()
        self.first = knows[0]
        self.other = knows[1] if len(knows) > 1 else None
        self.second = self.other if on("ENABLE_DUAL_WRITE") else None
        self.else_read = self.other if self.first == "postgres" and on("ENABLE_JAZZ_FALLBACK") else None
        self.read_only = on("READ_ONLY")
        self.cached = [part for part, flag in FALLBACKS.items() if on(flag)]

    def store(self, name):
        return stores.Jazz() if name == "jazz" else stores.Postgres()

    def read(self, owner):
        """A user's rows by entity and key; from the other store where the first can't answer or has nothing."""
        try:
            found = self.store(self.first).rows(owner)
        except (OSError, stores.sqlite3.Error):
            if not self.else_read:
                raise
            found = []
        if not found and self.else_read:
            found = self.store(self.else_read).rows(owner)
        return {(row.entity, row.key): row for row in found}

    def write(self, row):
        """The first store's word is what the user gets; what the second misses is brought level later, and said in the log."""
        if self.read_only:
            raise Refused(503, "read-only for a moment\n", {"Retry-After": "300"})
        self.store(self.first).write([row])
        if self.second:
            try:
                self.store(self.second).write([row])
            except (OSError, stores.sqlite3.Error) as error:
                print(f"dual write to {self.second} failed: {row.entity} of {row.owner}: {error}", file=sys.stderr, flush=True)


class Answer(http.server.BaseHTTPRequestHandler):
    site = outbox = None

    def do_GET(self):
        self.answer(self.get)

    def do_PUT(self):
        self.answer(self.put)

    def do_POST(self):
        self.answer(self.post)

    def answer(self, method):
        try:
            self.say(200, *method(self.path.split("?")[0].rstrip("/")))
        except Refused as refused:
            self.say(*refused.args)
        except (OSError, stores.sqlite3.Error) as error:
            self.say(500, f"{error}\n")

    def get(self, path):
        live = Deployment(self.site)
        if path == "/api/health":
            try:
                live.store(live.first).answers()
                if live.second:
                    live.store(live.second).answers()
            except (OSError, stores.sqlite3.Error) as error:
                raise Refused(503, f"{error}\n") from error
            return ("ok\n",)
        if path.startswith("/api/status/"):
            told = {
                "release": live.release,
                "primary": live.first,
                "along": live.second or "none",
                "fallback": live.else_read or "none",
                "writes": "refused" if live.read_only else "accepted",
                "cached": ", ".join(live.cached) or "none",
            }
            return (self.found(told, path.removeprefix("/api/status/")) + "\n",)
        user = self.user(live)
        if path == "/api/auth/session":
            return (json.dumps({"user": user}) + "\n",)
        part = self.part(path)
        if part in live.cached:
            # The last good copy; and what can't be read for certain is not overwritten either: see `put`.
            rows = live.store(live.other).rows(user) if live.other else []
            cached = next((row.body for row in rows if row.entity == part), {})
            return json.dumps(cached) + "\n", {"X-Fallback": "cached"}
        row = live.read(user).get((part, user))
        if row is None:
            raise Refused(404, "nothing there yet\n")
        return (json.dumps(row.body) + "\n",)

    def put(self, path):
        live = Deployment(self.site)
        user, part = self.user(live), self.part(path)
        if part in live.cached:
            raise Refused(503, f"{part} can be read, not changed, for the moment\n", {"Retry-After": "600"})
        self.save(live, stores.Row(part, user, user, self.body(), stores.now()))
        return ("saved\n",)

    def post(self, path):
        if path.startswith("/relay/"):
            return self.relay(path.removeprefix("/relay/"))
        live = Deployment(self.site)
        body = self.body()
        if path == "/api/auth/sign-up":
            user = f"co_z{secrets.token_hex(8)}"
            password_hash, now = hashed(body["password"], secrets.token_hex(8)), stores.now()
            account = {"email": body["email"], "name": body["name"], "password_hash": password_hash, "created_at": now}
            self.save(live, stores.Row("user", user, user, account, now))
            return (json.dumps({"user": user}) + "\n",)
        if path == "/api/notes":
            user, note = self.user(live), f"co_d{secrets.token_hex(8)}"
            self.save(live, stores.Row("note", note, user, {"words": body["words"], "gone": "no"}, stores.now()))
            return (json.dumps({"note": note}) + "\n",)
        raise Refused(404, "not here\n")

    def save(self, live, row):
        row = stores.normal(row)
        if why := stores.trouble(row):
            raise Refused(400, why + "\n")
        live.write(row)

    def user(self, live):
        """The id of the user whom Authorization proves."""
        kind, _, said = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            raise Refused(401, "sign in first\n")
        email, _, password = base64.b64decode(said).decode().partition(":")
        try:
            accounts = [row for row in live.store(live.first).rows() if row.entity == "user"]
        except (OSError, stores.sqlite3.Error):
            if not live.else_read:
                raise
            accounts = [row for row in live.store(live.else_read).rows() if row.entity == "user"]
        for row in accounts:
            kept = row.body["password_hash"]
            if row.body["email"] == email and secrets.compare_digest(hashed(password, kept.partition(":")[0]), kept):
                return row.key
        raise Refused(401, "no such user, or another password\n")

    def part(self, path):
        if path != "/api/profile" and not path.startswith("/api/profile/"):
            raise Refused(404, "not here\n")
        return self.found(PARTS, path.removeprefix("/api/profile").strip("/"))

    def found(self, among, name):
        if name not in among:
            raise Refused(404, "not here\n")
        return among[name]

    def body(self):
        return json.loads(self.text())

    def text(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def relay(self, channel):
        text = self.text()
        if self.outbox is None or not channel.replace("-", "").isalnum():
            raise Refused(404, "no such channel\n")
        with open(self.outbox / f"{channel}.txt", "a", encoding="utf-8") as out:
            out.write(f"Subject: {self.headers.get('Subject', '')}\n\n{text}\n")
        return ("sent\n",)

    def say(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body.startswith("{") else "text/plain")
        self.send_header("Content-Length", str(len(body.encode())))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        """Requests are not logged; failed dual writes are."""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True, help="0: any that is free; the one taken is printed")
    options.add_argument("--site", type=pathlib.Path, required=True)
    options.add_argument("--outbox", type=pathlib.Path)
    chosen = options.parse_args()
    Answer.site, Answer.outbox = chosen.site, chosen.outbox
    server = http.server.ThreadingHTTPServer(("127.0.0.1", chosen.port), Answer)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
