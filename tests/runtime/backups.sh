# Taking a backup: half of one never bears its name, it is verified and encrypted before it does, and copied after.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

export DB_FILE="$WORK/c.db" WORK
target lite kind=sqlite file_env=DB_FILE
sqlite3 "$DB_FILE" "CREATE TABLE t (a INT); INSERT INTO t VALUES (4)"
backup=$RBK_HOME/backups/b
kept=$RBK_STATE/backups
mkdir "$backup"
printf "backup_target='lite'\nbackup_copy='yes'\nbackup_verify='yes'\nbackup_encrypt='yes'\n" >"$RBK_HOME/backups/b.conf"
for part in take verify restore; do cp "$RBK_SOURCE/methods/sqlite.$part.sh" "$backup/$part.sh"; done

# part NAME: what the plan does there.
part() {
    cat >"$backup/$1.sh"
}

part encrypt <<'END'
printf 'sealed '
cat
END
part decrypt <<'END'
dd bs=1 skip=7 2>/dev/null
END
part copy <<'END'
cp "$RBK_BACKUP_FILE" "$WORK/copied"
END
image() {
    sqlite3 "$DB_FILE" .dump
}
before=$(image)
expect 0 'a backup is taken' engine backup_take b "$kept/b.1.db"
that 'and copied' [ -s "$WORK/copied" ]
same "$(head -c 7 "$kept/b.1.db")" 'sealed ' 'and encrypted'
same "$(names_in "$kept")" 'b.1.db ' 'nothing but its name is there'
sqlite3 "$DB_FILE" 'DROP TABLE t'
expect 0 'it is verified' engine backup_verify b "$kept/b.1.db"
expect 0 'and restored' engine backup_restore b "$kept/b.1.db"
same "$(image)" "$before" 'to what was'

# fails NAME: the next one fails and leaves nothing.
fails() {
    expect 1 "$1" engine backup_take b "$kept/b.2.db"
    same "$(names_in "$kept")" 'b.1.db ' "$1: nothing is left"
}

part take <<'END'
printf half >"$RBK_BACKUP_FILE"
exit 1
END
fails 'a take that fails'
part take <<'END'
printf half >"$RBK_BACKUP_FILE"
END
fails 'a take that verify refuses'
part take <<'END'
:
END
fails 'a take that takes nothing'
cp "$RBK_SOURCE/methods/sqlite.take.sh" "$backup/take.sh"
part encrypt <<'END'
sed q
exit 1
END
fails 'one that cannot be encrypted'
part encrypt <<'END'
printf 'sealed '
cat
END
part copy <<'END'
exit 1
END
expect 1 'a copy that fails' engine backup_take b "$kept/b.3.db"
says 'only here' 'is said'
expect 1 'no such backup' engine backup_restore b "$kept/none"
part decrypt <<'END'
exit 1
END
expect 1 'it cannot be decrypted' engine backup_restore b "$kept/b.1.db"
same "$(image)" "$before" 'and nothing is changed'
same "$(names_in "$RBK_STATE/tmp")" '' 'no scratch files stay'
done_testing
