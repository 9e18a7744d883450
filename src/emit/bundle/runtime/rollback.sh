#!/bin/sh
#
# rollback: carries out the plan that this directory was built from.
#
#     ./rollback            where things stand, and what to type next
#     ./rollback help       every command and option
#
# This file finds its own directory, reads the library one idea at a time, and
# hands over. What the plan says stands beside it as data; nothing in the
# plan is ever evaluated as shell here.

set -u
umask 077
unset CDPATH ENV IFS
RBK_OPERATOR_LOCALE=${LC_ALL-}
LC_ALL=C
export LC_ALL RBK_OPERATOR_LOCALE

# What crashes would leave its memory in a file, secrets included. POSIX lacks the option, and the shells have it; a program that
# needs a core file can raise the limit for itself.
eval 'ulimit -S -c 0' 2>/dev/null || :

RBK_HOME=$(cd "$(dirname "$0")" && pwd -P) || exit 3
RBK_STATE=${RBK_STATE:-$RBK_HOME/state}
case $RBK_STATE in
    /*) ;;
    *) RBK_STATE=$(pwd -P)/$RBK_STATE ;;
esac
RBK_SHELL=${RBK_SHELL:-sh}
RBK_HOST=$(uname -n)
export RBK_HOME RBK_STATE RBK_SHELL RBK_HOST

# `command` keeps a shell from ending without a word when a file is missing.
use() {
    command . "$RBK_HOME/lib/$1.sh" || {
        printf 'rollback: cannot read %s\n' "$RBK_HOME/lib/$1.sh" >&2
        exit 3
    }
}

use values      # clocks, durations, names, sums
use printf      # ... written without a program
use say         # what people see
use redact      # what nobody may see
use journal     # what happened
use state       # what follows from it
use plan        # what the plan says
use params      # its parameters and secrets
use options     # the command line
use processes   # who is alive, and how to stop it
use lock        # one operator at a time
use claims      # ... on each database too
use child       # a step's process: its output, its time, its end
use ask         # a person at a terminal, or nobody
use program     # steps.sh, call by call
use list        # ... counted and looked up
use dryrun      # ... shown
use time        # ... and how long it still takes
use names       # what the options may speak of
use walk        # ... carried out: phases and blocks
use decide      # choices and decisions
use guard       # may this step run?
use settle      # did that step happen?
use step        # one step, from its guards to its verification
use change      # ... what it means for its change
use manual      # ... done by a person
use fallback    # what happens when it fails
use parallel    # steps side by side
use artifact    # backups that were taken
use message     # what people are told
use loss        # what is lost by starting a scenario now
use gate        # may this scenario start?
use run         # a program from its first step to its outcome
use preflight   # the command check
use status      # where things stand
use report      # what happened, for those who were asleep
use commands    # one function a command

main "$@"
