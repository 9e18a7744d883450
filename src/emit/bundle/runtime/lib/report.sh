# report.sh: what happened, for those who were asleep: Markdown on stdout.
#
# Owns the report's form. Everything in it comes from the journal, the logs and the plan; what the journal does not say is
# not said here either. It is freed of secrets once more on its way out.

path_place=''

report() {
    report_body | redact_stream
}

report_body() {
    printf '# %s: report\n\n' "${plan_title:-${plan_name-}}"
    printf -- '- plan: %s %s (%.12s)\n' "${plan_name-}" "${plan_version-}" "${plan_id-}"
    printf -- '- state: %s\n' "$RBK_STATE"
    report_changes
    for report_run in $(state_query 'event == "run-started" { print run }'); do
        report_one "$report_run"
    done
    report_artifacts
    report_open
}

report_changes() {
    printf '\n## Changes\n\n| change | state | since |\n|---|---|---|\n'
    for report_change in ${plan_changes-}; do
        case $(change_state "$report_change") in
            none) report_state='not applied' ;;
            unknown) report_state='**unknown**' ;;
            *) report_state=$(change_state "$report_change") ;;
        esac
        printf '| %s | %s | %s |\n' "$report_change" "$report_state" \
            "$(state_query 'event == "change" && item == name { at = time } END { print at }' "name=$report_change")"
    done
}

# report_one RUN
report_one() {
    report_program=$(state_query 'run == r && event == "run-started" { print program; exit }' "r=$1")
    printf '\n## %s\n\n' "$(program_title "$report_program")"
    report_summary "$1"
    report_steps "$1"
    report_gates "$1"
    report_failures "$1"
}

report_summary() {
    report_from=$(run_start "$1")
    report_to=$(state_query 'run == r && event == "run-ended" { at = seconds } END { print at }' "r=$1")
    state_query '
        run == r && event == "run-started" { print "- run: " run; print "- started: " time " by " first " on " second }
        run == r && event == "run-resumed" { print "- resumed: " time " by " first " (was: " fourth ")" }
        run == r && event == "run-ended" { print (item == "done" ? "- ended: " : "- stopped: ") time ": " item (item == "left" ? " for " second : "") (third == "" || third == "." ? "" : " (" third ")") }
        run == r && event == "T" { print "- T: " time }
        run == r && event == "taken-over" { sub(/^by=/, "", second); print "- " item ": taken over from " first ", by " second }
        run == r && event == "param" { print "- parameter " item ": " first }
        run == r && event == "recorded" { print "- recorded, " item ": " first }
        run == r && event == "accepted-loss" { sub(/^by=/, "", second); print "- loss, accepted by " second ": " first }' "r=$1"
    case $report_program in
        scenarios/*) ;;
        *) return 0 ;;
    esac
    scenario_load "${report_program#scenarios/}"
    report_limit=${scenario_rto:-${plan_rto-}}
    report_how=$(state_query '
        run == r && event == "run-ended" { how = item }
        run == r && event == "run-resumed" { how = "" }
        END { print how }' "r=$1")
    if [ "$report_how" = 'done' ]; then
        report_spent=$((report_to - report_from))
        printf -- '- took: %s' "$(duration "$report_spent")"
        report_takes=$(state_query 'run == r && event == "expected" { print first; exit }' "r=$1")
        [ -z "${report_takes:=${scenario_takes-}}" ] || printf ', estimated %s' "$(duration "$report_takes")"
        if [ -n "$report_limit" ]; then
            printf ', RTO %s: ' "$(duration "$report_limit")"
            if [ "$report_spent" -le "$report_limit" ]; then printf 'met'; else printf '**missed**'; fi
        fi
        printf '\n'
    else
        printf -- '- has not ended\n'
    fi
    run_has "$1" accepted-loss "${report_program#scenarios/}" || ! run_has "$1" gate-passed - ||
        printf -- '- lost: nothing, according to the plan\n'
}

report_steps() {
    printf '\n| step | outcome | time | estimate | remarks |\n|---|---|---|---|---|\n'
    state_query '
        function span(s) {
            if (s == "") return ""
            if (s >= 3600) return int(s / 3600) "h" sprintf("%02dm", int(s % 3600 / 60))
            if (s >= 60) return int(s / 60) "m" sprintf("%02ds", s % 60)
            return s "s"
        }
        function who(field) { sub(/=/, " ", field); return field }
        function cell(text) { gsub(/\|/, "\\|", text); return text }
        function seen(name) { if (!(name in outcome)) { order[++count] = name; outcome[name] = "" } }
        run != r { next }
        event == "started" { seen(item); outcome[item] = "begun, outcome unknown"; if (!(item in at)) at[item] = seconds; estimate[item] = second; tries[item]++ }
        event == "interrupted" { seen(item); outcome[item] = "interrupted, outcome unknown" }
        event == "redo" { seen(item); outcome[item] = "not done yet" }
        event == "effect" { seen(item); outcome[item] = "done, not verified"; if (first !~ /^[0-9]+$/) remark[item] = remark[item] first " " }
        event == "done" { seen(item); outcome[item] = "done"; if (item in at) spent[item] = seconds - at[item] }
        event == "failed" { seen(item); outcome[item] = "**failed** (" first ")"; remark[item] = remark[item] second " "; if (item in at) spent[item] = seconds - at[item] }
        event == "skipped" { seen(item); if (outcome[item] !~ /failed/) { outcome[item] = "passed over"; remark[item] = remark[item] first " " } }
        event == "failed-over" { seen(item); outcome[item] = "failed, fallback under way"; remark[item] = remark[item] second " " }
        event == "done-by-fallback" { seen(item); outcome[item] = "done **by fallback**" }
        event == "assumed" { seen(item); remark[item] = remark[item] "assumed " first " " who(third) " " }
        END {
            for (i = 1; i <= count; i++) {
                name = order[i]
                if (tries[name] > 1) remark[name] = remark[name] "begun " tries[name] " times "
                print "| " name " | " outcome[name] " | " span(spent[name]) " | " span(estimate[name]) " | " cell(remark[name]) "|"
            }
        }' "r=$1"
}

report_gates() {
    report_text=$(state_query '
        function who(field) { sub(/=/, " ", field); return field }
        run != r { next }
        event == "answered" { print "- " time " " item ": " first ", " second ", " who(third) }
        event == "approved" { print "- " time " " item ": approved by " first ", " who(second) }
        event == "chosen" { print "- " time " " item ": chose " first ", " second ", " who(third) }
        event == "decided" || event == "declined" { print "- " time " " item ": decided " first ", " who(second) }' "r=$1")
    [ -z "$report_text" ] || printf '\n### Gates and approvals\n\n%s\n' "$report_text"
}

# The end of the log of each step that failed in the run.
report_failures() {
    for report_step in $(state_query 'run == r && (event == "failed" || event == "failed-over") && !(item in seen) { seen[item] = 1; print item }' "r=$1"); do
        report_log=$RBK_STATE/log/$1-$report_step.log
        [ -s "$report_log" ] || continue
        printf '\n### Output of %s\n\n````\n' "$report_step"
        tail -n 20 "$report_log"
        printf '````\n'
    done
}

report_artifacts() {
    report_text=$(state_query 'event == "artifact" { print item "\t" first "\t" second "\t" third "\t" time }' |
        while IFS=$TAB read -r report_backup report_path report_bytes report_sum report_at; do
            journal_place "$report_path"
            printf '| %s | %s | %s | %s | %s |\n' "$report_backup" "$(report_cell "$path_place")" "$report_bytes" "$report_sum" "$report_at"
        done)
    [ -z "$report_text" ] ||
        printf '\n## Artifacts\n\n| backup | file | bytes | sha256 | taken |\n|---|---|---|---|---|\n%s\n' "$report_text"
}

# report_cell TEXT: on one line, where a bar ends no cell.
report_cell() {
    printf '%s' "$1" | tr '\000-\037\177' ' ' | sed 's/|/\\|/g'
}

# What people still have to do.
report_open() {
    [ -n "${plan_posts-}${plan_checklists-}" ] || return 0
    printf '\n## Still open\n\n'
    for report_name in ${plan_posts-}; do
        report_key=$(variable_name "$report_name")
        report_within=$(variable_value "post_${report_key}_within")
        printf -- '- [ ] %s, by %s%s\n' "$(variable_value "post_${report_key}_title")" \
            "$(role_of "$(variable_value "post_${report_key}_by")")" "${report_within:+, within $(duration "$report_within")}"
        [ ! -r "$RBK_HOME/posts/$report_name.md" ] || sed 's/^/  /' "$RBK_HOME/posts/$report_name.md"
    done
    for report_name in ${plan_checklists-}; do
        report_key=$(variable_name "$report_name")
        printf '\n### %s' "$(variable_value "checklist_${report_key}_title")"
        printf ' (%s %s)\n\n' "$(variable_value "checklist_${report_key}_when")" "$(variable_value "checklist_${report_key}_of")"
        [ ! -r "$RBK_HOME/checklists/$report_name.md" ] || cat "$RBK_HOME/checklists/$report_name.md"
    done
}
