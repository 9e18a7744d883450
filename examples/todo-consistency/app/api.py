"""One service of the todo app, of the release that it lies in (release.json beside it):

    api.py api        the API: /api with integers and the old words; from 2.0.0 on also /api/v1 with uuids and the frontend's words
    api.py worker     turns each series that is due into its next task
    api.py live       from 2.0.0 on: tells v1's clients when anything has changed

Reads its settings from the file TODO_SETTINGS when it starts, V1_API and V1_SHARE at every request: these two take effect at once.
Asks the database by psql, as PGUSER.
"""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import time

RELEASE = json.loads(pathlib.Path(__file__).with_name("release.json").read_text())
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Refused(Exception):
    """An answer that is no success: a status and why."""


def sql(text, **values):
    """The one JSON value that a statement returns, or None. Values are psql's variables: they never become SQL."""
    command = ["psql", "-X", "-q", "-A", "-t", "--no-password", "-v", "ON_ERROR_STOP=1"]
    for name, value in values.items():
        command += ["-v", f"{name}={value}"]
    asked = subprocess.run(command, input=text, capture_output=True, text=True, timeout=20)
    if asked.returncode != 0:
        raise Refused(503, asked.stderr.strip())
    return json.loads(asked.stdout) if asked.stdout.strip() else None


def settings():
    lines = pathlib.Path(os.environ["TODO_SETTINGS"]).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def matches(password, kept):
    _, rounds, salt, wanted = kept.split("$")
    found = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), int(rounds)).hex()
    return hmac.compare_digest(found, wanted)


# The database of 2.0.0 speaks the frontend's words; the old API goes on with its own.
def stored(field, word):
    return RELEASE[field].get(str(word), word)


def legacy(field, word):
    back = {new: old for old, new in RELEASE[field].items()} | {"cancelled": "done"}
    return int(back.get(word, word)) if field == "priority" else back.get(word, word)


TASKS = """
SELECT coalesce(json_agg(found ORDER BY found.id), '[]')
FROM (
    SELECT t.{key} AS id, title, status, priority, due_on, every,
           ARRAY(SELECT name FROM tags g JOIN task_tags x ON x.tag_id = g.id WHERE x.task_id = t.id ORDER BY name) AS tags
    FROM tasks t LEFT JOIN (SELECT id, every FROM recurrences) r ON r.id = t.recurrence_id
    WHERE (t.user_id = :'me' OR EXISTS (SELECT FROM shares s WHERE s.task_id = t.id AND s.user_id = :'me')) {one}
) found
"""

MAY_WRITE = """
{key} = :'task' AND (user_id = :'me'
    OR EXISTS (SELECT FROM shares s WHERE s.task_id = tasks.id AND s.user_id = :'me' AND s.may = 'write'))
"""


class Api:
    def __init__(self, v1, token):
        self.v1 = v1
        self.key = "public_id" if v1 else "id"
        self.token = hashlib.sha256(token.encode()).hexdigest()

    def me(self):
        found = sql(
            "SELECT to_json(u) FROM users u JOIN sessions s ON s.user_id = u.id WHERE token_hash = :'token' AND expires_at > now()",
            token=self.token,
        )
        if found is None:
            raise Refused(401, "log in first")
        return found

    def spelled(self, task):
        if self.v1:
            return {"dueOn" if name == "due_on" else name: value for name, value in task.items()}
        return task | {"status": legacy("status", task["status"]), "priority": legacy("priority", task["priority"])}

    def word(self, field, content, otherwise):
        value = content.get(field, otherwise)
        return value if self.v1 else stored(field, value)

    def answer(self, method, path, content):
        if (method, path) == ("POST", "/login"):
            user = sql("SELECT to_json(u) FROM users u WHERE email = :'email'", email=content.get("email", ""))
            if user is None or not matches(content.get("password", ""), user["password_hash"]):
                raise Refused(401, "no such account, or not its password")
            token = secrets.token_hex(16)
            sql(
                "INSERT INTO sessions VALUES (:'token', :'me', now() + interval '1 hour')",
                token=hashlib.sha256(token.encode()).hexdigest(),
                me=user["id"],
            )
            return 200, {"token": token}
        user = self.me()
        if (method, path) == ("POST", "/logout"):
            sql("DELETE FROM sessions WHERE token_hash = :'token'", token=self.token)
            return 204, None
        if (method, path) == ("GET", "/features"):
            now = settings()
            share = int(now["V1_SHARE"])
            mine = user["role"] == "staff" or int(hashlib.sha256(user["email"].encode()).hexdigest(), 16) % 100 < share
            return 200, {"v1": bool(RELEASE["v1"] and now["V1_API"] == "on" and mine)}
        if (method, path) == ("GET", "/me"):
            name = "displayName" if self.v1 else "display_name"
            return 200, {"id": user[self.key], "email": user["email"], name: user["display_name"], "role": user["role"]}
        if (method, path) == ("GET", "/tasks"):
            found = sql(TASKS.format(key=self.key, one=""), me=user["id"])
            return 200, [self.spelled(task) for task in found]
        if (method, path) == ("POST", "/tasks"):
            return 201, self.create(user, content)
        task = re.fullmatch(rf"/tasks/({UUID if self.v1 else '[0-9]{1,9}'})", path)
        if task is None:
            raise Refused(404, "not here")
        return self.one(method, user, task[1], content)

    def create(self, user, content):
        made = sql(
            f"""
            WITH made AS (
                INSERT INTO tasks (user_id, title, status, priority) VALUES (:'me', :'title', :'status', :'priority') RETURNING *
            ), named AS (
                INSERT INTO tags (user_id, name) SELECT :'me', json_array_elements_text(:'tags')
                ON CONFLICT (user_id, name) DO UPDATE SET name = excluded.name RETURNING id
            ), tagged AS (
                INSERT INTO task_tags SELECT made.id, named.id FROM made, named
            )
            SELECT to_json({self.key}) FROM made
            """,
            me=user["id"],
            title=content["title"],
            status=self.word("status", content, "todo" if self.v1 else "pending"),
            priority=self.word("priority", content, "medium" if self.v1 else 2),
            tags=json.dumps(content.get("tags", [])),
        )
        return {"id": made}

    def one(self, method, user, task, content):
        if method == "GET":
            found = sql(TASKS.format(key=self.key, one=f"AND t.{self.key} = :'task'"), me=user["id"], task=task)
            if not found:
                raise Refused(404, "no such task")
            return 200, self.spelled(found[0])
        may = MAY_WRITE.format(key=self.key)
        if method == "PATCH":
            done = sql(
                f"UPDATE tasks SET status = :'status' WHERE {may} RETURNING to_json(id)",
                me=user["id"],
                task=task,
                status=self.word("status", content, ""),
            )
        elif method == "DELETE":
            done = sql(f"DELETE FROM tasks WHERE {may} RETURNING to_json(id)", me=user["id"], task=task)
        else:
            raise Refused(405, "not with this method")
        if done is None:
            raise Refused(404, "no such task")
        return 204, None


class Answer(http.server.BaseHTTPRequestHandler):
    def do(self):
        try:
            status, body = self.route()
        except Refused as refused:
            status, body = refused.args[0], {"error": refused.args[1]}
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = do

    def route(self):
        if self.path == "/api/version":
            return 200, RELEASE["version"]
        if self.path == "/api/health":
            return 200, {"tasks": sql("SELECT count(*) FROM tasks")}
        if self.path == "/live":
            return 200, {"changed": sql("SELECT to_json(max(updated_at)) FROM tasks")}
        v1 = self.path.startswith("/api/v1/")
        if v1 and not RELEASE["v1"]:
            raise Refused(404, "not here")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return Api(v1, token).answer(self.command, self.path.removeprefix("/api/v1" if v1 else "/api"), json.loads(body or "{}"))

    def log_request(self, *arguments):
        """Answers that succeed are not worth a line."""


def work():
    while True:
        try:
            sql(
                """
                WITH due AS (
                    UPDATE recurrences SET next_on = next_on + every WHERE next_on <= now() RETURNING id, user_id, title
                )
                INSERT INTO tasks (user_id, recurrence_id, title) SELECT user_id, id, title FROM due
                """
            )
        except (Refused, subprocess.TimeoutExpired) as failed:
            print(failed, file=sys.stderr, flush=True)
        time.sleep(1)


if __name__ == "__main__":
    os.environ.update((name, value) for name, value in settings().items() if value)
    if sys.argv[1] == "worker":
        work()
    port = int(os.environ["TODO_API_PORT" if sys.argv[1] == "api" else "TODO_LIVE_PORT"])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
