# claim.sh: who is at work on a database: a row in it, which is asked before anything is changed there.
#
# Owns the table `rbk.lock` (PostgreSQL) or `rbk_lock`: the row of the run that is at work, and one for each plan whose changes stand
# there; how they are read, how one statement that compares first puts another in their place, and who may have it. No session is
# kept for it: a row outlives connection, client and server. Its token stands in the journal of the state directory that wrote it,
# or it is somebody else's. Refuses to know when it is asked for: that is the business of step-main.sh and claims.sh.

scratch='' mysql_mode=''
claim_columns='place token plan run program operator host directory since ended taken_from'

# claim_hold TARGET must|try|look [anew]: 0 it is ours, or no database; 1 somebody else's; 2 it could not be asked. `look` writes
# nothing. With `try` and `look`, what can't be asked or written is no obstacle: a database that is about to be made, started, or turned
# from a copy into the first. The token is then in RBK_CLAIM. `anew` writes another one in any case: a copy of this state directory,
# made while no run was at work, does not know it.
claim_hold() {
    RBK_CLAIM=''
    export RBK_CLAIM
    load_target "$1" || return 2
    claim_database || return 0
    target_connect "$1" && claim_obtain "$@"
    claim_status=$?
    if [ "$claim_status" -eq 2 ] && [ "$2" != must ]; then
        [ "$2" = look ] || printf '%s\n' "whether somebody else is at work on $1 can't be told: ${answer_detail:-}" >&2
        because 0 ''
        return
    fi
    return "$claim_status"
}

claim_database() {
    case ${target_kind-} in postgres | sqlite | mysql | mariadb) ;; *) return 1 ;; esac
}

claim_obtain() {
    claim_tries=0
    while :; do
        claim_read || return 2
        claim_over='' claim_mark=''
        if claim_pick "${plan_id-}"; then claim_may_have "$1" || return; claim_mark=$holder_token; fi
        if claim_pick 'at work'; then claim_may_have "$1" || return; fi
        if [ "$2" = look ]; then
            because 0 'nobody else is at work'
            return
        fi
        if [ "${3-}" != anew ] && claim_is_this_run; then
            RBK_CLAIM=$holder_token
            return 0
        fi
        claim_write "$1" && claim_read || return 2
        if claim_pick 'at work' && [ "$holder_token" = "$claim_token" ]; then
            RBK_CLAIM=$claim_token
            return 0
        fi
        # Somebody was quicker: what he wrote is looked at.
        claim_tries=$((claim_tries + 1))
        [ "$claim_tries" -lt 5 ] || { because 2 "who is at work on $1 changes all the time"; return; }
    done
}

# claim_leave TARGET stands|nothing: the run has ended. What it has done stays: the row says so, for the same plan from another
# state directory would do it once more. Where nothing stays the row goes.
claim_leave() {
    load_target "$1" || return 2
    claim_database || return 0
    target_connect "$1" && claim_read || return 2
    if claim_pick 'at work' && claim_ours "$holder_token"; then
        claim_end="DELETE FROM $(claim_table) WHERE place = $(claim_text "${plan_id-}");"
        claim_row="WHERE place = 'at work' AND token = $(claim_text "$holder_token")"
        case $2 in
            stands) claim_end="$claim_end UPDATE $(claim_table) SET place = $(claim_text "${plan_id-}"), ended = $(claim_now) $claim_row" ;;
            *) claim_end="$claim_end DELETE FROM $(claim_table) $claim_row" ;;
        esac
        claim_carry_out "$claim_end"
    fi
}

# claim_writable TARGET: may its user keep that row, and the journal of units beside it? Asked by check alone, before anything depends on
# it; 1 no.
claim_writable() {
    load_target "$1" || return 2
    claim_database || return 0
    target_connect "$1" || return 2
    case $target_kind in
        postgres)
            scratch_file ask || return 2
            printf '%s\n' "SELECT current_user FROM (SELECT CASE WHEN to_regnamespace('rbk') IS NULL
                THEN has_database_privilege(current_database(), 'CREATE')
                ELSE has_schema_privilege('rbk', 'CREATE') OR to_regclass('rbk.lock') IS NOT NULL AND to_regclass('rbk.journal') IS NOT NULL END) may (be)
                WHERE NOT be;" >"$scratch"
            claim_said=$scratch.out
            claim_answer postgres_client -A -t -f "$scratch" || return 2
            claim_user=$(cat "$claim_said")
            rm -f "$claim_said"
            [ -z "$claim_user" ] ||
                because 1 "the user $claim_user may not make the schema rbk, where a run says that it is at work and what it has done. Somebody who may: CREATE SCHEMA rbk AUTHORIZATION \"$claim_user\""
            ;;
        sqlite)
            if [ ! -w "$RBK_SQLITE_FILE" ] || [ ! -w "$(dirname -- "$RBK_SQLITE_FILE")" ]; then
                because 1 "$RBK_SQLITE_FILE or its folder cannot be written"
            fi
            ;;
    esac
}

# --- who may have it ---------------------------------------------------------------------------------------------------

# claim_ours TOKEN: does this journal say that it wrote it? Two targets may be one database, so that their names do not count.
claim_ours() {
    [ -n "$(state_query 'event == "claim" && first == token { print 1; exit }' "token=$1")" ]
}

claim_is_this_run() {
    [ -n "$holder_token" ] && [ "$holder_run $holder_program" = "$RBK_RUN ${RBK_PROGRAM:?}" ]
}

# claim_may_have TARGET: the row that was picked is ours, or of a run that was given up by its name.
claim_may_have() {
    ! claim_ours "$holder_token" || return 0
    if [ "${RBK_TAKE_OVER-}" = "$holder_run" ]; then
        claim_over="run $holder_run of $holder_operator on $holder_host"
        return 0
    fi
    if [ -n "$holder_ended" ]; then
        because 1 "$1 has the changes of this plan already: $holder_operator on $holder_host made them, until $holder_ended.
Only the journal in the state directory $holder_directory there knows what was done: go on with that.
When it is lost for good, the same command with
  --take-over $holder_run"
    else
        because 1 "$1 is held by $holder_operator on $holder_host since $holder_since, for the $(claim_program) of the plan $holder_plan, run $holder_run.${holder_taken_from:+
It took over $holder_taken_from.}
Its state directory is $holder_directory there: wait for its end, or go on with it.
When it is known to be dead and that directory lost, the same command with
  --take-over $holder_run"
    fi
}

claim_program() {
    case $holder_program in
        scenarios/*) printf 'scenario %s' "${holder_program#scenarios/}" ;;
        prepare) printf 'preparation' ;;
        *) printf 'forward run' ;;
    esac
}

# --- the rows ----------------------------------------------------------------------------------------------------------

# claim_read: what stands there of the run at work and of this plan in claim_rows; 2 it could not be asked.
claim_read() {
    scratch_file claim || return 2
    claim_said=$scratch
    case $target_kind in
        postgres) claim_read_postgres ;;
        sqlite) claim_read_sqlite ;;
        *) claim_read_mysql ;;
    esac || { rm -f "$claim_said"; return 2; }
    claim_rows=$(cat "$claim_said")
    rm -f "$claim_said"
}

# claim_pick PLACE: the row of that place in holder_...; 1 there is none.
claim_pick() {
    IFS=$(printf '\037') read -r _ holder_token holder_plan holder_run holder_program holder_operator holder_host \
        holder_directory holder_since holder_ended holder_taken_from <<END
$(printf '%s\n' "$claim_rows" | awk -F "$(printf '\037')" -v "place=$1" '$1 == place { print; exit }')
END
    # Without a token it was being made when its maker was killed.
    [ -n "$holder_token" ]
}

claim_list() {
    printf '%s' "$claim_columns" | sed "s/ /$1/g"
}

claim_wanted() {
    printf "WHERE place IN ('at work', %s)" "$(claim_text "${plan_id-}")"
}

claim_read_postgres() {
    postgres_ready || return 2
    scratch_file ask || return 2
    printf '%s\n' "SELECT to_regclass('rbk.lock') IS NOT NULL AS there \\gset" '\if :there' \
        "SELECT concat_ws(chr(31), $(claim_list ', ')) FROM rbk.lock $(claim_wanted);" '\endif' >"$scratch"
    claim_answer postgres_client -A -t -f "$scratch"
}

claim_read_sqlite() {
    sqlite_ready || return 2
    scratch_file ask || return 2
    printf '%s\n' '.timeout 5000' "SELECT name FROM sqlite_master WHERE name = 'rbk_lock';" >"$scratch"
    claim_answer sqlite_client "$scratch" || return
    [ -s "$claim_said" ] || return 0
    printf '%s\n' '.timeout 5000' "SELECT $(claim_list ' || char(31) || ') FROM main.rbk_lock $(claim_wanted);" >"$scratch"
    claim_answer sqlite_client "$scratch"
}

claim_read_mysql() {
    mysql_about || return 2
    mysql_ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'rbk_lock'" || return 2
    there=$(cat "$scratch")
    if [ "$there" = 1 ]; then
        mysql_ask "SELECT CONCAT_WS(CHAR(31), $(claim_list ', ')) FROM $(mysql_table rbk_lock) $(claim_wanted)" || return 2
        cat "$scratch" >"$claim_said"
    else
        : >"$claim_said"
    fi
    rm -f "$scratch"
}

# claim_answer COMMAND...: what it prints is in the file claim_said; `scratch` is what it was asked.
claim_answer() {
    "$@" >"$claim_said" 2>"$scratch.said" || because 2 "$(error_line "$scratch.said")"
    claim_answered=$?
    rm -f "$scratch" "$scratch.said"
    return "$claim_answered"
}

# claim_write TARGET puts this run in the place of what was read, if that is still there. What is meant to be written stands in the
# journal first, so that a row which a crash leaves behind is known for what it is.
claim_write() {
    claim_token=$RBK_RUN-$(od -An -N 6 -v -tx1 /dev/urandom | tr -d ' \n')
    claim_record "$1" || { because 2 'cannot write the journal'; return; }
    claim_set="token = $(claim_text "$claim_token"), plan = $(claim_text "${plan_name-}")"
    claim_set="$claim_set, run = $(claim_text "$RBK_RUN"), program = $(claim_text "$RBK_PROGRAM"), operator = $(claim_text "${RBK_OPERATOR-}")"
    claim_set="$claim_set, host = $(claim_text "$(host_name)"), directory = $(claim_text "$RBK_STATE"), since = $(claim_now), ended = ''"
    claim_set="$claim_set, taken_from = $(claim_text "$claim_over")"
    claim_change="UPDATE $(claim_table) SET $claim_set WHERE place = 'at work' AND token = $(claim_text "$holder_token")"
    # The end of this run says anew what stands.
    if [ -n "$claim_mark" ]; then
        claim_change="DELETE FROM $(claim_table) WHERE place = $(claim_text "${plan_id-}") AND token = $(claim_text "$claim_mark"); $claim_change"
    fi
    if [ -z "$holder_token" ]; then
        claim_change="$(claim_make)
$(claim_first)
$claim_change"
    fi
    claim_carry_out "$claim_change" || because 2 "that this run is at work cannot be written to $1: ${answer_detail-}"
}

claim_record() {
    journal claim "$1" "$claim_token" || return
    [ -z "$claim_over" ] || journal taken-over "$1" "$claim_over" "by=${RBK_OPERATOR-}"
}

# claim_text TEXT: as a literal that every server reads the same.
claim_text() {
    sql_text "$(printf '%s' "$1" | LC_ALL=C tr -c ' -~' '?' | tr '\134' '/' | cut -c 1-400)"
}

claim_table() {
    case $target_kind in postgres) printf 'rbk.lock' ;; sqlite) printf 'main.rbk_lock' ;; *) mysql_table rbk_lock ;; esac
}

# claim_now: the server's clock, in UTC.
claim_now() {
    case $target_kind in
        postgres) printf '%s' "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')" ;;
        sqlite) printf '%s' "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')" ;;
        *) printf '%s' "DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')" ;;
    esac
}

# claim_make: the table, which two runs may make at once.
claim_make() {
    case $target_kind in
        postgres)
            cat <<SQL
SELECT pg_advisory_xact_lock(hashtext('rbk.journal'));
DO \$\$ BEGIN
    IF to_regnamespace('rbk') IS NULL THEN CREATE SCHEMA rbk; END IF;
    IF to_regclass('rbk.lock') IS NULL THEN CREATE TABLE rbk.lock ($(claim_list ' text NOT NULL, ') text NOT NULL, PRIMARY KEY (place)); END IF;
END \$\$;
SQL
            ;;
        sqlite)
            printf 'CREATE TABLE IF NOT EXISTS main.rbk_lock (%s TEXT NOT NULL, PRIMARY KEY (place));\n' \
                "$(claim_list ' TEXT NOT NULL, ')"
            ;;
        *)
            claim_type='VARCHAR(400) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'
            printf 'CREATE TABLE IF NOT EXISTS %s (%s %s, PRIMARY KEY (place)) ENGINE = InnoDB COMMENT %s;\n' \
                "$(claim_table)" "$(claim_list " $claim_type, ")" "$claim_type" \
                "'runs of rollback plans that are at work here or stand, written by rbk bundles'"
            ;;
    esac
}

# claim_first: an empty row, if there is none.
claim_first() {
    claim_empty="INTO $(claim_table) ($(claim_list ', ')) VALUES ('at work', '', '', '', '', '', '', '', '', '', '')"
    case $target_kind in
        postgres) printf 'INSERT %s ON CONFLICT DO NOTHING;' "$claim_empty" ;;
        sqlite) printf 'INSERT OR IGNORE %s;' "$claim_empty" ;;
        *) printf 'INSERT IGNORE %s;' "$claim_empty" ;;
    esac
}

# claim_carry_out SQL: all of it or nothing, but for the making of the table on MySQL. It does not wait longer for others than a step does.
claim_carry_out() {
    case $target_kind in
        postgres)
            scratch_file write || return 2
            printf '%s\n' '\set ON_ERROR_STOP on' 'SET client_min_messages = warning;' 'SET standard_conforming_strings = on;' \
                "SET lock_timeout = '${RBK_LOCK_TIMEOUT:-5s}';" 'START TRANSACTION READ WRITE;' "$1;" 'COMMIT;' >"$scratch"
            claim_said=/dev/null
            claim_answer postgres_client -f "$scratch"
            ;;
        sqlite)
            scratch_file write || return 2
            { plan_params='' sqlite_settings && printf '%s\n' 'BEGIN IMMEDIATE;' "$1;" 'COMMIT;'; } >"$scratch"
            claim_said=/dev/null
            claim_answer sqlite_client "$scratch"
            ;;
        *)
            claim_wait=$(mysql_seconds "${RBK_LOCK_TIMEOUT:-5s}")
            mysql_about && mysql_ask "SET NAMES utf8mb4; SET SESSION autocommit = 1, sql_mode = '$mysql_mode',
lock_wait_timeout = $claim_wait, innodb_lock_wait_timeout = $claim_wait;
$1;" || return 2
            rm -f "$scratch"
            ;;
    esac
}
