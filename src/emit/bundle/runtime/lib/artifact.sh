# artifact.sh: backups that were taken, as the journal remembers them.
#
# Owns finding the one a restore uses and telling whether it is still what it was. Refuses to know how
# a backup is made: that is the engines' business.

artifact_problem=''
artifact_path='' path_place=''

# artifact_good BACKUP: is the artifact there, and is it the one that was taken? Its path is then in artifact_path.
artifact_good() {
    artifact_line=$(artifact_of "$1" "${journal_run:--}")
    if [ -z "$artifact_line" ]; then
        artifact_problem='it has not been taken'
        return 1
    fi
    journal_place "${artifact_line%%"$TAB"*}"
    artifact_path=$path_place
    artifact_sum=${artifact_line##*"$TAB"}
    if [ ! -e "$artifact_path" ]; then
        artifact_problem="$artifact_path is gone"
        return 1
    fi
    if [ "$(sha256 "$artifact_path")" != "$artifact_sum" ]; then
        artifact_problem="$artifact_path is not what it was when it was taken"
        return 1
    fi
}

# artifact_for_restore BACKUP exports RBK_BACKUP_FILE, or says in child_answer why it can't.
artifact_for_restore() {
    RBK_BACKUP_FILE=''
    artifact_good "$1" || {
        child_refuse "$artifact_problem"
        return 1
    }
    RBK_BACKUP_FILE=$artifact_path
    export RBK_BACKUP_FILE
    say_aside "  from $artifact_path"
}
