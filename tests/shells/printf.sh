# The forms of `printf` that the runtime has.

command . "$RBK_HOME/lib/values.sh"
command . "$RBK_HOME/lib/printf.sh"

printf '%s\n' 'a secret\nis no line break' 'nor "is $this" `one`' -n '100%s'
printf '%s' one two 'three
'
printf -- '--- %s: %s, attempt %s\n' 'secret %s' '\t' 3
printf -- '- plan %s (%.12s)\n' secret secret-secret-secret
printf '%dh%02dm\n' 3 4
printf '  %-9s  %s\n' applied 'a secret'
printf '\140%s\140.\140%s\140\n' secret 'a`b'
printf "\047%s\047 100%% \\\\set %s %s\n" secret a b
printf '\r  %s\033[K\n' secret | od -An -c
printf '%s %s %s;\n' secret
printf '\n| step |\n%s\n' 'sécret'
printf 'and %s\t.\n' secret
printf plain
printf ''
printf '\n%s\n' "$(printf '%.3500s\t.\n' "$(printf '%s' secret | awk '{ for (i = 0; i < 1000; i++) printf "%s", $0 }')" | wc -c | tr -d ' ')"
printf '%s\n' lost 2>/dev/null >/dev/full || printf 'a full disk is told\n'
