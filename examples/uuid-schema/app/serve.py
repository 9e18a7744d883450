"""Vibes, as far as its migration needs it: one program for both releases; settings.py beside it says which it is.

    serve.py api         answers on 127.0.0.1:$VIBES_PORT
    serve.py reminders   marks what is due as sent, every $VIBES_PAUSE seconds (30)

    GET    /health                   200 {"status": "ok"} or {"status": "maintenance"}; 503 when the database can't be asked
    GET    /version                  integer or uuid
    GET    /admin/settings           what the release runs with, one setting a line
    POST   /api/v1/auth/login        {"email", "password"}: 200 {"id", "token"}
    GET    /api/v1/users/ID          200 {"id", "email"}, one's own only
    GET    /api/v1/journals          200 {"count", "newest"}
    POST   /api/v1/journals          {"title", "content"}: 201 {"id"}
    GET    /api/v1/journals/ID       200, DELETE 204

Maintenance mode is the file run/maintenance: whoever turns it on needs no API that works. Then /api/ answers 503 to everybody
who does not send $VIBES_TRIAL_PASS as X-Trial-Pass. The database is libpq's: PGHOST, PGDATABASE, PGUSER and their like.
"""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import sys
import time
import uuid

import psycopg
from pydantic import BaseModel, TypeAdapter, ValidationError
from settings import API_CONFIG, DATABASE_CONFIG, RELEASE

MAINTENANCE = pathlib.Path(os.environ["VIBES_HOME"], "run", "maintenance")
UUIDS = DATABASE_CONFIG["use_uuid_primary_keys"]
KEY = TypeAdapter(uuid.UUID if API_CONFIG["id_parameter_type"] == "uuid" else int)
OLD_KEY = TypeAdapter(int)


class Login(BaseModel):
    email: str
    password: str


class Journal(BaseModel):
    title: str
    content: str


class Refused(Exception):
    pass


class Answer(http.server.BaseHTTPRequestHandler):
    def answer(self):
        parts = self.path.strip("/").split("/")
        if self.path == "/health":
            self.health()
        elif self.path == "/version":
            self.say(200, RELEASE)
        elif self.path == "/admin/settings":
            self.say(200, "\n".join(f"{name} = {value}" for name, value in (DATABASE_CONFIG | API_CONFIG).items()))
        elif parts[:2] != ["api", "v1"]:
            self.say(404, {"error": "not here"})
        elif MAINTENANCE.exists() and not self.may_try():
            self.say(503, {"error": "maintenance"})
        else:
            try:
                # What is answered has been committed.
                with psycopg.connect() as database:
                    answer = self.resource(database, parts[2:])
                self.say(*answer)
            except (Refused, ValidationError) as error:
                self.say(400, {"error": str(error)})
            except psycopg.Error as error:
                self.say(500, {"error": str(error)})

    do_GET = do_POST = do_DELETE = answer

    def may_try(self):
        pass_word = os.environ.get("VIBES_TRIAL_PASS", "")
        return bool(pass_word) and hmac.compare_digest(self.headers.get("X-Trial-Pass", ""), pass_word)

    def health(self):
        try:
            with psycopg.connect(connect_timeout=3) as database:
                database.execute("SELECT FROM users LIMIT 1")
            self.say(200, {"status": "maintenance" if MAINTENANCE.exists() else "ok"})
        except psycopg.Error as error:
            self.say(503, {"status": str(error).strip()})

    def resource(self, database, parts):
        """Does what is asked of a resource, and returns the status and the body of the answer."""
        if self.command == "POST" and parts == ["auth", "login"]:
            return self.login(database)
        user = self.whose()
        if self.command == "GET" and parts[:1] == ["users"] and len(parts) == 2:
            row = database.execute("SELECT id, email FROM users WHERE id = %s AND id = %s", [self.key(database, "users", parts[1]), user]).fetchone()
            return (200, {"id": str(row[0]), "email": row[1]}) if row else (404, {"error": "not here"})
        elif self.command == "GET" and parts == ["journals"]:
            row = database.execute("SELECT count(*), max(created_at)::text FROM journals WHERE user_id = %s", [user]).fetchone()
            return 200, {"count": row[0], "newest": row[1]}
        elif self.command == "POST" and parts == ["journals"]:
            new = Journal.model_validate_json(self.body())
            row = database.execute("INSERT INTO journals (user_id, title, content) VALUES (%s, %s, %s) RETURNING id", [user, new.title, new.content]).fetchone()
            return 201, {"id": str(row[0])}
        elif self.command in ("GET", "DELETE") and parts[:1] == ["journals"] and len(parts) == 2:
            mine = [self.key(database, "journals", parts[1]), user]
            if self.command == "DELETE":
                gone = database.execute("DELETE FROM journals WHERE id = %s AND user_id = %s", mine).rowcount
                return 204 if gone else 404, ""
            row = database.execute("SELECT title, content FROM journals WHERE id = %s AND user_id = %s", mine).fetchone()
            return (200, {"title": row[0], "content": row[1]}) if row else (404, {"error": "not here"})
        return 404, {"error": "not here"}

    def login(self, database):
        asked = Login.model_validate_json(self.body())
        row = database.execute("SELECT id, password FROM users WHERE email = %s", [asked.email]).fetchone()
        _, rounds, salt, digest = row[1].split("$") if row else ("", "1000", "", "")
        given = hashlib.pbkdf2_hmac("sha256", asked.password.encode(), salt.encode(), int(rounds)).hex()
        if not hmac.compare_digest(given, digest):
            return 401, {"error": "who?"}
        return 200, {"id": str(row[0]), "token": f"{row[0]}.{sealed(str(row[0]))}"}

    def whose(self):
        """The user of a token. A token holds a key, so those of one release mean nothing to the other."""
        key, _, seal = self.headers.get("Authorization", "").removeprefix("Bearer ").partition(".")
        if not hmac.compare_digest(seal, sealed(key)):
            raise Refused("log in first")
        return KEY.validate_python(key)

    def key(self, database, table, text):
        """A key in a path. The release with uuids knows the integers of before, for links that are out in the world."""
        if UUIDS and text.isdigit():
            row = database.execute(f"SELECT id FROM {table} WHERE legacy_id = %s", [OLD_KEY.validate_python(text)]).fetchone()
            return row[0] if row else None
        return KEY.validate_python(text)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def say(self, status, content):
        body = content if isinstance(content, str) else json.dumps(content)
        body = (body and body + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Only what goes wrong is worth a line, and that goes to standard error by itself."""


def sealed(key):
    return hmac.new(os.environ["VIBES_TOKEN_KEY"].encode(), key.encode(), "sha256").hexdigest()


def reminders():
    pause = float(os.environ.get("VIBES_PAUSE", "30"))
    while True:
        try:
            with psycopg.connect() as database:
                database.execute("UPDATE reminders SET sent_at = now() WHERE due_at <= now() AND sent_at IS NULL")
        except psycopg.Error as error:
            print(error, file=sys.stderr, flush=True)
        time.sleep(pause)


def main():
    wanted = (os.environ.get("UUID_ENABLED"), os.environ.get("USE_INTEGER_IDS"))
    if wanted != (("true", "false") if UUIDS else ("false", "true")):
        sys.exit(f"this is the release with {RELEASE} keys, and UUID_ENABLED={wanted[0]}, USE_INTEGER_IDS={wanted[1]}")
    with psycopg.connect() as database:
        kind = database.execute("SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'id'").fetchone()[0]
    if kind != ("uuid" if UUIDS else "bigint"):
        sys.exit(f"this is the release with {RELEASE} keys, and users.id is {kind}")
    if sys.argv[1:] == ["reminders"]:
        reminders()
    elif sys.argv[1:] == ["api"]:
        http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["VIBES_PORT"])), Answer).serve_forever()
    else:
        sys.exit("usage: serve.py api|reminders")


if __name__ == "__main__":
    main()
