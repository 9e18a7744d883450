# Backups: takes, verifies and restores through the code files of the backup. A half-made file never bears the final name.
# The code sees RBK_BACKUP_FILE, RBK_BACKUP_TABLES and the connection of the target. encrypt and decrypt are filters from
# standard input to standard output.

scratch='' code_shell=sh

# load_backup NAME: the backup's words, and the connection of its target.
load_backup() {
    backup_target='' backup_tables='' backup_copy='' backup_encrypt='' backup_verify=''
    read_conf "backups/$1.conf" || return 2
    backup_code=$RBK_HOME/backups/$1
    target_connect "$backup_target" || return 2
    RBK_BACKUP_TABLES=$backup_tables
    export RBK_BACKUP_TABLES RBK_STATE
}

# backup_run CODE FILE: runs one code file of the backup on FILE. The first line may ask for bash.
backup_run() {
    case $(head -n 1 "$backup_code/$1.sh") in '#!'*bash*) shell_of bash ;; *) shell_of sh ;; esac || return 2
    (RBK_BACKUP_FILE=$2 && export RBK_BACKUP_FILE && exec $code_shell "$backup_code/$1.sh")
}

# backup_take NAME ARTIFACT: take into ARTIFACT.part, verify, encrypt, rename, copy.
backup_take() {
    load_backup "$1" || return 2
    mkdir -p "$(dirname -- "$2")" || { because 2 "cannot make $(dirname -- "$2")"; return; }
    rm -rf -- "$2.part" "$2.part.plain"
    if ! backup_make "$2"; then
        rm -rf -- "$2.part" "$2.part.plain"
        return 1
    fi
    # Into a directory that is there already, mv would move.
    if [ -e "$2" ]; then rm -rf -- "$2.old" && mv -- "$2" "$2.old"; fi
    mv -- "$2.part" "$2" || { because 1 "cannot rename $2.part"; return; }
    rm -rf -- "$2.old"
    if command -v sync >/dev/null 2>&1; then sync; fi
    if [ -n "$backup_copy" ]; then
        backup_run copy "$2" </dev/null || { because 1 "taken and verified, but the copy failed: $2 is only here"; return; }
    fi
    because 0 "taken${backup_verify:+, verified}${backup_copy:+, copied}: $2"
}

backup_make() {
    backup_run take "$1.part" </dev/null || { because 1 "the backup could not be taken (status $?)"; return; }
    [ -s "$1.part" ] || { because 1 'taking it left no file behind, or an empty one'; return; }
    if [ -n "$backup_verify" ]; then
        backup_run verify "$1.part" </dev/null || { because 1 'what was taken cannot be read: it is no backup'; return; }
    fi
    [ -n "$backup_encrypt" ] || return 0
    [ ! -d "$1.part" ] || { because 1 'a directory cannot be encrypted: use pg_dump custom'; return; }
    mv -- "$1.part" "$1.part.plain" || return 1
    cat -- "$1.part.plain" | backup_run encrypt "$1.part.plain" >"$1.part" || { because 1 'it could not be encrypted'; return; }
    rm -f -- "$1.part.plain"
    [ -s "$1.part" ] || because 1 'encrypting left nothing'
}

# backup_plain ARTIFACT: sets `plain_file` to the artifact as it was taken.
backup_plain() {
    plain_file=$1
    [ -e "$1" ] || { because 1 "there is no backup at $1"; return; }
    [ -n "$backup_encrypt" ] || return 0
    scratch_file plain || return
    plain_file=$scratch
    cat -- "$1" | backup_run decrypt "$1" >"$plain_file" || { rm -f -- "$plain_file"; because 1 "$1 could not be decrypted"; return; }
}

backup_done() {
    done_status=$?
    [ "$plain_file" = "$1" ] || rm -f -- "$plain_file"
    return "$done_status"
}

# backup_verify NAME ARTIFACT: 0 whole, 1 not, 2 could not be looked at.
backup_verify() {
    load_backup "$1" || return 2
    backup_plain "$2" || return
    if [ -n "$backup_verify" ]; then
        if backup_run verify "$plain_file" </dev/null; then because 0 'read to its end'; else because 1 "$2 cannot be read to its end"; fi
    else
        [ -s "$plain_file" ] || because 1 "$2 is empty"
    fi
    backup_done "$2"
}

# backup_restore NAME ARTIFACT: verified first, for restoring half a backup is worse than none.
backup_restore() {
    load_backup "$1" || return 2
    backup_plain "$2" || return
    if [ -n "$backup_verify" ] && ! backup_run verify "$plain_file" </dev/null; then
        because 1 "$2 cannot be read to its end; nothing was changed"
    elif backup_run restore "$plain_file" </dev/null; then
        because 0 "restored from $2"
    else
        because 1 "the restore failed (status $?)"
    fi
    backup_done "$2"
}
