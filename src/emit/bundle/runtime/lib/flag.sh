# Flags that stand in env files: NAME=value, perhaps with `export`, perhaps quoted. Other lines, the way the value is
# quoted, the mode of the file and a link to it stay as they are.

scratch=''

# load_flag NAME
load_flag() {
    flag_variable='' flag_targets=''
    read_conf "flags/$1.conf" || return 2
    case $flag_variable in
        '' | *[!A-Za-z0-9_]* | [0-9]*) because 2 "\`$flag_variable\` is no name of a variable"; return ;;
    esac
}

env_file_probe() {
    [ -f "${RBK_ENV_FILE:-}" ] || { because 2 "there is no file ${RBK_ENV_FILE:-}"; return; }
    [ -r "$RBK_ENV_FILE" ] || { because 2 "$RBK_ENV_FILE cannot be read"; return; }
    because 0 "$RBK_ENV_FILE"
}

# env_file_get FILE VARIABLE: prints the value. The last assignment counts. 1: there is none.
env_file_get() {
    RBK_NAME=$2 LC_ALL=C awk '
        { line = $0; sub(/\r$/, "", line); sub(/^[ \t]*(export[ \t]+)?/, "", line) }
        index(line, ENVIRON["RBK_NAME"] "=") == 1 {
            value = substr(line, length(ENVIRON["RBK_NAME"]) + 2); found = 1
            if (value ~ /^"/) {
                value = substr(value, 2); out = ""
                while (value != "" && substr(value, 1, 1) != "\"") {
                    if (substr(value, 1, 1) == "\\" && substr(value, 2, 1) ~ /["\\$`]/) value = substr(value, 2)
                    out = out substr(value, 1, 1); value = substr(value, 2)
                }
                value = out
            } else if (value ~ /^\047/) { value = substr(value, 2); sub(/\047.*$/, "", value) }
            else { sub(/[ \t]+#.*$/, "", value); sub(/[ \t]+$/, "", value) }
        }
        END { if (!found) exit 1; print value }' "$1"
}

# env_file_put FILE VARIABLE VALUE: every assignment gets the value; without one a line is added.
env_file_put() {
    case $3 in *"
"*) because 1 'a value of several lines does not fit into an env file'; return ;; esac
    scratch_file flag || return 2
    # The quotes of the old line stay; a value that needs some gets them.
    RBK_NAME=$2 RBK_VALUE=$3 LC_ALL=C awk '
        function quoted(old,  value) {
            value = ENVIRON["RBK_VALUE"]
            if (old ~ /^\047/ && !index(value, "\047")) return "\047" value "\047"
            if (old !~ /^["\047]/ && value ~ /^[A-Za-z0-9_.\/:@%+,=~-]*$/) return value
            if (old !~ /^"/ && !index(value, "\047")) return "\047" value "\047"
            gsub(/["\\$`]/, "\\\\&", value)
            return "\"" value "\""
        }
        { end = ""; line = $0; if (sub(/\r$/, "", line)) end = "\r"; start = "" }
        match(line, /^[ \t]*(export[ \t]+)?/) { start = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1) }
        index(line, ENVIRON["RBK_NAME"] "=") == 1 {
            found = 1; print start ENVIRON["RBK_NAME"] "=" quoted(substr(line, length(ENVIRON["RBK_NAME"]) + 2)) end; next
        }
        { print }
        END { if (!found) print ENVIRON["RBK_NAME"] "=" quoted("") end }' "$1" >"$scratch" || { because 1 "cannot read $1"; return; }
    put_file "$scratch" "$1"
    put_status=$?
    rm -f "$scratch"
    return "$put_status"
}

# env_file_drop FILE VARIABLE
env_file_drop() {
    scratch_file flag || return 2
    RBK_NAME=$2 LC_ALL=C awk '{ line = $0; sub(/^[ \t]*(export[ \t]+)?/, "", line) }
        index(line, ENVIRON["RBK_NAME"] "=") != 1 { print }' "$1" >"$scratch" || { because 1 "cannot read $1"; return; }
    put_file "$scratch" "$1"
    put_status=$?
    rm -f "$scratch"
    return "$put_status"
}

# flag_get NAME: sets flag_value. 1: set nowhere. 2: a file cannot be read, or the targets disagree.
flag_get() {
    load_flag "$1" || return 2
    flag_value='' flag_found='' flag_first=yes
    for flag_target in $flag_targets; do
        target_connect "$flag_target" || return 2
        [ "${target_kind:-}" = env-file ] || { because 2 "\`$flag_target\` is no env file: only people can read the flag there"; return; }
        env_file_probe || return 2
        if flag_here=$(env_file_get "$RBK_ENV_FILE" "$flag_variable"); then flag_set_here=yes; else flag_set_here=no; fi
        if [ "$flag_first" = no ] && [ "$flag_set_here$flag_here" != "$flag_found$flag_value" ]; then
            because 2 "$flag_variable differs between ${flag_targets}"
            return
        fi
        flag_first=no flag_found=$flag_set_here flag_value=$flag_here
    done
    [ "$flag_first" = no ] || { because 2 'the flag stands on no target'; return; }
    if [ "$flag_found" = yes ]; then because 0 "$flag_variable=$flag_value"; else because 1 "$flag_variable is not set"; fi
}

# flag_set NAME VALUE: on every target; all files are looked at before the first is written.
flag_set() {
    load_flag "$1" || return 2
    for flag_target in $flag_targets; do
        target_connect "$flag_target" || return 2
        [ "${target_kind:-}" = env-file ] || { because 2 "\`$flag_target\` is no env file: only people can set the flag there"; return; }
        env_file_probe || return 2
    done
    for flag_target in $flag_targets; do
        target_connect "$flag_target" || return 2
        env_file_put "$RBK_ENV_FILE" "$flag_variable" "$2" || return
        [ "$(env_file_get "$RBK_ENV_FILE" "$flag_variable")" = "$2" ] || { because 1 "$RBK_ENV_FILE did not take the value"; return; }
    done
    because 0 "$flag_variable=$2"
}

# flag_save NAME FILE: what stands on each target: TARGET set|absent VALUE. flag_restore NAME FILE brings exactly that back.
flag_save() {
    load_flag "$1" || return 2
    : >"$2.part" || { because 2 "cannot write $2"; return; }
    for flag_target in $flag_targets; do
        target_connect "$flag_target" || return 2
        env_file_probe || return 2
        if flag_here=$(env_file_get "$RBK_ENV_FILE" "$flag_variable"); then
            printf '%s set %s\n' "$flag_target" "$flag_here"
        else
            printf '%s absent \n' "$flag_target"
        fi >>"$2.part" || { because 2 "cannot write $2"; return; }
    done
    mv "$2.part" "$2" || because 2 "cannot write $2"
}

flag_restore() {
    load_flag "$1" || return 2
    [ -r "$2" ] || { because 2 "what $flag_variable was before is not known: $2 is missing"; return; }
    while IFS=' ' read -r flag_target flag_was flag_here; do
        target_connect "$flag_target" || return 2
        env_file_probe || return 2
        case $flag_was in
            set) env_file_put "$RBK_ENV_FILE" "$flag_variable" "$flag_here" || return ;;
            absent) env_file_drop "$RBK_ENV_FILE" "$flag_variable" || return ;;
        esac
    done <"$2"
    because 0 "$flag_variable is as it was"
}
