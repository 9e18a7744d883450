#!/bin/sh
# Puts a release live. Stands for the hosting service; what it keeps in common with it is what bites: a deployment holds the
# settings of the moment it was made, so that a setting that is changed afterwards is not in force.
#
#   deploy.sh RELEASE          puts a release live that was built before, with the settings as they are now
#   deploy.sh again            the same release with the settings as they are now
#   deploy.sh --kept RELEASE   says what is missing of a release: its build, or an exact version of a package
#   deploy.sh --pending        says which settings are not in force yet
#
# Reads LUNARY_SITE, the folder with releases/, and LUNARY_SETTINGS, the file with the settings.
set -eu

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit "${2:-1}"
}

uses() {
    grep -q "\"$2\":" "$LUNARY_SITE/releases/$1/package.json"
}

setting() {
    sed -n "s/^$1=//p" "$LUNARY_SETTINGS"
}

kept() {
    [ -f "$LUNARY_SITE/releases/$1/package.json" ] || { printf '%s was never built\n' "$1"; return; }
    # `^0.18.20` is a wish; what it means is decided when somebody installs it.
    grep -E '": "[^0-9]' "$LUNARY_SITE/releases/$1/package.json" | grep -v '"name"' || :
}

# Combinations that lose writes, or that a release can't carry out, never go live.
refuse_contradictions() {
    uses "$1" pg || return 0
    if uses "$1" jazz-tools; then knows=both; else knows=postgres; fi
    case $knows,$(setting ENABLE_POSTGRES_PROFILE),$(setting ENABLE_DUAL_WRITE) in
        both,false,false) fail "$1 would leave PostgreSQL behind: switch dual writes on, or deploy lunary-jazz" ;;
        postgres,false,*) fail "$1 knows PostgreSQL only, and the settings say that Jazz is read" ;;
        postgres,*,true) fail "$1 knows PostgreSQL only, and the settings say that Jazz is written too" ;;
    esac
}

put_live() {
    [ -f "$LUNARY_SITE/releases/$1/package.json" ] || fail "$1 was never built; nothing was deployed"
    refuse_contradictions "$1"
    mkdir -p "$LUNARY_SITE/deployments"
    number=$(($(find "$LUNARY_SITE/deployments" -mindepth 1 -maxdepth 1 | wc -l) + 1))
    made=$LUNARY_SITE/deployments/$number
    mkdir "$made"
    cp "$LUNARY_SITE/releases/$1/package.json" "$made/package.json"
    cp "$LUNARY_SETTINGS" "$made/settings.env"
    printf '%s\n' "$1" >"$made/release"
    # The name moves last, at once: requests meet the old deployment or the new one.
    printf '%s\n' "$number" >"$LUNARY_SITE/live.new"
    mv "$LUNARY_SITE/live.new" "$LUNARY_SITE/live"
    printf '%s is live, deployment %s\n' "$1" "$number"
}

live() {
    [ -f "$LUNARY_SITE/live" ] || fail 'nothing is live'
    printf '%s' "$LUNARY_SITE/deployments/$(cat "$LUNARY_SITE/live")"
}

: "${LUNARY_SITE:?}" "${LUNARY_SETTINGS:?}"
case "${1-} $#" in
    'again 1')
        place=$(live)
        put_live "$(cat "$place/release")"
        ;;
    '--pending 1')
        place=$(live)
        diff "$place/settings.env" "$LUNARY_SETTINGS" | sed -n 's/^> //p'
        ;;
    '--kept 2') kept "$2" ;;
    -* | ' '*) fail "usage: ${0##*/} RELEASE | again | --kept RELEASE | --pending" 2 ;;
    *' 1') put_live "$1" ;;
    *) fail "usage: ${0##*/} RELEASE | again | --kept RELEASE | --pending" 2 ;;
esac
