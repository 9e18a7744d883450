# MySQL and MariaDB: units of SQL with a record of their completion, and questions.
#
# What changes the schema commits by itself there, and commits what stood before it. So a unit is either a transaction that
# records itself (`tx`), or one statement whose beginning and end are recorded around it: `ddl` when the objects that it names
# tell whether it was done, `auto` when nothing does. A server goes on with a statement when its client is gone: each session
# holds a lock named after its unit, so that whoever comes after finds it and ends it.

scratch=''

# mysql_client: the client as every call needs it: one file of options, no commands of its own, no second connection.
# It stops at the first error.
mysql_client() {
    {
        "$RBK_MYSQL_CLIENT" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --binary-mode --comments --skip-reconnect \
            --skip-auto-rehash --skip-column-names "$@" 2>&3 3>&-
    } 3>&2 2>/dev/null
}

# mysql_ask SQL: what it prints stands in the file `scratch`, 1 after an error, with the reason.
mysql_ask() {
    scratch_file ask || return 2
    printf '%s\n' "$1" >"$scratch.sql" || { because 2 "cannot write $scratch.sql"; return; }
    mysql_client --raw <"$scratch.sql" >"$scratch" 2>"$scratch.said"
    asked_status=$?
    [ "$asked_status" -eq 0 ] || because 1 "$(mysql_error "$scratch.said")"
    rm -f "$scratch.sql" "$scratch.said"
    [ "$asked_status" -eq 0 ] || { rm -f "$scratch"; return 1; }
}

# mysql_error FILE [LINES]: the line that says what went wrong; LINES stood above the author's own.
mysql_error() {
    grep -e '^ERROR' -e '^[a-z-]*: .*[Ee]rror' -e '^[a-z-]*: unknown' "$1" | head -n 1 | awk -v "above=${2:-0}" '{
        if (match($0, / at line [0-9]+/)) {
            line = substr($0, RSTART + 9, RLENGTH - 9) - above
            $0 = substr($0, 1, RSTART - 1) (line > 0 ? " at line " line : "") substr($0, RSTART + RLENGTH)
        }
        print
    }' | grep . || tail -n 1 "$1" | grep . || client_silent
}

# mysql_about: who answers: mysql_vendor, mysql_version (as a number), mysql_words for people; the collation of the database; and
# of the server's sql_mode what refuses values, without what would let them be cut or SQL be read differently.
mysql_about() {
    # What people have named stands last, on one line: it may hold anything.
    mysql_ask "SELECT CONCAT_WS(CHAR(31), VERSION(), @@version_comment, @@collation_database, @@GLOBAL.sql_mode,
        REPLACE(DATABASE(), CHAR(10), ' '), REPLACE(CURRENT_USER(), CHAR(10), ' '))" || return 2
    {
        read -r mysql_vendor
        read -r mysql_version
        read -r mysql_mode
        read -r mysql_collation
        read -r mysql_words
    } <<END
$(awk -F "$(printf '\037')" '{
    vendor = tolower($1 $2) ~ /mariadb/ ? "MariaDB" : "MySQL"
    print vendor
    split($1, number, /[.-]/)
    print number[1] * 100 + number[2]
    mode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
    count = split($4, own, ",")
    for (i = 1; i <= count; i++) if (own[i] ~ /^(STRICT_ALL_TABLES|NO_ZERO_DATE|NO_ZERO_IN_DATE|NO_AUTO_CREATE_USER|ONLY_FULL_GROUP_BY)$/) mode = mode "," own[i]
    print mode
    print ($3 ~ /^utf8mb4_[a-z0-9_]+$/ ? $3 : "")
    sub(/-MariaDB.*/, "", $1)
    print vendor " " $1 ", database " $5 " as " $6
}' "$scratch")
END
    rm -f "$scratch"
}

mysql_probe() {
    mysql_about || return 2
    because 0 "$mysql_words"
}

# mysql_atomic: is one statement that changes the schema all or nothing here, after a crash of the server too?
mysql_atomic() {
    case $mysql_vendor in
        MariaDB) [ "$mysql_version" -ge 1006 ] ;;
        *) [ "$mysql_version" -ge 800 ] ;;
    esac
}

# mysql_hex TEXT: as a literal that no sql_mode reads differently.
mysql_hex() {
    if [ -z "$1" ]; then
        printf "''"
    else
        printf '0x%s' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"
    fi
}

mysql_hex_file() {
    printf '0x%s' "$(od -An -v -tx1 <"$1" | tr -d ' \n')"
}

# mysql_seconds 500ms: whole seconds, one at least.
mysql_seconds() {
    case $1 in
        *ms) printf '%s' $(((${1%ms} + 999) / 1000)) ;;
        *min) printf '%s' $((${1%min} * 60)) ;;
        *h) printf '%s' $((${1%h} * 3600)) ;;
        *s) printf '%s' "${1%s}" ;;
        *) printf '%s' "$1" ;;
    esac
}

# mysql_session: the settings of a session: values that do not fit are errors and never cut, others are waited for as long as RBK_LOCK_TIMEOUT says. Parameters of the plan are @rbk_param_NAME.
mysql_session() {
    session_wait=$(mysql_seconds "${RBK_LOCK_TIMEOUT:-5s}")
    cat <<SQL
SET NAMES utf8mb4;
SET SESSION sql_mode = '$mysql_mode';
SET SESSION autocommit = 1, foreign_key_checks = 1, unique_checks = 1, lock_wait_timeout = $session_wait, innodb_lock_wait_timeout = $session_wait;
SQL
    mysql_limit "$(mysql_seconds "${1:-0}")"
    for parameter in ${plan_params:-}; do
        upper=$(printf '%s' "$parameter" | tr 'a-z-' 'A-Z_')
        lower=$(printf '%s' "$parameter" | tr '-' '_')
        eval "value=\${RBK_PARAM_$upper:-}"
        printf 'SET @rbk_param_%s = CONVERT(%s USING utf8mb4)%s;\n' "$lower" "$(mysql_hex "${value:-}")" \
            "${mysql_collation:+ COLLATE $mysql_collation}"
    done
}

# mysql_limit SECONDS: how long a statement may run; MySQL knows a limit for SELECT alone.
mysql_limit() {
    case $mysql_vendor in
        MariaDB) printf 'SET SESSION max_statement_time = %s;\n' "$1" ;;
        *) printf 'SET SESSION max_execution_time = %s;\n' $(($1 * 1000)) ;;
    esac
}

# mysql_table NAME: one of rbk's own tables, beside the plan's.
mysql_table() {
    printf '\140%s\140.\140%s\140' "$(printf '%s' "$RBK_MYSQL_DATABASE" | sed "s/\`/\`\`/g")" "$1"
}

# mysql_journal: makes the table that remembers units. Two runs may do so at once.
mysql_journal() {
    mysql_ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'rbk_journal'" || return 2
    there=$(cat "$scratch")
    rm -f "$scratch"
    [ "$there" != 1 ] || return 0
    mysql_ask "SET SESSION lock_wait_timeout = $(mysql_seconds "${RBK_LOCK_TIMEOUT:-5s}");
        CREATE TABLE IF NOT EXISTS $(mysql_table rbk_journal) (
            unit VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
            mode VARCHAR(4) CHARACTER SET ascii NOT NULL, state VARCHAR(5) CHARACTER SET ascii NOT NULL,
            begun_at DATETIME NOT NULL, done_at DATETIME NULL, done_by VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL,
            trace VARCHAR(64) CHARACTER SET ascii NULL, statement LONGTEXT CHARACTER SET utf8mb4 NULL)
            ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT 'units of rollback plans, written by rbk bundles'" || {
        because 2 "the table rbk_journal cannot be made: ${answer_detail:-}"
        return 2
    }
    rm -f "$scratch"
}

# --- sessions that were left ---------------------------------------------------------------------------------------

# The lock that a unit's session holds as long as it lives: a name of at most 64 characters on the whole server.
mysql_lock() {
    printf "CONCAT('rbk.', SHA1(CONCAT(%s, '/', %s)))" "$(mysql_hex "$RBK_MYSQL_DATABASE")" "$(mysql_hex "$1")"
}

# mysql_end_left KEY: ends the session that a client which is gone has left with this unit, and waits until what it had not
# committed is taken back. 2: it is still there.
mysql_end_left() {
    left_patience=$(($(date +%s) + 60))
    left_named=''
    while :; do
        mysql_ask "SELECT IFNULL(IS_USED_LOCK($(mysql_lock "$1")), '')" || return 2
        left_session=$(cat "$scratch")
        rm -f "$scratch"
        [ -n "$left_session" ] || return 0
        if [ "$left_session" != "$left_named" ]; then
            printf '%s\n' "session $left_session still works on this unit, left by a client that is gone: it is ended" >&2
            if mysql_ask "KILL $left_session"; then rm -f "$scratch"; fi
            left_named=$left_session
        fi
        [ "$(date +%s)" -lt "$left_patience" ] || {
            because 2 "session $left_session of an earlier attempt is still there: the server takes back what it did"
            return
        }
        sleep 0.2 2>/dev/null || sleep 1
    done
}

# --- what a statement leaves behind ----------------------------------------------------------------------------------

# mysql_trace TEXT_IN_SQL: sets `trace` to a sum of the definitions of every object that the text names, in this database and
# in those that it names; of those that are not there, to that they are not. 2: it cannot be read.
mysql_trace() {
    trace='' trace_in="SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
        AND (SCHEMA_NAME = DATABASE() OR LOCATE(SCHEMA_NAME, @rbk_text) > 0)"
    mysql_ask "SET NAMES utf8mb4; SET @rbk_text = CONVERT($1 USING utf8mb4);
        SELECT CONCAT('SHOW CREATE DATABASE \`', REPLACE(SCHEMA_NAME, '\`', '\`\`'), '\`;') FROM information_schema.SCHEMATA WHERE $trace_in;
        $(mysql_named TABLE TABLES TABLE_SCHEMA TABLE_NAME "'TABLE'")
        $(mysql_named TRIGGER TRIGGERS TRIGGER_SCHEMA TRIGGER_NAME "'TRIGGER'")
        $(mysql_named ROUTINE ROUTINES ROUTINE_SCHEMA ROUTINE_NAME ROUTINE_TYPE)
        $(mysql_named EVENT EVENTS EVENT_SCHEMA EVENT_NAME "'EVENT'")" || return 2
    mv "$scratch" "$scratch.sql"
    # The next value of AUTO_INCREMENT moves with every row.
    if mysql_client <"$scratch.sql" >"$scratch.out" 2>"$scratch.said"; then
        trace=$({ cat "$scratch.sql"; sed 's/ AUTO_INCREMENT=[0-9]*//' "$scratch.out"; } | sha256_stdin)
    else
        because 2 "$(mysql_error "$scratch.said")"
    fi
    rm -f "$scratch.sql" "$scratch.out" "$scratch.said"
    [ -n "$trace" ] || return 2
}

mysql_named() {
    printf '%s\n' "SELECT CONCAT('SHOW CREATE ', $5, ' \`', REPLACE($3, '\`', '\`\`'), '\`.\`', REPLACE($4, '\`', '\`\`'), '\`;')
        FROM information_schema.$2 WHERE $3 IN (SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE $trace_in)
        AND $4 NOT LIKE 'rbk\\_%' AND (LOCATE($4, @rbk_text) > 0 OR LOCATE(REPLACE($4, '\`', '\`\`'), @rbk_text) > 0) ORDER BY 1;"
}

# --- units -----------------------------------------------------------------------------------------------------------

# mysql_unit_recorded KEY: 0 it was done, 3 it certainly was not, 1 nothing can tell, 2 the database could not be asked. A session
# that still works on it is ended first, for what it does would come after the answer.
mysql_unit_recorded() {
    mysql_about || return 2
    mysql_end_left "$1" || return 2
    mysql_ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'rbk_journal'" || return 2
    there=$(cat "$scratch")
    rm -f "$scratch"
    [ "$there" = 1 ] || { because 3 'the database has no record of it'; return; }
    mysql_ask "SELECT CONCAT(mode, ':', state, ':', IFNULL(trace, ''), ' ', IFNULL(done_at, '')) FROM $(mysql_table rbk_journal) WHERE unit = $(mysql_hex "$1")" || return 2
    recorded=$(cat "$scratch")
    rm -f "$scratch"
    case $recorded in
        '') because 3 'the database has no record of it' ;;
        *:done:*) because 0 "the database recorded it: done ${recorded#* }" ;;
        tx:begun:*) mysql_torn "$1" ;;
        ddl:begun:?*)
            mysql_atomic || { because 1 "it was begun, and $mysql_words leaves half a change after a crash"; return; }
            mysql_trace "(SELECT statement FROM $(mysql_table rbk_journal) WHERE unit = $(mysql_hex "$1"))" || return 2
            recorded=${recorded%% *}
            if [ "$trace" = "${recorded##*:}" ]; then
                because 3 'it was begun, and what it names is as it was before'
            else
                because 0 'it was begun, and what it names is no longer as it was before: it was done'
            fi
            ;;
        *) because 1 'it was begun, and the database has no record of its end' ;;
    esac
}

# A transaction whose record was committed without its end: something in it committed by itself. It is said once; the next
# attempt begins anew.
mysql_torn() {
    mysql_ask "DELETE FROM $(mysql_table rbk_journal) WHERE unit = $(mysql_hex "$1") AND state = 'begun'" || return 2
    rm -f "$scratch"
    because 2 'a part of it was committed by itself, and its end was not: look at the system; the next attempt does all of it again'
}

# mysql_unit tx|ddl|auto FILE KEY: 0 done and recorded, 1 failed, 2 not known. `unit_left` says what a failure left.
mysql_unit() {
    unit_left=nothing
    export unit_left
    [ -r "$2" ] || { because 2 "the unit $2 cannot be read"; return; }
    mysql_unit_recorded "$3"
    case $? in
        0) return 0 ;;
        2) return 2 ;;
    esac
    mysql_journal || return 2
    if [ "$1" = tx ]; then mysql_engines "$2" || return; fi
    trace=''
    if [ "$1" = ddl ]; then mysql_trace "$(mysql_hex_file "$2")" || return 2; fi
    scratch_file unit || return 2
    unit=$scratch
    {
        mysql_before "$@" >"$unit" && unit_above=$(awk 'END { print NR }' "$unit") &&
            cat "$2" >>"$unit" && mysql_after "$@" >>"$unit"
    } || { rm -f "$unit"; because 2 "cannot write $unit"; return; }

    # A signal ends the wait at once, and the session on the server as well.
    trap 'mysql_cut_short "$mysql_key"' TERM
    mysql_key=$3
    mysql_client <"$unit" >"$unit.out" 2>"$unit.said" &
    mysql_pid=$!
    wait "$mysql_pid"
    unit_status=$?
    trap - TERM
    sed '/^rbk: done$/d' "$unit.out"
    grep -v -e '^-*$' "$unit.said" >&2
    if [ "$unit_status" -eq 0 ] && [ "$(tail -n 1 "$unit.out")" != 'rbk: done' ]; then
        unit_status=1
        printf '%s\n' 'ERROR: the unit ended before its last statement' >>"$unit.said"
    fi
    mysql_unit_ended "$1" "$3" "$unit_status"
    unit_status=$?
    rm -f "$unit" "$unit.out" "$unit.said"
    return "$unit_status"
}

mysql_cut_short() {
    trap '' TERM
    kill "$mysql_pid" 2>/dev/null
    mysql_end_left "$1"
    exit 143
}

# mysql_unit_ended MODE KEY STATUS
mysql_unit_ended() {
    [ "$3" -ne 0 ] || { because 0 'done'; return; }
    unit_why=$(mysql_error "$unit.said" "$unit_above")
    if grep -q -e '^ERROR 2006 ' -e '^ERROR 2013 ' -e '^ERROR 2055 ' "$unit.said"; then
        unit_left=unknown
        because 2 "the connection was lost: $unit_why"
    elif grep -q "^ERROR 1048 .*'unit'" "$unit.said"; then
        because 2 'another session is at work on this unit, or another run has taken over this database'
    elif [ "$3" -ne 1 ]; then
        unit_left=unknown
        because 2 "the client ended with status $3: $unit_why"
    elif [ "$1" = tx ]; then
        mysql_ask "SELECT COUNT(*) FROM $(mysql_table rbk_journal) WHERE unit = $(mysql_hex "$2")" || { unit_left=unknown; return 2; }
        torn=$(cat "$scratch")
        rm -f "$scratch"
        if [ "$torn" = 0 ]; then
            because 1 "$unit_why (nothing of it stays)"
        else
            mysql_torn "$2"
            unit_left=something
            case $unit_why in *'SAVEPOINT rbk_unit'*) unit_why='it ran to its end' ;; esac
            because 1 "the unit ended its transaction by itself, so what it did up to there stays: $unit_why"
        fi
    elif [ "$1" = ddl ] && mysql_atomic; then
        because 1 "$unit_why (nothing of it stays)"
    else
        unit_left=something
        because 1 "$unit_why"
    fi
}

# mysql_engines FILE: a transaction holds only tables of an engine that knows one: rows of others would stay after an error,
# and be written twice after a crash.
mysql_engines() {
    mysql_ask "SET NAMES utf8mb4; SET @rbk_text = CONVERT($(mysql_hex_file "$1") USING utf8mb4);
        SELECT CONCAT(TABLE_NAME, ' (', t.ENGINE, ')') FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'SEQUENCE' AND e.TRANSACTIONS <> 'YES'
        AND @rbk_text RLIKE CONCAT('(^|[^A-Za-z0-9_\$])', TABLE_NAME, '([^A-Za-z0-9_\$]|\$)') LIMIT 1" || return 2
    without=$(cat "$scratch")
    rm -f "$scratch"
    [ -z "$without" ] || because 1 "the table $without knows no transactions: rows of it would stay after an error; convert it to InnoDB first"
}

# mysql_before MODE FILE KEY: what stands above the author's text; mysql_after: what stands below it.
mysql_before() {
    mysql_session "${RBK_STATEMENT_TIMEOUT:-0}"
    printf 'SET @rbk_alone = GET_LOCK(%s, 0);\n' "$(mysql_lock "$3")"
    if [ -n "${RBK_CLAIM-}" ]; then before_held="(SELECT COUNT(*) FROM $(mysql_table rbk_lock) WHERE token = '$RBK_CLAIM')"; else before_held=1; fi
    printf 'SET @rbk_unit = %s;\n' "$(mysql_hex "$3")"
    [ "$1" != tx ] || printf 'START TRANSACTION;\n'
    if [ "$1" = tx ]; then before_text=NULL; else before_text=$(mysql_hex_file "$2"); fi
    printf "INSERT INTO %s (unit, mode, state, begun_at, done_by, trace, statement) VALUES (IF(@rbk_alone = 1 AND %s = 1, @rbk_unit, NULL), '%s', 'begun', UTC_TIMESTAMP(), CURRENT_USER(), NULLIF('%s', ''), CONVERT(%s USING utf8mb4)) ON DUPLICATE KEY UPDATE mode = '%s', state = 'begun', trace = NULLIF('%s', ''), begun_at = UTC_TIMESTAMP();\n" \
        "$(mysql_table rbk_journal)" "$before_held" "$1" "${trace:-}" "$before_text" "$1" "${trace:-}"
    [ "$1" != tx ] || printf 'SAVEPOINT rbk_unit;\n'
}

# The savepoint is gone when the unit ended its transaction by itself.
mysql_after() {
    printf '\nDELIMITER ;\n'
    [ "$1" != tx ] || printf 'RELEASE SAVEPOINT rbk_unit;\n'
    printf "UPDATE %s SET state = 'done', done_at = UTC_TIMESTAMP() WHERE unit = %s;\n" "$(mysql_table rbk_journal)" "$(mysql_hex "$3")"
    [ "$1" != tx ] || printf 'COMMIT;\n'
    printf "SELECT 'rbk: done';\n"
}

# --- questions -------------------------------------------------------------------------------------------------------

# mysql_query FILE OUT SECONDS: as postgres_query. The client's XML is the one form that tells NULL from the text `NULL`.
mysql_query() {
    mysql_about || return 2
    scratch_file query || return 2
    query=$scratch
    {
        RBK_STATEMENT_TIMEOUT='' mysql_session "$3"
        printf '%s\n' 'SET SESSION TRANSACTION READ ONLY;' 'START TRANSACTION READ ONLY;'
        cat "$1"
        # A question needs no semicolon at its end.
        printf '\n;\nDELIMITER ;\nSELECT 1 AS "rbk: asked";\n'
    } >"$query" || { because 2 'no room for a question'; return; }
    mysql_client --xml <"$query" >"$2.raw" 2>"$query.said"
    query_status=$?
    if [ "$query_status" -ne 0 ]; then
        because 2 "$(mysql_error "$query.said")"
    else
        mysql_rows <"$2.raw" >"$2" || { because 2 'the query ended the client'; query_status=2; }
    fi
    rm -f "$query" "$query.said" "$2.raw"
    [ "$query_status" -eq 0 ] || return 2
}

# mysql_rows: the client's XML as canonical_fields prints rows. A `<` stands in no value, so records are what lies between.
mysql_rows() {
    LC_ALL=C awk '
        function plain(text) {
            gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        function canonical(text) {
            gsub(/\\/, "&&", text); gsub(/\t/, "\\t", text); gsub(/\n/, "\\n", text)
            return text
        }
        BEGIN { RS = "<" }
        /^row>/ { line = ""; fields = 0; next }
        /^\/row>/ { if (!asked) print line; next }
        /^field name="/ {
            rest = substr($0, 13); at = index(rest, "\"")
            if (substr(rest, 1, at - 1) == "rbk: asked") asked = 1
            rest = substr(rest, at + 1)
            value = rest ~ /^ xsi:nil="true"/ ? "\\N" : canonical(plain(substr(rest, 2)))
            line = line (fields++ ? "\t" : "") value
        }
        END { exit !asked }'
}
