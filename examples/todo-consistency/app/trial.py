"""Tries the app out through the front, as its trial account: logs in, reads its profile, creates, reads, changes and deletes a task
with a tag, finds that a task of somebody else is out of reach, logs out.

    trial.py             says what it tries; status 1 at the first answer that is wrong
    trial.py --v1        the same through /api/v1
    trial.py --time      prints how long the slowest of the usual requests takes, in milliseconds: the median of five each

Reads TODO_URL, TRIAL_EMAIL, TRIAL_PASSWORD, and TODO_TRIAL_PASS for the time in which nobody else may come in.
"""

import json
import os
import statistics
import sys
import time
import urllib.error
import urllib.request

V1 = sys.argv[1:] == ["--v1"]
BASE = os.environ["TODO_URL"] + ("/api/v1" if V1 else "/api")
FIRST, LAST = ("todo", "done") if V1 else ("pending", "done")
NOBODYS = "00000000-0000-0000-0000-000000000000" if V1 else "1"


def ask(method, path, wanted, content=None, token=""):
    headers = {
        "Content-Type": "application/json",
        "X-Trial-Pass": os.environ.get("TODO_TRIAL_PASS", ""),
        "Authorization": f"Bearer {token}",
    }
    request = urllib.request.Request(BASE + path, method=method, headers=headers, data=content and json.dumps(content).encode())
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    if status != wanted:
        sys.exit(f"{method} {path}: {status} {body.decode()}")
    return json.loads(body) if body else None


def milliseconds(path, token):
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        ask("GET", path, 200, None, token)
        taken.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(taken))


def try_tasks(token):
    if ask("GET", "/me", 200, token=token)["email"] != os.environ["TRIAL_EMAIL"]:
        sys.exit("the profile is somebody else's")
    print("read its profile")
    task = {"title": "A trial", "status": FIRST, "tags": ["trial"]}
    place = f"/tasks/{ask('POST', '/tasks', 201, task, token)['id']}"
    try:
        found = ask("GET", place, 200, token=token)
        if {name: found[name] for name in task} != task:
            sys.exit(f"the task came back as {found}")
        ask("PATCH", place, 204, {"status": LAST}, token)
        if ask("GET", place, 200, token=token)["status"] != LAST:
            sys.exit("the task was not changed")
        print("created, read and changed a task with a tag")
    finally:
        ask("DELETE", place, 204, token=token)
    ask("GET", place, 404, token=token)
    ask("GET", f"/tasks/{NOBODYS}", 404, token=token)
    print("deleted it, and reached no task of somebody else")


def main():
    who = {"email": os.environ["TRIAL_EMAIL"], "password": os.environ["TRIAL_PASSWORD"]}
    ask("POST", "/login", 401, who | {"password": "another"})
    token = ask("POST", "/login", 200, who)["token"]
    try:
        if sys.argv[1:] == ["--time"]:
            print(max(milliseconds(path, token) for path in ("/me", "/tasks", "/health")))
            return
        print("logged in")
        try_tasks(token)
    finally:
        ask("POST", "/logout", 204, token=token)
    ask("GET", "/me", 401, token=token)
    print("logged out")


if __name__ == "__main__":
    main()
