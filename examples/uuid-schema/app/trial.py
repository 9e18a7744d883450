"""Tries the running application out, as its own account: logs in, reads its profile, writes an entry, reads it, deletes it.

    trial.py            says what it tries; status 1 at the first answer that is wrong
    trial.py --time     prints how long the slowest of the usual requests takes, in milliseconds: the median of 15 each

Reads VIBES_API_URL, TRIAL_EMAIL, TRIAL_PASSWORD, and VIBES_TRIAL_PASS for the time in which nobody else may come in.
"""

import json
import os
import statistics
import sys
import time
import urllib.error
import urllib.request

ADDRESS = os.environ["VIBES_API_URL"]


def ask(method, path, wanted, content=None, token=None):
    headers = {"Content-Type": "application/json", "X-Trial-Pass": os.environ.get("VIBES_TRIAL_PASS", "")}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(ADDRESS + path, method=method, headers=headers, data=content and json.dumps(content).encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    if status != wanted:
        sys.exit(f"{method} {path}: {status} {body.decode()}")
    return json.loads(body) if body else None


def milliseconds(*request):
    taken = []
    for _ in range(15):
        begun = time.perf_counter()
        ask(*request)
        taken.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(taken))


def main():
    me = ask("POST", "/api/v1/auth/login", 200, {"email": os.environ["TRIAL_EMAIL"], "password": os.environ["TRIAL_PASSWORD"]})
    token, profile = me["token"], f"/api/v1/users/{me['id']}"
    if sys.argv[1:] == ["--time"]:
        print(max(milliseconds("GET", path, 200, None, token) for path in (profile, "/api/v1/journals", "/health")))
        return
    print("logged in")
    if ask("GET", profile, 200, token=token)["email"] != os.environ["TRIAL_EMAIL"]:
        sys.exit("the profile is somebody else's")
    print("read its profile")
    entry = {"title": "A trial", "content": "Written by the plan, and deleted at once."}
    place = f"/api/v1/journals/{ask('POST', '/api/v1/journals', 201, entry, token)['id']}"
    try:
        if ask("GET", place, 200, token=token) != entry:
            sys.exit("the entry came back as another")
        print("wrote an entry and read it")
    finally:
        ask("DELETE", place, 204, token=token)
    ask("GET", place, 404, token=token)
    print("deleted it")


if __name__ == "__main__":
    main()
