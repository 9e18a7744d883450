# program.sh: steps.sh, call by call.
#
# Owns the meaning of the calls' form: names, titles, keys. A program is read by a visitor, which is a word: with
# the visitor `walk` each `step` of steps.sh becomes `walk_step`, and so on. Whoever counts, shows or
# carries out a program brings six functions; this file refuses to know what they do.

program_visitor=''
program_directory=''

# program_visit VISITOR PROGRAM reads PROGRAM/steps.sh with that visitor. A program without steps is empty.
# A visit may begin within another: the outer one goes on afterwards.
program_visit() {
    set -- "$1" "$2" "$program_visitor" "$program_directory"
    program_visitor=$1
    program_directory=$RBK_HOME/$2
    if [ -e "$program_directory/steps.sh" ]; then
        command . "$program_directory/steps.sh" || die 3 "cannot read $2/steps.sh"
    fi
    program_visitor=$3
    program_directory=$4
}

# program_file FILE prints the path of a file that steps.sh names.
program_file() {
    printf '%s/%s' "$program_directory" "$1"
}

phase() { "${program_visitor}_phase" "$@"; }
step() { "${program_visitor}_step" "$@"; }
choose() { "${program_visitor}_choose" "$@"; }
decision() { "${program_visitor}_decision" "$@"; }
begin() { "${program_visitor}_begin" "$@"; }
end() { "${program_visitor}_end" "$@"; }

program_keys="kind change effect undoes target via unit file shell path mode backup check flag value value_from \
message release dir dir_env by takes timeout retry every after only_if unless needs confirm verify else record applied undone \
note freezes thaws stops starts at external scenario approve other choose option of several recommended"

# fields ID TITLE KEY=VALUE... puts each value into step_KEY, and an empty one into those not named. Of keys that may
# be repeated, those that name something are joined with blanks; those that hold a sentence
# keep the last one, and whoever needs them all walks the arguments.
fields() {
    for field_key in $program_keys; do
        eval "step_$field_key=''"
    done
    shift 2
    for field do
        field_key=${field%%=*}
        case $field_key in
            only-if) field_key=only_if ;;
        esac
        listed "$field_key" "$program_keys" || die 3 "steps.sh: there is no key \`$field_key\`"
        case $field_key in
            undoes | unit | verify | freezes | thaws | stops | starts | after)
                eval "step_$field_key=\"\${step_$field_key}\${step_$field_key:+ }\${field#*=}\""
                ;;
            *) eval "step_$field_key=\${field#*=}" ;;
        esac
    done
}
