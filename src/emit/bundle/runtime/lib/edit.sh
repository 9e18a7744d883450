# Editing a file: whole content, or a unified diff. The previous content is saved first and never overwritten by a second
# attempt; the new content takes the file's place in one moment, with its mode.

scratch=''

# real_path PATH: sets `place` to where the last symbolic link leads: the link stays, its file is edited.
real_path() {
    place=$1
    links=0
    while [ -L "$place" ]; do
        links=$((links + 1))
        [ "$links" -le 20 ] || { because 1 "$1 is a circle of links"; return; }
        leads=$(ls -ld -- "$place")
        leads=${leads#*"$place -> "}
        case $leads in /*) place=$leads ;; *) place=$(dirname -- "$place")/$leads ;; esac
    done
}

# put_file NEW PATH: PATH gets NEW's content and keeps its mode. The new file is made beside it, so that the last step is a
# rename inside one file system.
put_file() {
    real_path "$2" || return
    beside=$place.rbk-$$
    if [ -e "$place" ]; then
        cp -p -- "$place" "$beside" 2>/dev/null || { because 1 "cannot write beside $place"; return; }
    else
        (umask 022 && : >"$beside") 2>/dev/null || { because 1 "cannot write beside $place"; return; }
    fi
    if { cat "$1" >"$beside"; } 2>/dev/null && mv -f -- "$beside" "$place" 2>/dev/null; then
        return 0
    fi
    rm -f -- "$beside"
    because 1 "cannot write $place"
}

# save_copy PATH SAVED: keeps what was there at the first attempt; SAVED.absent says that there was nothing.
save_copy() {
    [ ! -e "$2" ] && [ ! -e "$2.absent" ] || return 0
    mkdir -p "$(dirname -- "$2")" || { because 1 "cannot save to $2"; return; }
    if [ -e "$1" ]; then
        if cp -p -- "$1" "$2.part" && mv -f -- "$2.part" "$2"; then return 0; fi
    elif : >"$2.absent"; then
        return 0
    fi
    because 1 "cannot save $1 to $2"
}

# edit_apply replace|patch|unpatch|restore PATH FILE SAVED_COPY
edit_apply() {
    case $1 in
        replace)
            save_copy "$2" "$4" || return
            put_file "$3" "$2" && because 0 "replaced $2"
            ;;
        patch | unpatch) edit_patch "$@" ;;
        restore)
            if [ -e "$4" ]; then
                put_file "$4" "$2" && because 0 "$2 is as it was"
            elif [ -e "$4.absent" ]; then
                real_path "$2" || return
                rm -f -- "$place" && because 0 "$2 is gone again, as it was"
            else
                because 1 "nothing was saved of $2"
            fi
            ;;
        *) because 2 "\`$1\` is no way to edit a file" ;;
    esac
}

# The diff is tried on a copy. It has to fit exactly: a hunk that fits elsewhere is no hunk. What is done already is left.
edit_patch() {
    command -v patch >/dev/null 2>&1 || { because 2 'patch is not installed here'; return; }
    [ -f "$2" ] || { because 1 "there is no file $2"; return; }
    case $1 in patch) back='' forth=-R ;; *) back=-R forth='' ;; esac
    if edit_try "$back" "$2" "$3"; then
        save_copy "$2" "$4" && put_file "$scratch" "$2" && because 0 "edited $2"
    elif edit_try "$forth" "$2" "$3"; then
        because 0 "$2 was edited already"
    else
        because 1 "the diff does not fit $2: it is not what it was when the plan was written"
    fi
    edit_status=$?
    rm -f "$scratch" "$scratch.said" "$scratch.orig" "$scratch.rej"
    return "$edit_status"
}

# edit_try -R|'' PATH DIFF: leaves the result in the file `scratch`.
edit_try() {
    scratch_file edit || return 2
    cp -- "$2" "$scratch" || return 2
    tried_diff=$3
    # Never ask, never turn a diff around, no fuzz. busybox knows neither -f nor -F, but does not ask or guess either.
    case $1 in -R) set -- -N -R ;; *) set -- -N ;; esac
    ! patch --version 2>/dev/null | grep -q GNU || set -- "$@" -s -u -f -F 0
    patch "$@" "$scratch" "$tried_diff" >"$scratch.said" 2>&1 </dev/null
    tried=$?
    rm -f "$scratch.said" "$scratch.orig" "$scratch.rej"
    [ "$tried" -eq 0 ] || { rm -f "$scratch"; return 1; }
}
