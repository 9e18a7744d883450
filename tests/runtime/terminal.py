"""The runner at a terminal: what people type is heard, a wrong word is not, and Ctrl-C and a hangup end it at once.

The environment is that of the scripts: RBK_SHELL, RBK_SOURCE, RBK_TESTS, RBK_WORK.
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

SHELL = os.environ["RBK_SHELL"].split()
SOURCE, TESTS, WORK = (os.environ[name] for name in ("RBK_SOURCE", "RBK_TESTS", "RBK_WORK"))
ENGINES = "url postgres sqlite sql http check backup edit host flag".split()
failures = []


class Bundle:
    """The small plan in a folder of its own, and whoever sits before it."""

    def __init__(self, name, **environment):
        self.place = os.path.join(WORK, name)
        self.home = os.path.join(self.place, "bundle")
        shutil.copytree(os.path.join(TESTS, "plan"), self.home)
        shutil.copytree(os.path.join(SOURCE, "runtime/lib"), os.path.join(self.home, "lib"))
        shutil.copy(os.path.join(SOURCE, "runtime/rollback.sh"), os.path.join(self.home, "rollback"))
        for engine in ENGINES:
            shutil.copy(os.path.join(TESTS, "stand-in.sh"), os.path.join(self.home, "lib", engine + ".sh"))
        sums = "find . -type f -exec sha256sum {} + | sort -k 2 >../sums && mv ../sums SHA256SUMS"
        subprocess.run(["sh", "-c", sums], cwd=self.home, check=True)
        self.environment = dict(
            os.environ, PLACE=self.place, TOKEN="sekrit", DB_URL="postgres://u:p%40ssw0rd@h/db", TERM="xterm", **environment
        )

    def run(self, *arguments):
        """Without a terminal; returns the status."""
        command = [*SHELL, "./rollback", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.run(command, cwd=self.home, env=self.environment, stdin=quiet, stdout=quiet, stderr=quiet).returncode

    def start(self, *arguments):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.home)
            os.execvpe(SHELL[0], [*SHELL, "./rollback", *arguments], self.environment)
        return pid, terminal

    def type(self, arguments, *dialogue, seconds=60):
        """At a terminal: each of the dialogue is what is waited for and what is then typed. Returns the status and all words."""
        pid, terminal = self.start(*arguments)
        words, seen, left, end = b"", 0, list(dialogue), time.time() + seconds
        while time.time() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    read = os.read(terminal, 65536)
                except OSError:
                    break
                if not read:
                    break
                words += read
            if left and re.search(left[0][0], words[seen:].decode("utf8", "replace")):
                seen = len(words)
                answer = left.pop(0)[1]
                if callable(answer):
                    answer(pid)
                else:
                    os.write(terminal, answer.encode())
        else:
            os.kill(pid, signal.SIGKILL)
            left.append("its time is up")
        status = ended(os.waitpid(pid, 0)[1])
        os.close(terminal)
        return (f"{status}, waiting for {left}" if left else status), words.decode("utf8", "replace")

    def file(self, name, text=""):
        with open(os.path.join(self.place, name), "w") as file:
            file.write(text)

    def remove(self, name):
        os.remove(os.path.join(self.place, name))

    def journal(self):
        with open(os.path.join(self.home, "state/journal")) as file:
            return file.read()

    def locked(self):
        return os.path.exists(os.path.join(self.home, "state/lock"))

    def stopped(self, name):
        """Has the process of a waiting step ended? A zombie has."""
        with open(os.path.join(self.place, name + ".pid")) as file:
            pid = file.read().strip()
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True


def ended(status):
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def holds(name, fact, words=""):
    if not fact:
        failures.append(name)
        print(f"FAILED  {name}\n{words[-1500:]}")


def ends(name, status, came):
    holds(f"{name} (status {came[0]}, expected {status})", came[0] == status, came[1])


def decisions_and_gates():
    bundle = Bundle("gates")
    ends("prepare", 0, (bundle.run("prepare"), ""))
    came = bundle.type(["forward"], (r"proceed.*:", "wrong\n"), (r"proceed.*:", "proceed\n"))
    ends("a decision is typed", 0, came)
    holds("a terminal has colour", "\033[1m" in came[1], came[1])
    ends("a gate and a slot are typed", 0, bundle.type(["run", "back"], ("Type .back. to go on", "back\n"), ("next update", "soon\n")))
    holds("the journal says that it was typed", "answered\tback\tback\ttyped" in bundle.journal())
    bundle.run("prepare")
    bundle.run("forward", "--approve", "proceed=proceed")
    ends("no at a gate", 4, bundle.type(["run", "back"], ("Type .back. to go on", "no\n")))
    ends("the end of input at a gate", 4, bundle.type(["resume"], ("Type .back. to go on", "\x04")))
    ends("Ctrl-C at a gate", 130, bundle.type(["resume"], ("Type .back. to go on", "\x03")))
    holds("it gives back the lock", not bundle.locked())
    ends("TERM at a gate", 143, bundle.type(["resume"], ("Type .back. to go on", lambda pid: os.kill(pid, signal.SIGTERM))))
    misses = [("Type .back. to go on", "y\n"), ("Type .back.", "yes\n"), ("Type .back.", "b\n")]
    ends("three wrong words", 4, bundle.type(["resume"], *misses))
    ends("abort", 0, (bundle.run("abort"), ""))


def approvals():
    bundle = Bundle("approvals")
    bundle.run("prepare")
    bundle.run("forward", "--approve", "proceed=proceed")
    ends("nobody approves for themselves", 4, bundle.type(["run", "other", "--operator", "Ann"], ("Who approves", "Ann\n")))
    bundle.file("main-how", "ok")
    dialogue = [("Who approves", "Bob\n"), ("Type .other.", "other\n"), ("Which one", "careful\n"), ("yes. to go on", "yes\n")]
    ends("another person approves", 0, bundle.type(["resume", "--operator", "Ann"], *dialogue))


def manual_steps():
    bundle = Bundle("manual")
    bundle.run("prepare")
    bundle.run("forward", "--approve", "proceed=proceed")
    dialogue = [
        ("Type .other.", "other\n"),
        ("Which one", "careful\n"),
        ("done. to go on", "done\n"),
        ("fb-2. to go on", "fb-2\n"),
        ("yes. to go on", "no\n"),
    ]
    ends("by hand, confirmed, and a no at the end", 3, bundle.type(["run", "other", "--accept-loss", "--as", "Bob"], *dialogue))


def questions_choices_and_notes():
    bundle = Bundle("asked")
    bundle.run("prepare")
    dialogue = [
        ("office informed", "yes\n"),
        ("door shut", "yes\n"),
        ("Type .asks.", "asks\n"),
        ("Which ones", "left top\n"),
        ("next update", "at noon\n"),
        ("Which one", "no\n"),
    ]
    ends("asked beforehand, chosen, noted", 0, bundle.type(["run", "asks"], *dialogue))
    holds("the note is on record", "recorded\tnext-update\tat noon" in bundle.journal(), bundle.journal())


def interrupted_steps():
    bundle = Bundle("interrupted")
    bundle.run("prepare")
    bundle.file("hold-a")
    both = "(?s)doing a.*of 1m|of 1m.*doing a"
    came = bundle.type(["forward", "one"], (both, "\x03"))
    ends("Ctrl-C in a step", 130, came)
    holds("is on record", "interrupted\tdo-a" in bundle.journal())
    holds("gives back the lock", not bundle.locked())
    holds("stops the step", bundle.stopped("a"))
    bundle.remove("hold-a")
    bundle.remove("a")
    ends("its check says that it was not done", 0, bundle.type(["resume"]))

    bundle = Bundle("unknown", NO_COLOR="1")
    came = bundle.type([])
    ends("status", 0, came)
    holds("NO_COLOR is heeded", "\033[" not in came[1], came[1])
    bundle.run("prepare")
    bundle.file("fail-b")
    bundle.run("forward", "--approve", "proceed=proceed")
    bundle.remove("fail-b")
    ends("done or redo is asked", 0, bundle.type(["resume"], ("`done` or `redo`", "redo\n")))


def hangup():
    bundle = Bundle("hangup")
    bundle.run("prepare")
    bundle.file("hold-a")
    pid, terminal = bundle.start("forward", "one")
    words = b""
    while b"doing a" not in words or not os.path.exists(os.path.join(bundle.place, "a.pid")):
        if select.select([terminal], [], [], 0.1)[0]:
            words += os.read(terminal, 65536)
    os.close(terminal)
    holds("a hangup ends it as HUP", ended(os.waitpid(pid, 0)[1]) == 129)
    holds("is on record", "interrupted\tdo-a" in bundle.journal(), bundle.journal())
    holds("gives back the lock", not bundle.locked())
    holds("stops the step", bundle.stopped("a"))


decisions_and_gates()
approvals()
manual_steps()
questions_choices_and_notes()
interrupted_steps()
hangup()
print(f"terminal.py: {len(failures)} failed")
sys.exit(1 if failures else 0)
