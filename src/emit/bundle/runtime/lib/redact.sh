# redact.sh: takes secrets out of everything that is shown or kept.
#
# Owns the one filter between a step and its log. Secrets reach it through the
# environment, never on a command line, and are looked for literally: as a
# pattern, `p@ss.*[x]` would find everything but itself. What has been
# replaced is not looked at again, so a secret that is part of the
# replacement can't keep it busy for ever. Refuses to know what a step is.

redact_awk=''

# redact_know finds out once what awk this is: mawk reads a pipe by the block and shows nothing for minutes unless it is told.
redact_know() {
    [ -z "$redact_awk" ] || return 0
    case $(awk -W version </dev/null 2>/dev/null) in
        mawk*) redact_awk=mawk ;;
        *) redact_awk=other ;;
    esac
}

# redact_stream is the filter. With FILTER_LOG it also appends to that file; with FILTER_END it
# stops at that line, for a process left behind may hold the pipe open for days.
redact_stream() {
    redact_know
    case $redact_awk in
        mawk) set -- -W interactive ;;
        *) set -- ;;
    esac
    awk ${1+"$@"} '
function remember(value,    lines, count, i) {
    count = split(value, lines, "\n")
    for (i = 1; i <= count; i++)
        if (length(lines[i]) >= (count > 1 ? 4 : 1)) secret[++secrets] = lines[i]
}
function decoded(text,    out, hex, i, at) {
    hex = "0123456789ABCDEF"
    while ((at = index(text, "%")) > 0) {
        i = 16 * (index(hex, toupper(substr(text, at + 1, 1))) - 1) + index(hex, toupper(substr(text, at + 2, 1))) - 1
        out = out substr(text, 1, at - 1) sprintf("%c", i)
        text = substr(text, at + 3)
    }
    return out text
}
function remember_password(url,    rest, at) {
    at = index(url, "://")
    if (!at) return
    rest = substr(url, at + 3)
    sub(/[\/?#].*/, "", rest)
    at = 0
    while (match(substr(rest, at + 1), /@/)) at += RSTART
    if (!at) return
    rest = substr(rest, 1, at - 1)
    at = index(rest, ":")
    if (!at || length(rest) - at < 4) return
    remember(substr(rest, at + 1))
    remember(decoded(substr(rest, at + 1)))
}
function redacted(line,    out, i, at, found, best) {
    for (;;) {
        best = 0
        for (i = 1; i <= secrets; i++) {
            at = index(line, secret[i])
            if (at && (!best || at < found || at == found && length(secret[i]) > length(secret[best]))) { best = i; found = at }
        }
        if (!best) return out line
        out = out substr(line, 1, found - 1) "[secret]"
        line = substr(line, found + length(secret[best]))
    }
}
function stripped(line) {
    sub(/\r$/, "", line)
    gsub(/[\001-\010\013-\037\177]/, "", line)
    gsub(/\302[\200-\237]/, "", line)
    gsub(/\342\200[\252-\256]/, "", line)
    gsub(/\342\201[\246-\251]/, "", line)
    return line
}
function pass(line) {
    line = stripped(redacted(line))
    if (log_file != "") { print line >>log_file; fflush(log_file) }
    if (screen) { print prefix line; fflush() }
}
BEGIN {
    count = split(ENVIRON["RBK_SECRET_NAMES"], names, " ")
    for (i = 1; i <= count; i++) if (ENVIRON[names[i]] != "") remember(ENVIRON[names[i]])
    count = split(ENVIRON["RBK_ENVIRONMENT_NAMES"], names, " ")
    for (i = 1; i <= count; i++) remember_password(ENVIRON[names[i]])
    log_file = ENVIRON["FILTER_LOG"]; ending = ENVIRON["FILTER_END"]
    prefix = ENVIRON["FILTER_PREFIX"]; screen = ENVIRON["FILTER_SCREEN"] != "no"
}
ending != "" && (at = index($0, ending)) {
    if (at > 1) pass(substr($0, 1, at - 1))
    exit
}
{ pass($0) }
'
}

redact() {
    printf '%s\n' "$*" | redact_stream
}
