# What the runtime says that each scenario of a bundle takes when every change is applied, and what rbk derived: the two are one.
#
#     sh times.sh BUNDLE

set -u
export RBK_HOME="$1" RBK_STATE="$1/state"
for part in values say journal state plan program list time; do command . "$RBK_HOME/lib/$part.sh"; done
plan_load
mkdir -p "$RBK_STATE"
journal_header >"$RBK_STATE/journal"
printf '\n' >>"$RBK_STATE/journal"
for change in ${plan_changes-}; do
    printf '2026-01-01T00:00:00Z\t1\t-\t-\tchange\t%s\tapplied\t.\n' "$change" >>"$RBK_STATE/journal"
done
for scenario in ${plan_scenarios-}; do
    scenario_load "$scenario"
    left=$(time_left "scenarios/$scenario")
    case $left in
        *' 0') printf '%s %s %s\n' "$scenario" "${left% *}" "${scenario_takes:-0}" ;;
        *) printf '%s unknown %s\n' "$scenario" "${scenario_takes:-unknown}" ;;
    esac
done
