"""Moves accounts and profiles between Jazz and PostgreSQL.

    profiles.py export FILE            Jazz into FILE
    profiles.py whole FILE             status 1 unless FILE holds every user that it says it holds, and at least one
    profiles.py import FILE            FILE into PostgreSQL: what is missing there, and what is older there
    profiles.py level                  makes the two say the same: of each row, what was edited last; PostgreSQL's at the same moment
    profiles.py behind                 what PostgreSQL holds and Jazz lacks or has older; nothing when Jazz can take over
    profiles.py mirror                 makes Jazz say what PostgreSQL says, also where Jazz is newer
    profiles.py assess                 marks the users whose rows are missing in PostgreSQL, differ from Jazz's without being
                                       newer, or are no longer what they may be
    profiles.py repair FILE|jazz       rows that are missing or differ and were not edited since, from FILE or from Jazz

Each writes a store in one transaction. What a user has edited since is never overwritten: it is listed for people.
`import`, `assess` and `repair` leave in jazz_migration_status who is `migrated` and who is `failed`, and why.
"""

import collections
import json
import os
import sys

import stores

MARK = """
INSERT INTO jazz_migration_status AS s (user_id, migration_status, problem, updated_at)
    SELECT u.id, CASE WHEN f.why IS NULL THEN 'migrated' ELSE 'failed' END, f.why, now()
    FROM "user" u LEFT JOIN failed f ON f.user_id = u.id
    ON CONFLICT (user_id) DO UPDATE SET migration_status = excluded.migration_status, problem = excluded.problem, updated_at = excluded.updated_at
    WHERE (s.migration_status, s.problem) IS DISTINCT FROM (excluded.migration_status, excluded.problem);
"""


def by_key(rows):
    return {(row.entity, row.key): row for row in rows}


def mark(failed):
    """The SQL that leaves in PostgreSQL who failed: users by id, with the reason."""
    lines = "".join(f"{user}\t{why}\n".replace("\\", "\\\\") for user, why in sorted(failed.items()))
    return f"CREATE TEMP TABLE failed (user_id text, why text) ON COMMIT DROP;\n\\copy failed FROM STDIN\n{lines}\\.\n{MARK}"


def export(path):
    rows = stores.Jazz().rows()
    users = sum(row.entity == "user" for row in rows)
    whole = {"takenAt": stores.now(), "userCount": users, "rowCount": len(rows), "rows": rows}
    # People's birthdays and places: for us alone. The name appears when the file is whole.
    with open(os.open(path + ".part", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
        json.dump(whole, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(path + ".part", path)
    print(f"exported {users} users, {len(rows)} rows")


def read(path):
    with open(path, encoding="utf-8") as file:
        whole = json.load(file)
    rows = [stores.normal(stores.Row(*row)) for row in whole["rows"]]
    users = sum(row.entity == "user" for row in rows)
    if users == 0 or users != whole["userCount"] or len(rows) != whole["rowCount"]:
        raise SystemExit(f"{path} says {whole['userCount']} users in {whole['rowCount']} rows and holds {users} in {len(rows)}")
    return rows


def whole(path):
    rows = read(path)
    print(f"{sum(row.entity == 'user' for row in rows)} users, {len(rows)} rows")


def bring(rows, equals_too):
    """Rows into PostgreSQL, but those that it can't hold; returns why, by user."""
    failed = {row.owner: why for row in rows if (why := stores.trouble(row))}
    # Who has no account that PostgreSQL can hold has nothing there that anything could belong to.
    homeless = {row.owner for row in rows if row.entity == "user" and stores.trouble(row)}
    fit = [row for row in rows if not stores.trouble(row) and row.owner not in homeless]
    stores.Postgres().write(fit, equals_too, mark(failed))
    for user, why in sorted(failed.items()):
        print(f"failed: {user}: {why}")
    return failed


def import_(path):
    rows = read(path)
    failed = bring(rows, equals_too=False)
    users = {row.owner for row in rows}
    print(f"imported {len(users) - len(failed)} of {len(users)} users")


def behind_rows(here, there):
    """What Jazz lacks, or has older; at the same moment PostgreSQL's version counts."""
    return [row for key, row in here.items() if row != there.get(key) and (key not in there or row.edited_at >= there[key].edited_at)]


def level():
    jazz, postgres = stores.Jazz(), stores.Postgres()
    there, here = by_key(jazz.rows()), by_key(postgres.rows())
    back = behind_rows(here, there)
    forth = [row for key, row in there.items() if key not in here or row.edited_at > here[key].edited_at]
    if forth:
        bring(forth, equals_too=False)
    if back:
        jazz.write(back, equals_too=True)
    print(f"{len(back)} rows into Jazz, {len(forth)} into PostgreSQL")


def behind():
    for row in behind_rows(by_key(stores.Postgres().rows()), by_key(stores.Jazz().rows())):
        print(f"{row.entity} {row.key}, edited {row.edited_at}")


def mirror():
    rows = stores.Postgres().rows()
    if not rows:
        raise SystemExit("PostgreSQL holds nobody; nothing was changed")
    print(f"{stores.Jazz().mirror(rows)} rows of Jazz changed")


def assess():
    here, there = by_key(stores.Postgres().rows()), by_key(stores.Jazz().rows())
    if not there:
        print("Jazz holds nobody: only PostgreSQL was looked at")
    found = collections.defaultdict(list)
    for key in sorted(here.keys() | there.keys()):
        row, other = here.get(key), there.get(key)
        if row is None:
            found[other.owner].append(f"{key[0]} is in Jazz only")
        elif why := stores.trouble(row):
            found[row.owner].append(why)
        elif other and row != other and row.edited_at <= other.edited_at:
            found[row.owner].append(f"{key[0]} differs: edited {row.edited_at} in PostgreSQL, {other.edited_at} in Jazz")
    failed = {user: "; ".join(reasons) for user, reasons in found.items()}
    for user, why in failed.items():
        print(f"{user}: {why}")
    stores.Postgres().write([], then=mark(failed))
    print(f"{len(failed)} of {len({row.owner for row in [*here.values(), *there.values()]})} users are affected")


def repair(source):
    rows = stores.Jazz().rows() if source == "jazz" else read(source)
    if not rows:
        raise SystemExit("the source is empty; nothing was changed")
    here = by_key(stores.Postgres().rows())
    wrong = [row for row in rows if row != here.get((row.entity, row.key))]
    kept = [row for row in wrong if (row.entity, row.key) in here and here[(row.entity, row.key)].edited_at > row.edited_at]
    bring([row for row in wrong if row not in kept], equals_too=True)
    for row in kept:
        print(f"edited since, left as it is: {row.entity} of {row.owner}")
    print(f"repaired {len(wrong) - len(kept)} rows, left {len(kept)} that were edited since")


def main():
    commands = {"export": (export, 1), "whole": (whole, 1), "import": (import_, 1), "level": (level, 0), "behind": (behind, 0), "mirror": (mirror, 0), "assess": (assess, 0), "repair": (repair, 1)}
    name, *arguments = sys.argv[1:] or [""]
    if name not in commands or len(arguments) != commands[name][1]:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        commands[name][0](*arguments)
    except (OSError, ValueError, KeyError, stores.sqlite3.Error) as error:
        print(f"profiles.py {name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
