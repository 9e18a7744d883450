"""An operator's evening, from a file of commands: runs each in a bundle and prints what the screen showed.

    python3 story.py BUNDLE STORY

STORY holds a command a line. `$ COMMAND` is run by sh in the bundle's folder, with nobody at a terminal. `% COMMAND` is run at a
terminal of 80 columns; behind it, each `> TEXT :: ANSWER` waits until the screen says TEXT and types ANSWER and a line end (`^C` and
`^D` are the keys). What moves on the screen is left out. Blank lines and lines that begin with `#` are passed over.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

KEYS = {"^C": b"\x03", "^D": b"\x04"}


def quietly(command, home):
    done = subprocess.run(["sh", "-c", command], cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout, done.returncode


def at_a_terminal(command, home, dialogue):
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.chdir(home)
        os.environ["TERM"] = "xterm"
        os.execvp("sh", ["sh", "-c", command])
    words, seen, left, end = b"", 0, list(dialogue), time.time() + 240
    pressed = None
    while time.time() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                read = os.read(terminal, 65536)
            except OSError:
                break
            if not read:
                break
            words += read
        if left and left[0][0] in words[seen:].decode("utf8", "replace"):
            seen = len(words)
            answer = left.pop(0)[1]
            if answer in KEYS:
                # Nobody presses a key before the shell has begun to read: a signal that comes first waits for the end of the line.
                time.sleep(1)
            os.write(terminal, KEYS.get(answer, answer.encode() + b"\n"))
            pressed = (KEYS[answer], len(words), time.time()) if answer in KEYS else None
        if pressed and len(words) > pressed[1] + len("^C"):
            pressed = None
        if pressed and time.time() > pressed[2] + 10:
            # On a busy machine it came too early all the same: it is pressed again.
            os.write(terminal, pressed[0])
            pressed = (pressed[0], len(words), time.time())
    else:
        os.kill(pid, signal.SIGKILL)
        words += b"\n*** its time is up ***\n"
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    if left:
        words += f"\n*** never asked: {left} ***\n".encode()
    return words, os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def still(words):
    """What stands on the screen in the end: lines that were written over are gone."""
    text = words.decode("utf8", "replace").replace("\r\n", "\n").replace("^C^C", "^C")
    return "\n".join(re.sub(r"^.*\r\x1b\[K", "", line) for line in text.split("\n"))


def commands(story):
    found = []
    with open(story) as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("> "):
                found[-1][2].append(tuple(part.strip() for part in line[2:].split(" :: ")))
            elif line[:2] in ("$ ", "% "):
                found.append((line[0], line[2:], []))
    return found


home = os.path.abspath(sys.argv[1])
for kind, command, dialogue in commands(sys.argv[2]):
    words, status = quietly(command, home) if kind == "$" else at_a_terminal(command, home, dialogue)
    print(f"{kind} {command}\n{still(words).rstrip()}" + (f"\n[status {status}]" if status else "") + "\n", flush=True)
