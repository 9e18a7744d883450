# lock.sh: one operator at a time.
#
# Owns the directory $RBK_STATE/lock, which `mkdir` makes or does not make, and the note in it that
# says who holds it. It is never broken silently: it is taken over only when its holder
# is provably gone, which means on this host, dead, and without a step still running.

lock_held=no
lock_alive=no
lock_directory=$RBK_STATE/lock

# lock_acquire COMMAND takes the lock or ends with status 3.
lock_acquire() {
    mkdir -p "$RBK_STATE" || die 3 "cannot make the state directory $RBK_STATE"
    if ! mkdir "$lock_directory" 2>/dev/null; then
        lock_take_over
    fi
    lock_held=yes
    {
        printf 'pid\t%s\n' "$$"
        printf 'start\t%s\n' "$(process_start "$$")"
        printf 'host\t%s\n' "$(host_name)"
        printf 'operator\t%s\n' "$(operator)"
        printf 'since\t%s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
        printf 'command\t%s\n' "$1"
    } >"$lock_directory/owner" || die 3 "cannot write $lock_directory/owner"
}

# lock_owner KEY prints a line of the note.
lock_owner() {
    awk -F '\t' -v "key=$1" '$1 == key { print $2; exit }' "$lock_directory/owner" 2>/dev/null
}

# lock_line says in one line who holds the lock.
lock_line() {
    printf '%s on %s (process %s) since %s, doing: %s' "$(lock_owner operator)" "$(lock_owner host)" \
        "$(lock_owner pid)" "$(lock_owner since)" "$(lock_owner command)"
}

# lock_stale: is the holder provably gone? Says why not in lock_reason.
lock_stale() {
    lock_reason='' lock_alive=no
    if [ ! -s "$lock_directory/owner" ]; then
        lock_reason="the lock $lock_directory has no owner; if nobody is at work, remove it with: rm -r $lock_directory"
        return 1
    fi
    if [ "$(lock_owner host)" != "$(host_name)" ]; then
        lock_reason="held by $(lock_line); whether that is still alive can be told only there"
        return 1
    fi
    if process_alive "$(lock_owner pid)" "$(lock_owner start)"; then
        lock_alive=yes
        lock_reason="held by $(lock_line). Wait for it, or stop it: Ctrl-C in its terminal, or kill $(lock_owner pid) here, ends it; then resume goes on where it stood, and a scenario takes back what it did"
        return 1
    fi
    lock_left=$(processes_left)
    if [ -n "$lock_left" ]; then
        lock_reason="held by $(lock_line); that is gone, but what it started is still running: $(processes_words "$lock_left")"
        return 1
    fi
}

# lock_at_work: was the holder alive when it was looked at?
lock_at_work() {
    [ "$lock_alive" = yes ]
}

# Two who find the same lock stale must not both take it: the second would throw away the first one's.
# So the taking over has a lock of its own, and looks again once it holds that.
lock_take_over() {
    lock_stale || die 3 "$lock_reason"
    mkdir "$lock_directory.takeover" 2>/dev/null ||
        die 3 "another operator is taking over the lock; if nobody is, remove it with: rmdir $lock_directory.takeover"
    if lock_stale; then
        warn "The lock of $(lock_line) is taken over: that process is gone."
        rm -f "$lock_directory/owner"
        rmdir "$lock_directory.takeover"
    else
        rmdir "$lock_directory.takeover"
        die 3 "$lock_reason"
    fi
}

lock_release() {
    [ "$lock_held" = yes ] || return 0
    lock_held=no
    rm -f "$lock_directory/owner"
    rmdir "$lock_directory" 2>/dev/null || :
}

# A branch of a parallel block shares its parent's lock and must never give it back.
lock_forget() {
    lock_held=no
}
