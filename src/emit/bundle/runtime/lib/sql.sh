# One unit of SQL on a target, whatever the database: it is carried out once, and the database itself remembers it.

# sql_unit TARGET tx|ddl|auto FILE KEY: 0 done and recorded, 1 failed, 2 could not be tried or nobody knows. After a failure
# `unit_left` is nothing, something or unknown; after `unknown`, sql_unit_recorded tells.
sql_unit() {
    unit_left=nothing
    export unit_left
    target_connect "$1" || return 2
    case ${target_kind:-} in
        postgres) postgres_unit "$2" "$3" "$4" ;;
        sqlite) sqlite_unit "$2" "$3" "$4" ;;
        mysql | mariadb) mysql_unit "$2" "$3" "$4" ;;
        *) because 2 "SQL cannot be carried out on \`$1\`" ;;
    esac
}

# sql_unit_recorded TARGET KEY: 0 it was done, 1 there is no record of it, 2 the database could not be asked, 3 it certainly was
# not done, whatever kind of unit it is.
sql_unit_recorded() {
    target_connect "$1" || return 2
    case ${target_kind:-} in
        postgres) postgres_unit_recorded "$2" ;;
        sqlite) sqlite_unit_recorded "$2" ;;
        mysql | mariadb) mysql_unit_recorded "$2" ;;
        *) because 2 "\`$1\` keeps no record" ;;
    esac
}
