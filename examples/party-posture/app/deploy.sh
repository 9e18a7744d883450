#!/bin/sh
# Puts a built release of an application into use: deploy.sh APPLICATION RELEASE. Nothing is built or fetched when it is needed;
# `deployed/APPLICATION` names the release that the server reads at each request, and changes from one to the other at once.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
application=${1:?which application?} release=${2:?which release?}

[ -d "$here/releases/$application-$release" ] || {
    printf 'there is no release %s of %s here: %s\n' "$release" "$application" "$here/releases" >&2
    exit 1
}
mkdir -p "$here/deployed"
printf '%s\n' "$release" >"$here/deployed/$application.new"
mv "$here/deployed/$application.new" "$here/deployed/$application"
printf '%s is on %s\n' "$application" "$release"
