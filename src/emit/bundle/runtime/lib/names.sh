# names.sh: do the options speak of what there is?
#
# Owns what --approve, --choose and --assume may name. A gate that is called otherwise than somebody thinks would wait for an answer
# that was given already. Refuses to know what the answers mean.

# names_known ends with status 2 at the first that the plan does not know.
names_known() {
    if ! { opted approve || opted choose || opted assume; }; then
        return 0
    fi
    names_all=$(names_items)
    names_of assume step
    names_of choose choose
    names_of approve 'step begin decision check scenario'
}

# names_items prints kind and name of everything that an option may name.
names_items() {
    for names_program in prepare forward; do list_items "$names_program"; done
    for names_program in ${plan_scenarios-}; do
        list_items "scenarios/$names_program"
        printf 'scenario %s\n' "$names_program"
    done
    for names_check in "$RBK_HOME"/checks/*.conf; do
        names_check=${names_check##*/}
        printf 'check %s\n' "${names_check%.conf}"
    done
}

# names_of OPTION KINDS. The questions of something are called after it: NAME.ask-1, NAME.ask-2.
names_of() {
    for names_given in $(option_each "$1" | cut -f 1 | sed 's/\.ask-[0-9][0-9]*$//'); do
        printf '%s\n' "$names_all" | awk -v "kinds=$2" -v "name=$names_given" '
            index(" " kinds " ", " " $1 " ") && $2 == name { found = 1 }
            END { exit !found }' ||
            die 2 "--$1 $names_given: nothing is asked for under that name; --dry-run shows what is"
    done
}
