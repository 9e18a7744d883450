# list.sh: a program counted and looked up, without carrying out any of it.
#
# Owns four visitors: `list` prints each item, `titles` what each change is called, `find` reads one step's fields,
# `siblings` prints what stands directly in a block.

# list_items PROGRAM prints kind, id and change of every item, one a line, in order.
list_items() (
    program_visit list "$1"
)

list_phase() { printf 'phase %s -\n' "$1"; }
list_choose() { printf 'choose %s -\n' "$1"; }
list_decision() { printf 'decision %s -\n' "$1"; }
list_begin() { printf 'begin %s -\n' "$2"; }
list_end() { :; }
list_step() {
    list_id=$1 list_change=-
    for list_field do
        case $list_field in change=*) list_change=${list_field#*=} ;; esac
    done
    printf 'step %s %s\n' "$list_id" "$list_change"
}

# list_steps PROGRAM prints the ids of its steps, one a line.
list_steps() {
    list_items "$1" | awk '$1 == "step" { print $2 }'
}

# list_titles PROGRAM prints each change that it applies, and what its step is called, one a line.
list_titles() {
    program_visit titles "$1"
}

titles_phase() { :; }
titles_choose() { :; }
titles_decision() { :; }
titles_begin() { :; }
titles_end() { :; }
titles_step() {
    titles_change='' titles_effect='' titles_title=$2
    for titles_field do
        case $titles_field in
            change=*) titles_change=${titles_field#*=} ;;
            effect=*) titles_effect=${titles_field#*=} ;;
        esac
    done
    [ "$titles_effect" != apply ] || printf '%s %s\n' "$titles_change" "$titles_title"
}

# list_has PROGRAM KIND ID: is there such an item?
list_has() {
    list_items "$1" | awk -v "kind=$2" -v "id=$3" '$1 == kind && $2 == id { found = 1 } END { exit !found }'
}

# find_fields PROGRAM ID reads the step's fields, as `fields` does.
find_fields() {
    find_wanted=$2
    program_visit find "$1"
}

find_phase() { :; }
find_choose() { :; }
find_decision() { :; }
find_begin() { :; }
find_end() { :; }
find_step() {
    [ "$1" = "$find_wanted" ] || return 0
    fields "$@"
}

# siblings_of PROGRAM BLOCK prints what stands directly in the block, one a line: id, the fallback's owner or
# `-`, and the ids it waits for.
siblings_of() {
    siblings_block=$2 siblings_depth=0
    program_visit siblings "$1"
}

siblings_phase() { :; }
siblings_choose() { :; }
siblings_decision() { :; }
siblings_step() {
    [ "$siblings_depth" -ne 1 ] || siblings_print "$@"
}
siblings_begin() {
    if [ "$siblings_depth" -gt 0 ]; then
        shift
        [ "$siblings_depth" -ne 1 ] || siblings_print "$@"
        siblings_depth=$((siblings_depth + 1))
    elif [ "$2" = "$siblings_block" ]; then
        siblings_depth=1
    fi
}
siblings_end() {
    [ "$siblings_depth" -eq 0 ] || siblings_depth=$((siblings_depth - 1))
}
siblings_print() {
    siblings_line=$1 siblings_owner=- siblings_after=''
    shift 2
    for siblings_field do
        case $siblings_field in
            of=*) siblings_owner=${siblings_field#*=} ;;
            after=*) siblings_after="$siblings_after ${siblings_field#*=}" ;;
        esac
    done
    printf '%s %s%s\n' "$siblings_line" "$siblings_owner" "$siblings_after"
}
