# SQLite: units with a record of their completion, and questions. A file that is not there is a failure: sqlite3 would
# make an empty database of it. What sqlite3 does not stop at (an error without -bail, foreign_keys inside a
# transaction) is held here.

scratch=''

sqlite_ready() {
    command -v sqlite3 >/dev/null 2>&1 || { because 2 'sqlite3 is not installed here'; return; }
    [ -f "${RBK_SQLITE_FILE:-}" ] || { because 2 "there is no file ${RBK_SQLITE_FILE:-}"; return; }
    [ "$(dd if="$RBK_SQLITE_FILE" bs=15 count=1 2>/dev/null)" = 'SQLite format 3' ] || [ ! -s "$RBK_SQLITE_FILE" ] ||
        because 2 "$RBK_SQLITE_FILE is no SQLite database"
}

# sqlite_client FILE_OF_COMMANDS: -init would run the operator's own; -batch and -bail as every call needs them.
sqlite_client() {
    { HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent sqlite3 -batch -bail -noheader "$RBK_SQLITE_FILE" <"$1" 2>&3 3>&-; } 3>&2 2>/dev/null
}

sqlite_probe() {
    sqlite_ready || return 2
    scratch_file probe || return 2
    asked=$scratch
    scratch_file said || return 2
    printf '%s\n' '.timeout 5000' "SELECT 'SQLite ' || sqlite_version() || ', ' || count(*) || CASE count(*) WHEN 1 THEN ' table' ELSE ' tables' END FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'rbk!_%' ESCAPE '!';" >"$asked"
    if sqlite_client "$asked" >"$scratch" 2>&1; then because 0 "$(cat "$scratch")"; else because 2 "$(error_line "$scratch")"; fi
    probe_status=$?
    rm -f "$asked" "$scratch"
    return "$probe_status"
}

# sqlite_settings: waits for locks as long as RBK_LOCK_TIMEOUT says, and binds :rbk_param_NAME for each parameter.
sqlite_settings() {
    wait=${RBK_LOCK_TIMEOUT:-5s}
    case $wait in *ms) wait=${wait%ms} ;; *s) wait=${wait%s}000 ;; *min) wait=$((${wait%min} * 60000)) ;; esac
    printf '.timeout %s\n' "$wait"
    [ -z "${plan_params:-}" ] || printf '%s\n' '.parameter init'
    for parameter in ${plan_params:-}; do
        upper=$(printf '%s' "$parameter" | tr 'a-z-' 'A-Z_')
        lower=$(printf '%s' "$parameter" | tr '-' '_')
        eval "value=\${RBK_PARAM_$upper:-}"
        printf "INSERT OR REPLACE INTO temp.sqlite_parameters VALUES (':rbk_param_%s', %s);\n" "$lower" "$(sql_text "${value:-}")"
    done
}

# sql_text TEXT: as a literal of SQL.
sql_text() {
    printf '%s\n' "$1" | sed "s/'/''/g; 1s/^/'/; \$s/\$/'/"
}

# sqlite_word TEXT: as an argument of a dot-command.
sqlite_word() {
    printf '%s\n' "$1" | awk '{ gsub(/[\\"]/, "\\\\&"); text = text (NR > 1 ? "\\n" : "") $0 } END { printf "\"%s\"\n", text }'
}

sqlite_unit_recorded() {
    sqlite_ready || return 2
    scratch_file ask || return 2
    asked=$scratch
    scratch_file said || return 2
    printf '%s\n' '.timeout 5000' "SELECT 'table' FROM sqlite_master WHERE name = 'rbk_journal';" >"$asked"
    recorded_status=2
    if sqlite_client "$asked" >"$scratch" 2>&1; then
        recorded_status=1
        if [ "$(cat "$scratch")" = table ]; then
            printf '%s\n' '.timeout 5000' "SELECT 'done ' || done_at FROM rbk_journal WHERE unit = $(sql_text "$1");" >"$asked"
            sqlite_client "$asked" >"$scratch" 2>&1 || recorded_status=2
            case $recorded_status$(cat "$scratch") in 1done*) recorded_status=0 ;; esac
        fi
    fi
    case $recorded_status in
        0) because 0 "the database recorded it: $(cat "$scratch")" ;;
        1) because 1 'the database has no record of it' ;;
        *) because 2 "$(error_line "$scratch")" ;;
    esac
    recorded_status=$?
    rm -f "$asked" "$scratch"
    return "$recorded_status"
}

# sqlite_unit tx|auto FILE KEY: 0 done and recorded, 1 failed, 2 could not be tried. `unit_left` as for PostgreSQL.
sqlite_unit() {
    unit_left=nothing
    export unit_left
    sqlite_ready || return 2
    [ -r "$2" ] || { because 2 "the unit $2 cannot be read"; return; }
    sqlite_unit_recorded "$3"
    case $? in 0) return 0 ;; 2) return 2 ;; esac
    scratch_file unit || return 2
    unit=$scratch
    scratch_file said || return 2
    said=$scratch
    { sqlite_settings && "sqlite_${1}_text" "$2" "$3"; } >"$unit" || { because 2 'cannot write the unit'; return; }
    scratch_file out || return 2
    unit_out=$scratch
    sqlite_client "$unit" >"$unit_out" 2>"$said"
    unit_status=$?
    # The last word is said after the COMMIT only: .quit and .exit of the author end the client with status 0.
    if [ "$unit_status" -eq 0 ] && [ "$(tail -n 1 "$unit_out")" != "rbk: $1 done" ]; then
        unit_status=1
        printf '%s\n' 'Error: the unit ended before its last statement' >>"$said"
    fi
    sed '$!b
/^rbk: .* done$/d' "$unit_out"
    cat "$said" >&2
    if [ "$unit_status" -eq 0 ]; then
        because 0 'done'
    elif [ "$1" = tx ] && [ "$unit_status" -gt 128 ]; then
        sqlite_unit_killed "$3"
    elif [ "$1" = tx ]; then
        sqlite_why=$(error_line "$said")
        # The savepoint is gone when the unit said COMMIT or ROLLBACK.
        if grep -q 'no such savepoint: rbk_unit' "$said"; then
            unit_left=something sqlite_why='the unit ended its transaction by itself: what it did up to there stays'
        else
            sqlite_why="$sqlite_why (nothing of it stays)"
        fi
        because 1 "$sqlite_why"
    else
        unit_left=something
        because 1 "$(error_line "$said")"
    fi
    unit_status=$?
    rm -f "$unit" "$said" "$unit_out"
    return "$unit_status"
}

# sqlite_unit_killed KEY: the client was killed, perhaps behind its COMMIT.
sqlite_unit_killed() {
    sqlite_unit_recorded "$1"
    case $? in
        0) return 0 ;;
        1) because 1 'the client was killed (nothing of it stays)' ;;
        *)
            unit_left=unknown
            because 2 "the client was killed, and whether it had committed could not be asked: ${answer_detail:-}"
            ;;
    esac
}

# foreign_keys is set before the transaction, for inside SQLite ignores it: as the unit sets it where it begins (ON: then
# cascades work), otherwise OFF, as a table can only be rebuilt that way; an ON that stands behind the work is for what comes
# after. What is broken afterwards and was not before fails the unit. The named CHECK is how sqlite3 is made to fail with words.
sqlite_tx_text() {
    if sqlite_cascades "$1"; then
        printf '%s\n' 'PRAGMA foreign_keys = ON;'
    else
        printf '%s\n' 'PRAGMA foreign_keys = OFF;'
    fi
    cat <<'SQL'
CREATE TEMP TABLE rbk_promise (kept INT,
    CONSTRAINT "foreign keys are violated that were not before: PRAGMA foreign_key_check" CHECK (kept <> 1));
CREATE TEMP TABLE rbk_before AS SELECT "table" AS name, count(*) AS violations FROM pragma_foreign_key_check GROUP BY 1;
BEGIN IMMEDIATE;
SAVEPOINT rbk_unit;
SQL
    printf '.read %s\n' "$(sqlite_word "$1")"
    cat <<'SQL'
;
.bail on
.output stdout
RELEASE rbk_unit;
INSERT INTO temp.rbk_promise SELECT 1 FROM (SELECT "table" AS name, count(*) AS violations FROM pragma_foreign_key_check GROUP BY 1) now
    LEFT JOIN temp.rbk_before before ON before.name = now.name WHERE now.violations > coalesce(before.violations, 0);
CREATE TABLE IF NOT EXISTS main.rbk_journal (unit TEXT PRIMARY KEY, done_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
SQL
    [ -z "${RBK_CLAIM-}" ] || printf '%s\n' 'CREATE TEMP TABLE rbk_held (held INT,' \
        'CONSTRAINT "another run has taken over this database" CHECK (held = 1));' \
        "INSERT INTO temp.rbk_held SELECT count(*) FROM main.rbk_lock WHERE token = '$RBK_CLAIM';"
    printf 'INSERT INTO main.rbk_journal (unit) VALUES (%s);\n' "$(sql_text "$2")"
    printf '%s\n' 'COMMIT;' '.print rbk: tx done'
}

# sqlite_cascades FILE: its first setting of foreign_keys, or the last of several that nothing stands between, is ON.
sqlite_cascades() {
    awk '
        { line = tolower($0) }
        line ~ /^[ \t]*(--.*)?$/ { next }
        match(line, /pragma[ \t]+foreign_keys[ \t]*[=(][ \t]*/) {
            set = 1
            on = substr(line, RSTART + RLENGTH) ~ /^(on|1|true|yes)/
            next
        }
        set && line !~ /^[ \t]*pragma[ \t]/ { exit }
        END { exit !on }' "$1"
}

sqlite_auto_text() {
    printf '.read %s\n;\n.bail on\n.output stdout\n' "$(sqlite_word "$1")"
    printf '%s\n' 'CREATE TABLE IF NOT EXISTS main.rbk_journal (unit TEXT PRIMARY KEY, done_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);'
    printf 'INSERT OR IGNORE INTO main.rbk_journal (unit) VALUES (%s);\n.print rbk: auto done\n' "$(sql_text "$2")"
}

# sqlite_query FILE OUT SECONDS: as postgres_query. Nothing can be written by a question.
sqlite_query() {
    sqlite_ready || return 2
    scratch_file query || return 2
    query=$scratch
    scratch_file said || return 2
    said=$scratch
    {
        sqlite_settings
        printf '%s\n' 'PRAGMA query_only = ON;' '.mode list' '.separator "\037" "\036"' '.nullvalue "\035"'
        printf '.read %s\n;\n.output stdout\n.print rbk: asked\n' "$(sqlite_word "$1")"
    } >"$query" || { because 2 'no room for a question'; return; }
    sqlite_client "$query" >"$2.raw" 2>"$said"
    query_status=$?
    if [ "$query_status" -ne 0 ]; then
        because 2 "$(error_line "$said")"
    elif [ "$(tail -c 12 "$2.raw")" != 'rbk: asked' ] && ! tail -n 1 "$2.raw" | grep -q 'rbk: asked$'; then
        because 2 'the query ended the client'
        query_status=1
    else
        sed '$s/rbk: asked$//' "$2.raw" | tr '\n\036' '\036\n' | sed '$d' | canonical_fields >"$2"
    fi
    rm -f "$query" "$said" "$2.raw"
    [ "$query_status" -eq 0 ] || return 2
}
