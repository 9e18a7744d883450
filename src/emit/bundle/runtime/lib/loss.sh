# loss.sh: what is lost by starting a scenario now.
#
# Owns the question which of a scenario's losses there really are where the run has come to: a restore that would be passed over
# loses nothing, and one that is carried out loses what the plan says of this position. Refuses to know who accepts it.

# loss_know: scenario_loss of the scenario that was loaded becomes what is lost now. Where a bundle says nothing of positions, it
# stays what is lost at worst.
loss_know() {
    [ -n "${scenario_restores-}" ] || return 0
    loss_words='' loss_number=0
    loss_place=$(loss_position)
    while [ "$loss_number" -lt "$scenario_restores" ]; do
        loss_number=$((loss_number + 1))
        loss_of=$(variable_value "loss_${loss_number}_of")
        if [ "$loss_of" != - ] && ! changes_there "$loss_of"; then
            continue
        fi
        loss_from=''
        for loss_each in $(variable_value "loss_${loss_number}_from"); do
            [ "$loss_each" -gt "$loss_place" ] || loss_from=$loss_each
        done
        [ -n "$loss_from" ] || continue
        loss_text=$(variable_value "loss_${loss_number}_$loss_from")
        [ "$loss_text" != - ] || continue
        case "; $loss_words; " in
            *"; $loss_text; "*) ;;
            *) loss_words="$loss_words${loss_words:+; }$loss_text" ;;
        esac
    done
    fact scenario_loss "$loss_words"
}

# loss_position prints how far the migration has come, as the plan counts: 2k+1 in the middle of change k, 2k+2 behind it. What
# this attempt has taken back already had been there, and was written to.
loss_position() {
    state_query '
        BEGIN { count = split(changes, order, " ") }
        event == "change" {
            if (first == "undone") undid[run] = 1
            else if (first == "none") delete reached[item]
            else reached[item] = (first == "applied" || reached[item] == 2) ? 2 : 1
            if (first == "applied" || first == "begun" || first == "unknown") there[item] = 1; else delete there[item]
        }
        event == "run-ended" && item == "done" && program ~ /^scenarios\// && undid[run] {
            left = 0
            for (name in there) left = 1
            if (!left) for (name in reached) delete reached[name]
        }
        END {
            for (i = count; i > 0 && !(order[i] in reached); i--) { }
            print i ? 2 * (i - 1) + reached[order[i]] : 0
        }' "changes=${plan_changes-}"
}
