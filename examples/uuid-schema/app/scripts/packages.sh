#!/bin/sh
# packages.sh RELEASE: prints what the release's environment lacks or has in another version than its requirements.txt says.
set -eu
cd "$(dirname -- "$0")/../releases/$1"

.venv/bin/python - requirements.txt <<'PYTHON'
import importlib.metadata
import sys

for line in open(sys.argv[1]):
    name, _, wanted = line.partition("#")[0].strip().partition("==")
    if name:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != wanted:
            print(f"{name} {found}, not {wanted}")
PYTHON
