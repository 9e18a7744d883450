# printf.sh: `printf` in a shell to which it is a program.
#
# Everybody on the machine sees what a program is given. mksh has `print` of its own, which writes a text as it is: here the
# format is filled in. What is printed goes out as one write, as a line of the journal must.

# printf_escape: takes the escape at the beginning of printf_rest into printf_text.
printf_escape() {
    case $printf_rest in
        \\[0-7]*) printf_after=${printf_rest#????} ;;
        *) printf_after=${printf_rest#??} ;;
    esac
    printf_sign=${printf_rest%"$printf_after"}
    printf_rest=$printf_after
    case $printf_sign in
        \\n) printf_text=$printf_text$NEWLINE ;;
        \\t) printf_text=$printf_text$TAB ;;
        *) printf_text=$printf_text$(command printf "$printf_sign") ;;
    esac
}

# printf_conversion VALUE: takes the conversion at the beginning of printf_rest, with the value, into printf_text. One that has a width
# is left to the program: no secret is a number or a state.
printf_conversion() {
    printf_flags=${printf_rest#%}
    printf_flags=${printf_flags%%[sd]*}
    printf_rest=${printf_rest#%"$printf_flags"}
    printf_letter=${printf_rest%"${printf_rest#?}"}
    printf_rest=${printf_rest#?}
    case $printf_flags in
        '') printf_text=$printf_text$1 ;;
        .*)
            if [ "${#1}" -le "${printf_flags#.}" ]; then
                printf_text=$printf_text$1
            else
                printf_text=$printf_text$(print -r -- "$1" | cut -b "1-${printf_flags#.}")
            fi
            ;;
        *) printf_text=$printf_text$(command printf "%$printf_flags$printf_letter" "$1") ;;
    esac
}

printf_filled() {
    printf_text=''
    [ "$1" != -- ] || shift
    printf_format=$1
    shift
    while :; do
        printf_values=$#
        printf_rest=$printf_format
        while [ -n "$printf_rest" ]; do
            case $printf_rest in
                \\*) printf_escape ;;
                %%*)
                    printf_rest=${printf_rest#??}
                    printf_text=$printf_text%
                    ;;
                %*)
                    printf_conversion "${1-}"
                    [ "$#" -eq 0 ] || shift
                    ;;
                *)
                    printf_text=$printf_text${printf_rest%%[\\%]*}
                    printf_rest=${printf_rest#"${printf_rest%%[\\%]*}"}
                    ;;
            esac
        done
        # A format is used again as long as there are values for it.
        case $# in 0 | "$printf_values") break ;; esac
    done
}

case $(command -v printf) in
    */*)
        if [ "$(command -v print)" = print ]; then
            printf() {
                printf_filled "$@"
                print -rn -- "$printf_text"
            }
        fi
        ;;
esac
