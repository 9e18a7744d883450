# Editing a file on another host: it is fetched, edited here, and put in its place there if it is still what was fetched. The copy of
# how it was is kept here, for each host its own.
#
# Owns the way there and back: content travels on standard input and output, never among arguments. What makes the new content and what
# puts it in its place is edit.sh, which is sent along: the host needs a POSIX shell and nothing else.

scratch=''

# edit_there HOST replace|patch|unpatch|restore PATH FILE SAVED_COPY: as edit_apply. `edit_touched` says that the host has something new, or may have.
edit_there() {
    host_reachable "$1" || return
    scratch_file mirror || return 2
    mirror=$scratch
    there_fetch "$1" "$3" || { there_status=$?; rm -f "$mirror"; return "$there_status"; }
    edit_apply "$2" "$mirror" "$4" "$5"
    there_status=$?
    there_said=$(RBK_MIRROR=$mirror RBK_PLACE="$3 on $1" RBK_SAID=${answer_detail-} LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_SAID"]; name = ENVIRON["RBK_MIRROR"]
        while (at = index(text, name)) {
            printf "%s%s", substr(text, 1, at - 1), ENVIRON["RBK_PLACE"]
            text = substr(text, at + length(name))
        }
        print text
    }')
    if [ "$there_status" -ne 0 ] || [ "$(there_sum)" = "$there_was" ]; then
        because "$there_status" "$there_said"
    else
        there_put "$1" "$3" && because 0 "$there_said"
    fi
    there_status=$?
    rm -f "$mirror"
    return "$there_status"
}

# there_sum prints what tells the mirror's content from another, or `absent`.
there_sum() {
    if [ -e "$mirror" ]; then cksum <"$mirror"; else printf 'absent\n'; fi
}

# there_fetch HOST PATH: the file in `mirror`, and its sum in there_was. What a host says of its own accord is no content.
there_fetch() {
    {
        printf 'path=%s\n' "$(shell_word "$2")"
        cat <<'END'
{
    if [ -e "$path" ]; then
        cksum <"$path"
        cat -- "$path"
    else
        printf 'absent\n'
    fi
} </dev/null
END
    } | host_ssh "$1" 'sh -eu -s' >"$mirror.raw"
    there_ended "$1" "$?" "$2 could not be read there" || { rm -f "$mirror.raw"; return 1; }
    there_was=$(sed 1q "$mirror.raw")
    [ "$there_was" = absent ] || tail -n +2 "$mirror.raw" >"$mirror"
    rm -f "$mirror.raw"
    [ "$(there_sum)" = "$there_was" ] || because 1 "what $1 sent is not the file: does its shell say something when it starts?"
}

# there_put HOST PATH: the mirror in the file's place, or the file away where there is no mirror any more. Braces make the shell there read
# everything before it does anything.
there_put() {
    {
        printf 'path=%s\nwas=%s\nsum=%s\n' "$(shell_word "$2")" "$(shell_word "$there_was")" "$(shell_word "$(there_sum)")"
        printf '{\n'
        cat "$RBK_HOME/lib/edit.sh"
        cat <<'END'
because() {
    printf '%s\n' "$2" >&2
    return "$1"
}
umask 077
next=${TMPDIR:-/tmp}/rbk-edit.$$
(set -C && : >"$next")
trap 'rm -f "$next"' EXIT
{
:
END
        [ ! -e "$mirror" ] || od -An -v -to1 <"$mirror" | sed -e 's/ \([0-7]\)/\\\1/g' -e "s/^/printf '/" -e "s/\$/'/"
        cat <<'END'
} >"$next"
now=absent
[ ! -e "$path" ] || now=$(cksum <"$path")
if [ "$now" != "$was" ]; then
    exit 44
elif [ "$sum" = absent ]; then
    real_path "$path" && rm -f -- "$place"
elif [ "$(cksum <"$next")" = "$sum" ]; then
    put_file "$next" "$path"
else
    because 1 'it did not arrive whole'
fi
} </dev/null
END
    } | host_ssh "$1" 'sh -eu -s'
    there_status=$?
    case $there_status in 0 | 255) export edit_touched=yes ;; esac
    if [ "$there_status" -eq 44 ]; then
        because 1 "$2 on $1 was changed by somebody else meanwhile; it is as he left it"
    else
        there_ended "$1" "$there_status" "$2 could not be written there"
    fi
}

there_ended() {
    case $2 in
        0) ;;
        255) because 1 "$1 could not be reached, or the connection was lost" ;;
        *) because 1 "on $1: $3" ;;
    esac
}
