echo main
case $(cat "$PLACE/main-how" 2>/dev/null) in
    hang)
        sh "$RBK_HOME/waits.sh" child &
        sh "$RBK_HOME/waits.sh" main
        ;;
    ok) exit 0 ;;
esac
exit 3
