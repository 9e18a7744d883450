"""Lunary's two stores, Jazz and PostgreSQL, read and written alike: a row is `Row(entity, key, owner, body, edited_at)`.

    user            email, name, password_hash, created_at      its key is the account's id, which is the same in both stores
    profile         birthday, pronouns               these four: at most one an account, so the account's id is the key
    birth-chart     sun, moon, rising
    personal-card   card, reason
    location        place, lat, lon
    note            words, gone                      any number; nothing is ever deleted, a note that is thrown away says so

Of two versions of a row the one edited last counts. When both say the same moment, `equals_too` decides whether the one that
is written replaces the one that is there.

Where the stores are: JAZZ_STORE, a file of SQLite; LUNARY_DATABASE_URL, a postgresql:// URL.
"""

import collections
import datetime
import json
import os
import sqlite3
import subprocess
import urllib.parse

Row = collections.namedtuple("Row", "entity key owner body edited_at")

FIELDS = {
    "user": ("email", "name", "password_hash", "created_at"),
    "profile": ("birthday", "pronouns"),
    "birth-chart": ("sun", "moon", "rising"),
    "personal-card": ("card", "reason"),
    "location": ("place", "lat", "lon"),
    "note": ("words", "gone"),
}


def now():
    """This moment as both stores write it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def normal(row):
    """The row with its fields in one order and its numbers in one precision, so that equal rows are equal."""
    body = {field: row.body[field] for field in FIELDS[row.entity] if field in row.body}
    for field in ("lat", "lon"):
        if isinstance(body.get(field), (int, float)):
            body[field] = round(float(body[field]), 5)
    return row._replace(body=body)


def trouble(row):
    """Why PostgreSQL can't hold a row; None when it can. Jazz takes any document."""
    missing = [field for field in FIELDS[row.entity] if row.body.get(field) is None]
    if missing:
        return f"{row.entity} without {', '.join(missing)}"
    if row.entity == "location":
        if not all(isinstance(row.body[field], (int, float)) for field in ("lat", "lon")):
            return "location whose coordinates are no numbers"
        if abs(row.body["lat"]) > 90 or abs(row.body["lon"]) > 180:
            return "location outside the globe"
    if row.entity == "profile":
        try:
            datetime.date.fromisoformat(row.body["birthday"])
        except ValueError:
            return f"profile with the birthday {row.body['birthday']!r}"
    return None


class Jazz:
    """The sync server's store."""

    def __init__(self, path=None):
        self.path = path or os.environ["JAZZ_STORE"]

    def connect(self):
        # `rw`: a store that is not there is an error, never a new one.
        store = sqlite3.connect(f"file:{urllib.parse.quote(self.path)}?mode=rw", uri=True, timeout=5, isolation_level=None)
        store.execute("PRAGMA foreign_keys = ON")
        return store

    def rows(self, owner=None):
        store = self.connect()
        try:
            store.execute("BEGIN")
            found = [
                Row("user", key, key, dict(zip(FIELDS["user"], fields)), edited_at)
                for key, *fields, edited_at in store.execute(
                    "SELECT id, email, name, password_hash, created_at, edited_at FROM accounts WHERE ?1 IS NULL OR id = ?1", (owner,)
                )
            ]
            found += [
                Row(kind, key if kind == "note" else whose, whose, json.loads(body), edited_at)
                for key, whose, kind, body, edited_at in store.execute(
                    "SELECT id, owner, kind, body, edited_at FROM documents WHERE ?1 IS NULL OR owner = ?1", (owner,)
                )
            ]
        finally:
            store.close()
        return [normal(row) for row in found]

    def write(self, rows, equals_too=False):
        self.change(rows, "excluded.edited_at >= {0}.edited_at" if equals_too else "excluded.edited_at > {0}.edited_at")

    def mirror(self, rows):
        """Exactly these rows, whatever was there; returns how many differed."""
        wanted, there = ({(row.entity, row.key): row for row in some} for some in (rows, self.rows()))
        self.change([row for key, row in wanted.items() if there.get(key) != row], "true", [row for key, row in there.items() if key not in wanted])
        return sum(wanted.get(key) != there.get(key) for key in wanted.keys() | there.keys())

    def change(self, rows, replaces, superfluous=()):
        store = self.connect()
        try:
            store.execute("BEGIN IMMEDIATE")
            for row in reversed(users_first(superfluous)):
                if row.entity == "user":
                    store.execute("DELETE FROM accounts WHERE id = ?", (row.key,))
                elif row.entity == "note":
                    store.execute("DELETE FROM documents WHERE id = ?", (row.key,))
                else:
                    store.execute("DELETE FROM documents WHERE owner = ? AND kind = ?", (row.owner, row.entity))
            for row in users_first(rows):
                if row.entity == "user":
                    store.execute(
                        "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email,"
                        " name = excluded.name, password_hash = excluded.password_hash, edited_at = excluded.edited_at"
                        f" WHERE {replaces.format('accounts')}",
                        (row.key, *(row.body[field] for field in FIELDS["user"]), row.edited_at),
                    )
                    continue
                conflict = "(id)" if row.entity == "note" else "(owner, kind) WHERE kind <> 'note'"
                key = row.key if row.entity == "note" else f"co_{row.entity}_{row.owner}"
                store.execute(
                    f"INSERT INTO documents VALUES (?, ?, ?, ?, ?) ON CONFLICT {conflict} DO UPDATE SET body = excluded.body,"
                    f" edited_at = excluded.edited_at WHERE {replaces.format('documents')}",
                    (key, row.owner, row.entity, json.dumps(row.body, ensure_ascii=False), row.edited_at),
                )
            store.execute("COMMIT")
        finally:
            store.close()

    def answers(self):
        store = self.connect()
        try:
            store.execute("SELECT count(*) FROM accounts").fetchone()
        finally:
            store.close()


# A moment in Jazz's spelling: jsonb would write it in the session's zone and without trailing zeros.
MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""

READ = f"""
SELECT jsonb_build_array('user', id, id, jsonb_build_object('email', email, 'name', name, 'password_hash', password_hash,
    'created_at', {MOMENT.format("created_at")}), edited_at)
FROM "user" JOIN account ON user_id = id
UNION ALL SELECT jsonb_build_array('profile', user_id, user_id, jsonb_build_object('birthday', birthday, 'pronouns', pronouns), edited_at) FROM profile
UNION ALL SELECT jsonb_build_array('birth-chart', user_id, user_id, jsonb_build_object('sun', sun, 'moon', moon, 'rising', rising), edited_at) FROM birth_chart
UNION ALL SELECT jsonb_build_array('personal-card', user_id, user_id, jsonb_build_object('card', card, 'reason', reason), edited_at) FROM personal_card
UNION ALL SELECT jsonb_build_array('location', user_id, user_id, jsonb_build_object('place', place, 'lat', lat, 'lon', lon), edited_at) FROM location
UNION ALL SELECT jsonb_build_array('note', id, user_id, jsonb_build_object('words', words, 'gone', CASE WHEN gone THEN 'yes' ELSE 'no' END), edited_at) FROM note
"""

# `given` holds the rows; one statement a table, all in one transaction.
WRITE = """
INSERT INTO "user" AS t (id, email, name, created_at, edited_at)
    SELECT key, body ->> 'email', body ->> 'name', (body ->> 'created_at')::timestamptz, edited_at FROM given WHERE entity = 'user'
    ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
INSERT INTO account AS t (user_id, password_hash)
    SELECT key, body ->> 'password_hash' FROM given JOIN "user" u ON u.id = key AND u.edited_at = given.edited_at WHERE entity = 'user'
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash;
INSERT INTO profile AS t (user_id, birthday, pronouns, edited_at)
    SELECT owner, (body ->> 'birthday')::date, body ->> 'pronouns', edited_at FROM given WHERE entity = 'profile'
    ON CONFLICT (user_id) DO UPDATE SET birthday = excluded.birthday, pronouns = excluded.pronouns, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
INSERT INTO birth_chart AS t (user_id, sun, moon, rising, edited_at)
    SELECT owner, body ->> 'sun', body ->> 'moon', body ->> 'rising', edited_at FROM given WHERE entity = 'birth-chart'
    ON CONFLICT (user_id) DO UPDATE SET sun = excluded.sun, moon = excluded.moon, rising = excluded.rising, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
INSERT INTO personal_card AS t (user_id, card, reason, edited_at)
    SELECT owner, body ->> 'card', body ->> 'reason', edited_at FROM given WHERE entity = 'personal-card'
    ON CONFLICT (user_id) DO UPDATE SET card = excluded.card, reason = excluded.reason, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
INSERT INTO location AS t (user_id, place, lat, lon, edited_at)
    SELECT owner, body ->> 'place', (body ->> 'lat')::numeric, (body ->> 'lon')::numeric, edited_at FROM given WHERE entity = 'location'
    ON CONFLICT (user_id) DO UPDATE SET place = excluded.place, lat = excluded.lat, lon = excluded.lon, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
INSERT INTO note AS t (id, user_id, words, gone, edited_at)
    SELECT key, owner, body ->> 'words', body ->> 'gone' = 'yes', edited_at FROM given WHERE entity = 'note'
    ON CONFLICT (id) DO UPDATE SET words = excluded.words, gone = excluded.gone, edited_at = excluded.edited_at
    WHERE excluded.edited_at > t.edited_at OR :equals_too AND excluded.edited_at = t.edited_at;
"""


class Postgres:
    """PostgreSQL, through psql."""

    def __init__(self, url=None):
        self.environment = environment(url or os.environ["LUNARY_DATABASE_URL"])

    def psql(self, script):
        asked = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "--no-password", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=script, env=self.environment, capture_output=True, text=True, encoding="utf-8", timeout=300,
        )
        if asked.returncode != 0:
            raise OSError(asked.stderr.strip() or f"psql ended with status {asked.returncode}")
        return asked.stdout

    def rows(self, owner=None):
        whose = "" if owner is None else f"WHERE row ->> 2 = {literal(owner)}"
        said = self.psql(
            f"SELECT jsonb_set(row, '{{4}}', to_jsonb({MOMENT.format('(row ->> 4)::timestamptz')})) FROM ({READ}) rows (row) {whose};\n"
        )
        return [normal(Row(*json.loads(line))) for line in said.splitlines()]

    def write(self, rows, equals_too=False, then=""):
        self.psql(
            f"\\set equals_too {str(equals_too).lower()}\n"
            "BEGIN;\nSET LOCAL lock_timeout = '5s';\n"
            "CREATE TEMP TABLE given (entity text, key text, owner text, body jsonb, edited_at timestamptz) ON COMMIT DROP;\n"
            f"\\copy given FROM STDIN\n{''.join(map(copied, rows))}\\.\n"
            f"{WRITE}\n{then}\nCOMMIT;\n"
        )

    def answers(self):
        self.psql('SELECT count(*) FROM "user";\n')


def users_first(rows):
    """Parents before children: everything else points at an account."""
    return sorted(rows, key=lambda row: row.entity != "user")


def copied(row):
    """One line of COPY's text format."""
    fields = (row.entity, row.key, row.owner, json.dumps(row.body, ensure_ascii=False), row.edited_at)
    return "\t".join(text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") for text in fields) + "\n"


def literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def environment(url):
    """The variables that psql reads, for a postgresql:// URL: nothing of it stands in an argument list."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SystemExit("LUNARY_DATABASE_URL is no postgresql:// URL")
    known = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    found = {
        "PGHOST": parts.hostname,
        "PGPORT": parts.port and str(parts.port),
        "PGUSER": parts.username and urllib.parse.unquote(parts.username),
        "PGPASSWORD": parts.password and urllib.parse.unquote(parts.password),
        "PGDATABASE": urllib.parse.unquote(parts.path.lstrip("/")),
        "PGCONNECT_TIMEOUT": "5",
        "PGCLIENTENCODING": "UTF8",
    }
    found.update(("PG" + key.upper(), value) for key, value in urllib.parse.parse_qsl(parts.query))
    return known | {key: value for key, value in found.items() if value}
