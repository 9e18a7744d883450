#!/bin/sh
# service.sh api|reminders: becomes that service of `current`, with the settings of this host. start.sh calls it.
set -eu

set -a
. "$VIBES_HOME/settings/app.env"
set +a
exec "$VIBES_HOME/current/.venv/bin/python" "$VIBES_HOME/current/serve.py" "$1"
