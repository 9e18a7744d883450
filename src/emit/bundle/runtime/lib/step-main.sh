# step-main.sh: the process that does one step, or asks one thing.
#
# Run as `sh lib/step-main.sh ACTION ...` by child.sh, never sourced: here a step may fail, hang or be killed without
# taking the runner along. Owns what each kind of step means in terms of the engines; refuses to know guards,
# retries, verification and what follows from a failure. Its status is 0 done or yes, 1 failed or no, 2 could not
# be asked; the reason, in one line, stands in $RBK_TMP/answer. If it leaves $RBK_TMP/clean, nothing stays.

set -u

use() {
    command . "$RBK_HOME/lib/$1.sh" || exit 2
}

use values
use printf
use say
use journal
use state
use lock
use plan
use program
use list
use url
use mysql-url
use postgres
use sqlite
use mysql
use sql
use http
use check
use host
use backup
use edit
use edit-there
use flag
use claim

answer_detail='' path_place=''

answer() {
    printf '%s\n' "${answer_detail-}" | awk 'NR <= 5 { print substr($0, 1, 500) }' >"$RBK_TMP/answer"
    exit "$1"
}

# The author's code sees the operator's locale; the runtime's own is fixed.
main_locale() {
    if [ -n "${RBK_OPERATOR_LOCALE-}" ]; then
        LC_ALL=$RBK_OPERATOR_LOCALE
    else
        unset LC_ALL
    fi
}

main_do() {
    fields "$@"
    # Whoever comes after a crash must be able to find this process before it has done anything.
    journal child "$1" "$$" "$(process_start_of_self)" "$(host_name)" || {
        answer_detail="cannot write the journal"
        answer 2
    }
    main_directory=$RBK_HOME/${RBK_PROGRAM:?}
    case ${step_kind-} in
        sql) main_sql "$1" ;;
        shell) main_shell ;;
        take) main_take "${step_backup-}" ;;
        restore)
            main_claim_backup "${step_backup-}" try || return
            backup_restore "${step_backup-}" "${RBK_BACKUP_FILE-}"
            ;;
        capture) main_capture "${step_check-}" ;;
        show)
            check_show "${step_check-}" || :
            ;;
        set) main_set "$1" "${step_flag-}" ;;
        edit) main_edit "$1" ;;
        *)
            answer_detail="steps.sh: nobody knows how to do a step of the kind \`${step_kind-}\`"
            return 2
            ;;
    esac
}

process_start_of_self() {
    use processes
    process_start "$$"
}

# --- SQL ------------------------------------------------------------------------

# Each unit is a transaction (tx), or a statement that can't be in one (auto; ddl, when its objects tell whether it was done). What was committed is not done again: a transaction
# recorded itself in the database, whatever became of us. The engine says in unit_left whether anything stays of
# a unit that failed.
main_sql() {
    if ! { target_probe "$step_target" && claim_hold "$step_target" must; }; then
        : >"$RBK_TMP/clean"
        return 2
    fi
    main_number=0 main_untouched=yes
    for main_unit in ${step_unit-}; do
        main_number=$((main_number + 1))
        main_mode=${main_unit%%:*}
        main_key="$RBK_RUN/$RBK_PROGRAM/$1/$main_number"
        if main_unit_done "$1"; then
            main_untouched=no
            continue
        fi
        # A transaction asks once more when it is done; of what commits by itself it is asked before.
        if [ "$main_mode" != tx ] && [ "$main_number" -gt 1 ]; then
            claim_hold "$step_target" must || return 2
        fi
        journal unit "$1" "$main_number" begun "$main_mode" || return 2
        sql_unit "$step_target" "$main_mode" "$main_directory/${main_unit#*:}" "$main_key"
        main_status=$?
        if [ "$main_status" -ne 0 ]; then
            journal unit "$1" "$main_number" failed "$main_mode"
            if [ "$main_untouched${unit_left-}" = yesnothing ]; then
                : >"$RBK_TMP/clean"
            fi
            return "$main_status"
        fi
        main_untouched=no
        journal unit "$1" "$main_number" 'done' "$main_mode" || return 2
    done
}

main_unit_done() {
    case $(main_unit_state "$1" "$main_number") in
        'done') return 0 ;;
        none) return 1 ;;
    esac
    sql_unit_recorded "$step_target" "$main_key"
    case $? in
        0)
            journal unit "$1" "$main_number" 'done' "$main_mode" found
            return 0
            ;;
        1 | 3) return 1 ;;
        *) answer 2 ;;
    esac
}

main_unit_state() {
    state_query '
        run == r && event == "unit" && item == name && first == number { state = second }
        END { print (state == "" ? "none" : state) }' "r=$RBK_RUN" "name=$1" "number=$2"
}

# main_claim TARGET must|try|look: is somebody else at work there? Then nothing has been done.
main_claim() {
    claim_hold "$1" "$2" && return
    : >"$RBK_TMP/clean"
    return 1
}

main_claim_backup() {
    conf backups "$1" backup_target || return 0
    main_claim "${backup_target-}" "$2"
}

# --- other kinds ----------------------------------------------------------------

main_shell() {
    if [ -n "${step_target-}" ]; then
        main_claim "$step_target" try || return
        target_connect "$step_target" || return 2
    fi
    cd "$RBK_HOME" || return 2
    main_locale
    main_folder_of_step || return
    host_run "${step_via-}" "${step_dir-}" "${step_shell:-sh}" "$main_directory/${step_file-}"
}

# The step's own directory, where a variable names it.
main_folder_of_step() {
    [ -n "${step_dir_env-}" ] || return 0
    step_dir=$(variable_value "$step_dir_env")
    [ -n "$step_dir" ] || {
        answer_detail="\$$step_dir_env is not set"
        return 1
    }
}

# What the engine has taken, verified and copied goes on record with its sum.
main_take() {
    main_claim_backup "$1" look || return
    main_artifact=$(main_artifact_path "$1") || return 1
    backup_take "$1" "$main_artifact" || return
    main_sum=$(sha256 "$main_artifact")
    [ -n "$main_sum" ] || {
        answer_detail="cannot read $main_artifact again"
        return 1
    }
    answer_detail="$main_artifact ($(size "$main_artifact") bytes)"
    journal artifact "$1" "$(journal_path "$main_artifact")" "$(size "$main_artifact")" "$main_sum"
}

# main_artifact_path BACKUP: the file of the plan with the run's id before its last extension.
main_artifact_path() {
    conf backups "$1" backup_file backup_file_env || return 1
    [ -z "${backup_file_env-}" ] || backup_file=$(variable_value "$backup_file_env")
    case ${backup_file:-backups/$1} in
        /*) main_file=$backup_file ;;
        *) main_file=$RBK_STATE/${backup_file:-backups/$1} ;;
    esac
    case ${main_file##*/} in
        ?*.*) printf '%s.%s.%s' "${main_file%.*}" "$RBK_RUN" "${main_file##*.}" ;;
        *) printf '%s.%s' "$main_file" "$RBK_RUN" ;;
    esac
}

# What a scenario captures is the baseline of that run alone: the forward run's stays what it was.
main_capture() {
    main_file=$RBK_STATE/captures/$1
    case $RBK_PROGRAM in
        scenarios/*)
            main_file=$RBK_STATE/captures/$RBK_RUN/$RBK_PROGRAM/$1
            mkdir -p "${main_file%/*}" || return 1
            ;;
    esac
    check_capture "$1" "$main_file" || return
    journal captured "$1" "$(journal_path "$main_file")" "$(sha256 "$main_file")"
}

# What was there before is saved before another value is set; done again, the first reading stands. It belongs to the change:
# two changes may set one flag, and each undo finds its own. What can't be set is put back, so that nothing of it stays.
main_set() {
    mkdir -p "$RBK_STATE/flags" || return 1
    main_owner=${step_change:-$2}
    if [ "${step_value_from-}" = previous ]; then
        main_saved "$main_owner"
        main_file=$path_place
        [ -r "$main_file" ] || {
            answer_detail="what $2 was before is not on record"
            return 1
        }
        flag_restore "$2" "$main_file"
        return
    fi
    main_file=$RBK_STATE/flags/$2.$RBK_RUN.$1
    if [ ! -e "$main_file" ]; then
        flag_save "$2" "$main_file" || {
            : >"$RBK_TMP/clean"
            return 1
        }
        journal saved "$main_owner" "$(journal_path "$main_file")" || return 2
    fi
    flag_set "$2" "${step_value-}" && return
    main_detail=${answer_detail-}
    if flag_restore "$2" "$main_file"; then : >"$RBK_TMP/clean"; fi
    answer_detail=$main_detail
    return 1
}

# The copy of the file as it was belongs to the change, so that its undo finds it; each run makes its own. The new content takes
# the file's place in one moment or not at all, so that nothing stays of an edit that failed.
main_edit() {
    edit_touched=no
    main_edit_file "$1" && return
    main_status=$?
    # Of several hosts the first may have it already.
    [ "$edit_touched" = yes ] || : >"$RBK_TMP/clean"
    return "$main_status"
}

main_edit_file() {
    mkdir -p "$RBK_STATE/edits" || return 1
    if [ -n "${step_target-}" ]; then
        target_connect "$step_target" || return 2
    fi
    main_edit_path "${step_path-}" || return
    main_owner=${step_change:-$1}
    case ${step_mode-} in
        restore | unpatch)
            main_saved "$main_owner"
            main_file=$path_place
            ;;
        *)
            main_file=$RBK_STATE/edits/$main_owner.$RBK_RUN
            journal saved "$main_owner" "$(journal_path "$main_file")" || return 2
            ;;
    esac
    main_content=${step_file:+$main_directory/$step_file}
    if [ -z "${step_via-}" ] || [ -z "${host_list:-}" ]; then
        edit_apply "${step_mode-}" "$main_path" "$main_content" "$main_file"
        return
    fi
    for main_host in $host_list; do
        edit_there "$main_host" "${step_mode-}" "$main_path" "$main_content" "$main_file.$main_host" || return
        printf '%s\n' "${answer_detail-}"
    done
}

# main_edit_path PATH: a relative one lies where the step's code would run: in its directory, in that of its host, or in the bundle; on
# another host where one arrives there.
main_edit_path() {
    main_path=$1
    [ -z "${step_via-}" ] || host_connection "$step_via" || return 2
    case $1 in /*) return 0 ;; esac
    main_folder_of_step || return
    main_folder=${step_dir-}
    [ -z "${step_via-}" ] || main_folder=$(host_path "$main_folder")
    if [ -n "${step_via-}" ] && [ -n "${host_list:-}" ]; then
        main_path=${main_folder:+$main_folder/}$1
        return 0
    fi
    case $main_folder in
        /*) ;;
        *) main_folder=$RBK_HOME${main_folder:+/$main_folder} ;;
    esac
    main_path=$main_folder/$1
}

# main_saved NAME: where the preparation or the forward run last saved it, in path_place.
main_saved() {
    journal_place "$(state_query 'event == "saved" && item == name && program !~ /^scenarios\// { path = first } END { print path }' "name=$1")"
}

# ------------------------------------------------------------------------------

plan_load
journal_for "$RBK_RUN" "${RBK_PROGRAM:?}"
main_action=$1
shift
case $main_action in
    # The author's code may end with any status; to the runner a step that did not succeed has failed.
    'do') main_do "$@" || answer 1 ;;
    ask) check_ask "$1" ;;
    probe) target_probe "$1" ;;
    recorded) sql_unit_recorded "$1" "$2" ;;
    claim) claim_hold "$@" ;;
    writable) claim_writable "$1" ;;
    release) claim_leave "$1" "$2" ;;
    send)
        main_locale
        host_run '' '' "${2:-sh}" "$RBK_HOME/messages/$1" || answer 1
        ;;
    *)
        answer_detail="step-main.sh: there is no action $main_action"
        answer 2
        ;;
esac
answer "$?"
