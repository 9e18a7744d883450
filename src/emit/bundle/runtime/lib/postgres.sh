# PostgreSQL: units of SQL with a record of their completion, questions, and what a failed index build leaves behind.
# The connection comes from the environment that target_connect set (PGHOST, PGPASSWORD, ...), never from arguments.

# postgres_client: psql as every call needs it: no startup file, no prompt for a password, status 3 after an error. What a shell
# has to say of a client that was killed, its own line of code, is nobody's business.
postgres_client() {
    { psql -X -q --no-password -v ON_ERROR_STOP=1 "$@" </dev/null 2>&3 3>&-; } 3>&2 2>/dev/null
}

# scratch_file NAME: sets `scratch` to a path that only this process uses and only its owner can read.
scratch_file() {
    scratch_count=$((${scratch_count:-0} + 1))
    scratch=${RBK_TMP:-$RBK_STATE/tmp}
    mkdir -p "$scratch" || { because 2 "cannot write to $scratch"; return; }
    scratch=$scratch/engine.$$.$scratch_count.$1
}

postgres_ready() {
    command -v psql >/dev/null 2>&1 || because 2 'psql is not installed here'
}

postgres_probe() {
    postgres_ready || return 2
    scratch_file probe || return 2
    if postgres_client -A -t -c "SELECT 'PostgreSQL ' || current_setting('server_version') || ', database '
        || current_database() || ' as ' || current_user" >"$scratch" 2>&1; then
        because 0 "$(head -n 1 "$scratch")"
    else
        because 2 "$(error_line "$scratch")"
    fi
    probe_status=$?
    rm -f "$scratch"
    return "$probe_status"
}

# error_line FILE: the line that says what went wrong, without psql's file names.
error_line() {
    sed -n -e 's/^psql:.*:[0-9][0-9]*: \(ERROR: .*\)$/\1/p' -e 's/^psql: error: //p' -e '/^ERROR: /p' -e '/^FATAL: /p' \
        -e '/^Parse error/p' -e '/^Runtime error/p' -e '/^Error: /p' "$1" | head -n 1 | grep . || tail -n 1 "$1" | grep . || client_silent
}

client_silent() {
    printf 'the client was killed, or ended without a word\n'
}

# client_value TEXT: prints it as an argument of psql's \set. Line breaks become \n, for an argument ends with its line.
client_value() {
    RBK_VALUE=$1 LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_VALUE"]
        gsub(/\\/, "&&", text); gsub(/\047/, "\\\047", text); gsub(/\n/, "\\n", text); gsub(/\r/, "\\r", text)
        printf "\047%s\047", text
    }'
}

# postgres_settings: psql variables rbk_param_NAME for each parameter of the plan. Written into a file, not into arguments.
postgres_settings() {
    for parameter in ${plan_params:-}; do
        upper=$(printf '%s' "$parameter" | tr 'a-z-' 'A-Z_')
        lower=$(printf '%s' "$parameter" | tr '-' '_')
        eval "value=\${RBK_PARAM_$upper:-}"
        printf '\\set rbk_param_%s %s\n' "$lower" "$(client_value "${value:-}")"
    done
}

# A dead client is noticed while a statement still runs (PostgreSQL 14 and later). A role named `rbk` does not make its tables
# in the schema of the record, which would be its `$user`.
postgres_session() {
    cat <<'SQL'
\set ON_ERROR_STOP on
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 140000 THEN
        PERFORM set_config('client_connection_check_interval', '2s', false);
    END IF;
    IF current_user = 'rbk' THEN
        PERFORM set_config('search_path', regexp_replace(current_setting('search_path'), '"\$user", *', ''), false);
    END IF;
END $$;
SQL
    printf "SET lock_timeout = '%s';\nSET statement_timeout = '%s';\n" "$1" "$(milliseconds "${RBK_STATEMENT_TIMEOUT:-0}")"
}

# milliseconds 90 prints 90s; what carries a unit stays as it is.
milliseconds() {
    case $1 in *[!0-9]*) printf '%s' "$1" ;; 0) printf 0 ;; *) printf '%ss' "$1" ;; esac
}

# postgres_journal: makes the table that remembers finished units. Two runs may do so at once.
postgres_journal() {
    scratch_file journal || return 2
    if ! postgres_client -A -t -c "SELECT to_regclass('rbk.journal') IS NOT NULL" >"$scratch" 2>&1; then
        because 2 "$(error_line "$scratch")"
        rm -f "$scratch"
        return 2
    fi
    if [ "$(cat "$scratch")" = t ]; then
        rm -f "$scratch"
        return 0
    fi
    postgres_client >"$scratch" 2>&1 -c "
        SET client_min_messages = warning;
        SET lock_timeout = '${RBK_LOCK_TIMEOUT:-5s}';
        START TRANSACTION READ WRITE;
        SELECT pg_advisory_xact_lock(hashtext('rbk.journal'));
        DO \$\$ BEGIN IF to_regnamespace('rbk') IS NULL THEN CREATE SCHEMA rbk; END IF; END \$\$;
        CREATE TABLE IF NOT EXISTS rbk.journal (
            unit text PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now(), done_by text NOT NULL DEFAULT session_user);
        COMMENT ON TABLE rbk.journal IS 'units of rollback plans that were carried out; written by rbk bundles';
        COMMIT" || {
        because 2 "the table rbk.journal cannot be made: $(error_line "$scratch")"
        rm -f "$scratch"
        return 2
    }
    rm -f "$scratch"
}

# The lock that a transaction takes before it records itself: who gets it after a client was killed finds its COMMIT done, or
# never sent.
postgres_alone="hashtext('rbk'), hashtext(:'rbk_unit')"

# postgres_unit_recorded KEY [ended]: 0 the database remembers it, 1 it does not, 2 it could not be asked. With `ended` it is asked
# when no session is at work on it any more.
postgres_unit_recorded() {
    postgres_ready || return 2
    scratch_file ask || return 2
    asked=$scratch
    scratch_file said || return 2
    {
        printf '\\set rbk_unit %s\n' "$(client_value "$1")"
        [ -z "${2-}" ] || printf "SET lock_timeout = '%s';\nSELECT pg_advisory_lock(%s) AS rbk_alone \\gset\n" "${RBK_LOCK_TIMEOUT:-5s}" "$postgres_alone"
        printf '%s\n' "SELECT to_regclass('rbk.journal') IS NOT NULL AS there \\gset" '\if :there' \
            "SELECT 'done ' || done_at FROM rbk.journal WHERE unit = :'rbk_unit';" '\endif'
    } >"$asked"
    if postgres_client -A -t -f "$asked" >"$scratch" 2>&1; then
        case $(cat "$scratch") in
            'done '*) because 0 "the database recorded it: $(cat "$scratch")" ;;
            *) because 1 'the database has no record of it' ;;
        esac
    else
        because 2 "$(error_line "$scratch")"
    fi
    recorded_status=$?
    rm -f "$asked" "$scratch"
    return "$recorded_status"
}

# postgres_unit tx|auto FILE KEY: 0 done and recorded, 1 failed, 2 not known. `unit_left` says what a failure left:
# nothing, something, unknown.
postgres_unit() {
    unit_left=nothing
    export unit_left
    postgres_ready || return 2
    [ -r "$2" ] || { because 2 "the unit $2 cannot be read"; return; }
    postgres_unit_recorded "$3"
    case $? in
        0) return 0 ;;
        2) return 2 ;;
    esac
    postgres_journal || return 2
    unit_lock=${RBK_LOCK_TIMEOUT:-5s} index=''
    if [ "$1" = auto ]; then
        index=$(concurrent_index "$2")
        # Building an index concurrently waits for old transactions but holds up nobody: the step's own time limits it.
        ! grep -qi 'concurrently' "$2" || unit_lock=0
        postgres_index_ready "$index" || return
        unit_left=something
    fi
    scratch_file unit || return 2
    unit=$scratch
    scratch_file said || return 2
    said=$scratch
    { postgres_settings && "postgres_${1}_text" "$2" "$3" "$unit_lock"; } >"$unit" || {
        rm -f "$unit"
        because 2 "cannot write to ${RBK_TMP:-$RBK_STATE/tmp}"
        return
    }
    postgres_client -f "$unit" 2>"$said"
    unit_status=$?
    cat "$said" >&2
    [ "$unit_status" -ne 0 ] || [ -z "$index" ] || postgres_index_valid "$index" || unit_status=9
    postgres_unit_ended "$1" "$unit_status" "$3"
    unit_status=$?
    rm -f "$unit" "$said"
    return "$unit_status"
}

# postgres_unit_ended MODE STATUS_OF_PSQL KEY: 3 is an error of SQL, 2 a connection that was refused or lost, 1 an error of psql itself.
postgres_unit_ended() {
    if [ "$1" = tx ] && [ "$2" -gt 128 ]; then
        postgres_unit_killed "$3"
        return
    fi
    case $2 in
        0) because 0 'done' ;;
        9) because 1 "${answer_detail:-}" ;;
        2)
            unit_left=unknown
            because 2 "the connection was lost: $(error_line "$said")"
            ;;
        *)
            unit_why=$(error_line "$said")
            if [ "$1" = tx ] && grep -q 'the unit ended its transaction by itself' "$said"; then
                unit_left=something
                because 1 "$unit_why"
            elif [ "$1" = tx ]; then
                because 1 "$unit_why (nothing of it stays)"
            else
                postgres_index_clear "$index"
                postgres_detach_hint
                because 1 "$unit_why${left_behind:+; $left_behind}"
            fi
            ;;
    esac
}

# postgres_unit_killed KEY: the client was killed, perhaps behind its COMMIT.
postgres_unit_killed() {
    postgres_unit_recorded "$1" ended
    case $? in
        0) return 0 ;;
        1) because 1 'the client was killed (nothing of it stays)' ;;
        *)
            unit_left=unknown
            because 2 "the client was killed, and whether it had committed could not be asked: ${answer_detail:-}"
            ;;
    esac
}

# The author's file is included, not copied: what it leaves open (a quote, an \if, a statement without its semicolon)
# ends with the file. SET LOCAL rbk.unit is gone at the end if the file ended the transaction by itself.
postgres_tx_text() {
    postgres_session "$3"
    printf '\\set rbk_unit %s\n' "$(client_value "$2")"
    printf '%s\n' 'START TRANSACTION READ WRITE;' "SET LOCAL rbk.unit = 'under way';"
    printf '\\i %s\n' "$(client_value "$1")"
    cat <<'SQL'
\set ON_ERROR_STOP on
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK off
\o
RESET SESSION AUTHORIZATION;
RESET ROLE;
SET CONSTRAINTS ALL IMMEDIATE;
DO $$ BEGIN
    IF pg_catalog.current_setting('rbk.unit', true) IS DISTINCT FROM 'under way' THEN
        RAISE EXCEPTION 'the unit ended its transaction by itself: what it did up to there stays';
    END IF;
END $$;
SQL
    printf '\\set rbk_unit %s\n' "$(client_value "$2")"
    # Whoever takes over from here on waits for the end of this transaction.
    [ -z "${RBK_CLAIM-}" ] || printf '%s\n' "DO \$\$ BEGIN PERFORM FROM rbk.lock WHERE token = '$RBK_CLAIM' FOR SHARE;" \
        "IF NOT FOUND THEN RAISE EXCEPTION 'another run has taken over this database'; END IF; END \$\$;"
    printf '%s\n' "SELECT pg_advisory_xact_lock($postgres_alone) AS rbk_alone \gset" \
        "INSERT INTO rbk.journal (unit) VALUES (:'rbk_unit');" 'COMMIT;'
}

postgres_auto_text() {
    postgres_session "$3"
    printf '\\i %s\n' "$(client_value "$1")"
    printf '%s\n' '\set ON_ERROR_STOP on' '\set AUTOCOMMIT on' '\o' 'RESET SESSION AUTHORIZATION;' 'RESET ROLE;'
    printf '\\set rbk_unit %s\n' "$(client_value "$2")"
    printf '%s\n' "INSERT INTO rbk.journal (unit) VALUES (:'rbk_unit') ON CONFLICT DO NOTHING;"
}

# concurrent_index FILE: for CREATE INDEX CONCURRENTLY prints the table and the index's name (or nothing) on two lines, in
# the spelling of the SQL.
concurrent_index() {
    LC_ALL=C awk '
        { text = text $0 "\n" }
        function word(  w) {
            sub(/^[ \t\r\n]+/, "", text)
            while (text ~ /^--/ || text ~ /^\/\*/) {
                if (text ~ /^--/) sub(/^--[^\n]*/, "", text)
                else if (index(text, "*/")) text = substr(text, index(text, "*/") + 2)
                else text = ""
                sub(/^[ \t\r\n]+/, "", text)
            }
            if (match(text, /^("([^"]|"")*"|[A-Za-z0-9_$\200-\377]+)(\.("([^"]|"")*"|[A-Za-z0-9_$\200-\377]+))*/)) {
                w = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
            } else { w = substr(text, 1, 1); text = substr(text, 2) }
            return w
        }
        END {
            if (toupper(word()) != "CREATE") exit
            w = word(); if (toupper(w) == "UNIQUE") w = word()
            if (toupper(w) != "INDEX" || toupper(word()) != "CONCURRENTLY") exit
            name = word()
            if (toupper(name) == "IF") { word(); word(); name = word() }
            if (toupper(name) == "ON") name = ""
            else if (toupper(word()) != "ON") exit
            table = word(); if (toupper(table) == "ONLY") table = word()
            print table; print name
        }' "$1"
}

# postgres_invalid INDEX: the invalid index of that table and name, or of the table if the name is PostgreSQL's choice.
# Prints schema-qualified names. A build still under way is not among them: it holds its table.
postgres_invalid() {
    {
        printf '\\set rbk_table %s\n' "$(client_value "$(printf '%s\n' "$1" | sed -n 1p)")"
        printf '\\set rbk_name %s\n' "$(client_value "$(printf '%s\n' "$1" | sed -n 2p)")"
        printf '%s\n' "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid" \
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND i.indrelid = to_regclass(:'rbk_table')" \
            "AND (:'rbk_name' = '' OR c.relname = (parse_ident(CASE :'rbk_name' WHEN '' THEN 'x' ELSE :'rbk_name' END))[1]);"
    } >"$unit_ask" && postgres_client -A -t -f "$unit_ask"
}

# postgres_index_ready INDEX: what an earlier attempt left invalid goes before the next, or IF NOT EXISTS would skip it.
postgres_index_ready() {
    [ -n "$1" ] || return 0
    scratch_file index || return 2
    unit_ask=$scratch
    left=$(postgres_invalid "$1" 2>&1) || { rm -f "$unit_ask"; because 2 "$left"; return; }
    rm -f "$unit_ask"
    # Without a name nothing says which of several is ours: they stay and do no harm but cost writes.
    [ -n "$(printf '%s\n' "$1" | sed -n 2p)" ] || { invalid_before=$left; return 0; }
    [ -z "$left" ] || postgres_index_drop "$left" || because 1 "the index $left is invalid and cannot be dropped: ${answer_detail:-}"
}

postgres_index_drop() {
    scratch_file drop || return 2
    if postgres_client -c "SET lock_timeout = '${RBK_LOCK_TIMEOUT:-5s}'" -c "DROP INDEX CONCURRENTLY IF EXISTS $1" >"$scratch" 2>&1; then
        printf '%s\n' "dropped $1, which a build that failed had left invalid" >&2
        rm -f "$scratch"
        return 0
    fi
    dropped=$(error_line "$scratch")
    rm -f "$scratch"
    because 1 "$dropped"
}

# postgres_index_valid INDEX: after a success; CREATE INDEX CONCURRENTLY IF NOT EXISTS succeeds over an invalid one.
postgres_index_valid() {
    scratch_file index || return 2
    unit_ask=$scratch
    left=$(postgres_invalid "$1" 2>&1) || { rm -f "$unit_ask"; because 2 "$left"; return; }
    rm -f "$unit_ask"
    [ -n "$(printf '%s\n' "$1" | sed -n 2p)" ] || [ "$left" != "${invalid_before:-}" ] || return 0
    [ -z "$left" ] || because 1 "the index $left is there but invalid"
}

# postgres_index_clear INDEX: after a failure; sets left_behind to what people have to know.
postgres_index_clear() {
    left_behind=''
    [ -n "$1" ] || return 0
    scratch_file index || return 2
    unit_ask=$scratch
    left=$(postgres_invalid "$1" 2>/dev/null) || {
        rm -f "$unit_ask"
        left_behind='it may have left an invalid index, which the next attempt drops'
        return 0
    }
    rm -f "$unit_ask"
    printf '%s\n' "$left" | sed '/^$/d' >"$unit_ask"
    while IFS= read -r one; do
        case "
${invalid_before:-}
" in
            *"
$one
"*) continue ;;
        esac
        if postgres_index_drop "$one"; then
            unit_left=nothing left_behind="the invalid index $one that it left was dropped"
        else
            left_behind="it left the invalid index $one: ${answer_detail:-}; DROP INDEX CONCURRENTLY $one"
        fi
    done <"$unit_ask"
    rm -f "$unit_ask"
}

# A DETACH PARTITION CONCURRENTLY that was cut short waits to be finished.
postgres_detach_hint() {
    pending=$(postgres_client -A -t -c "SELECT string_agg(format('ALTER TABLE %s DETACH PARTITION %s FINALIZE',
        inhparent::regclass, inhrelid::regclass), '; ') FROM pg_inherits i WHERE to_jsonb(i) ->> 'inhdetachpending' = 'true'" 2>/dev/null)
    [ -z "$pending" ] || left_behind="${left_behind:+$left_behind; }finish the detaching: $pending"
}

# postgres_query FILE OUT SECONDS: answers into OUT: rows are lines, fields are parted by tabs, \N is NULL, and
# backslash, tab and line break inside a value are written \\ \t \n.
postgres_query() {
    postgres_ready || return 2
    scratch_file query || return 2
    query=$scratch
    scratch_file said || return 2
    said=$scratch
    {
        postgres_settings
        printf '%s\n' '\set ON_ERROR_STOP on'
        printf "SET statement_timeout = '%ss';\nSET lock_timeout = '%s';\n" "$3" "${RBK_LOCK_TIMEOUT:-5s}"
        printf '%s\n' 'START TRANSACTION READ ONLY;'
        printf '\\i %s\n' "$(client_value "$1")"
        printf '%s\n' '\set ON_ERROR_STOP on' 'COMMIT;'
    } >"$query" || { because 2 'no room for a question'; return; }
    postgres_client -A -t -F "$(printf "\037")" -0 -P null="$(printf "\035")" -f "$query" >"$2.raw" 2>"$said"
    query_status=$?
    if [ "$query_status" -eq 0 ]; then
        canonical_rows <"$2.raw" >"$2"
    else
        because 2 "$(error_line "$said")"
    fi
    rm -f "$query" "$said" "$2.raw"
    [ "$query_status" -eq 0 ] || return 2
}
