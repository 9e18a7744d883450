# engine.sh FUNCTION ARGUMENT...: sources the engines as the process of a step does, calls one, prints what it answers.

set -u
plan_params=${plan_params-} plan_env=${plan_env-} plan_secrets=${plan_secrets-}
for part in values url mysql-url postgres sqlite mysql sql http host check edit edit-there flag backup; do
    command . "$RBK_SOURCE/runtime/lib/$part.sh" || exit 127
done
answer_detail=''
"$@"
status=$?
printf 'answer: %s\n' "$answer_detail"
case $1 in
    sql_unit) printf 'left: %s\n' "${unit_left-}" ;;
    flag_get) printf 'value: %s\n' "${flag_value-}" ;;
esac
exit "$status"
