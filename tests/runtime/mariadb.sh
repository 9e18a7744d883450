# mariadb.sh: questions to the MariaDB server of a script, and pictures of its databases.
#
# Sourced after lib.sh and engines.sh. From the environment: RBK_MARIADB (the path of a socket).

# my DATABASE SQL prints rows, fields parted by tabs; what has to work for the rest to mean anything.
my() {
    printf '%s\n' "$2" | mariadb --no-defaults -S "$RBK_MARIADB" -u "${my_user:-rbk}" -D "$1" --batch --raw --skip-column-names \
        --comments --default-character-set=utf8mb4 || bad "mariadb $2"
}

my_session() {
    mariadb --no-defaults -S "$RBK_MARIADB" -u rbk -D "$1" --batch --unbuffered --skip-column-names
}

# my_database NAME: an empty one.
my_database() {
    my '' "DROP DATABASE IF EXISTS $1; CREATE DATABASE $1 CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
}

# my_picture DATABASE: definitions and rows of everything but rbk's own tables, as the server shows them.
my_picture() {
    my "$1" "SHOW CREATE DATABASE $1"
    my "$1" "SELECT CONCAT(IF(TABLE_TYPE IN ('VIEW', 'SEQUENCE'), TABLE_TYPE, 'TABLE'), ' \`', REPLACE(TABLE_NAME, '\`', '\`\`'), '\`') FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'rbk\\_%' ORDER BY 1" >"$WORK/objects"
    my "$1" "SELECT CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1;
        SELECT CONCAT('TRIGGER ', TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 1;
        SELECT CONCAT('EVENT ', EVENT_NAME) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY 1" >>"$WORK/objects"
    while IFS= read -r object; do
        # When a trigger was made is the one thing that changes.
        my "$1" "SHOW CREATE $object" | sed 's/	20[0-9-]* [0-9:.]*$//'
        case $object in TABLE*) my_rows "$1" "${object#TABLE }" | sort ;; esac
    done <"$WORK/objects"
}

# Escaped, so that rows are lines and hold no zero bytes.
my_rows() {
    mariadb --no-defaults -S "$RBK_MARIADB" -u rbk -D "$1" --batch --skip-column-names --default-character-set=utf8mb4 \
        -e "SELECT * FROM $2" </dev/null || bad "rows of $2"
}

# unchanged NAME: is the database as it was in $WORK/before?
unchanged() {
    my_picture "${db:?}" >"$WORK/after"
    same_file "$WORK/before" "$WORK/after" "$1"
}

method() {
    $RBK_SHELL "$RBK_SOURCE/methods/$1.sh"
}

# my_defaults USER DATABASE: a file of options, as a target's connection leaves one.
my_defaults() {
    printf '[client]\nuser=%s\nsocket=%s\ndefault-character-set=utf8mb4\n[mysql]\ndatabase=%s\n' "$1" "$RBK_MARIADB" "$2" >"$WORK/$1.cnf"
}
