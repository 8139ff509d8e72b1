"""The machine that scenarios and other scripts type at: QEMU as a child process, its console as
text without escapes, and the trace that QEMU writes of its vtd_* events.
"""
import os
import re
import subprocess
import time

import pexpect

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The variables of scripts/qemu, and EXTRA's devices.
VARS = ("QEMU", "VTD", "SMP", "MEM", "BOOT", "EXTRA", "CMDLINE", "DEVICES")
BOOT_LIMIT = 90  # seconds from the start of QEMU to the first prompt
WAIT_LIMIT = 10  # seconds until something that is waited for must have come
PROMPT = re.compile(r"(?:^|\n)\$ ")
DEATH = re.compile(r"^(panic|assertion failed)\b", re.M)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-B0]|[\x00\x07]")


class Failure(Exception):
    """Raised when going on is pointless. Its text is for people."""


def iommu_has(prop):
    """Says whether this QEMU's intel-iommu has such a property."""
    r = subprocess.run([os.environ.get("QEMU") or "qemu-system-x86_64", "-device", "intel-iommu,help"],
                       capture_output=True, text=True, check=False)
    return re.search(rf"^ *{re.escape(prop)}=", r.stdout, re.M) is not None


class Guest:
    """One boot: a QEMU, the text of its console, and its trace. `mark` is where the text begins that
    nobody has looked at."""

    def __init__(self, config, workdir):
        env = dict(config)
        os.makedirs(workdir, exist_ok=True)
        self.tracefile = os.path.join(workdir, "trace")
        self.logfile = open(os.path.join(workdir, "console"), "w", encoding="utf-8")
        extra = env["EXTRA"].replace("$T", workdir)
        if env["trace"]:
            extra += f" -trace vtd_* -D {self.tracefile}"
            open(self.tracefile, "w").close()
        if env.get("DMAR"):
            table = os.path.join(workdir, "dmar.bin")
            with open(table, "wb") as f:
                subprocess.run([os.path.join(TOP, "tests/guest/mkdmar"), env["DMAR"]],
                               stdout=f, check=True)
            extra += f" -acpitable file={table}"
        environ = dict(os.environ, EXTRA=extra, **{k: env[k] for k in VARS if k != "EXTRA"})
        # The scenario's words are its own; -trace's pattern must not meet the shell's globbing.
        self.child = pexpect.spawn(os.path.join(TOP, "scripts/qemu"), ["exec"], cwd=TOP,
                                   env=environ, echo=False, encoding="utf-8",
                                   codec_errors="replace", dimensions=(50, 400))
        self.child.delaybeforesend = None
        self.text = ""        # all output, cleaned
        self.raw = ""         # the tail that may still be half an escape
        self.mark = 0         # what lies before was looked at
        self.tracemark = 0
        self.ended = False

    def read(self, timeout):
        """Takes in what there is. False when nothing came in time."""
        try:
            data = self.child.read_nonblocking(65536, timeout)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            self.ended = True
            return False
        self.logfile.write(data)
        self.logfile.flush()
        self.raw += data.replace("\r", "")
        cut = self.raw.rfind("\x1b")
        if cut < 0 or ESCAPES.match(self.raw, cut):
            cut = len(self.raw)
        self.text += ESCAPES.sub("", self.raw[:cut])
        self.raw = self.raw[cut:]
        return True

    def prompt(self, limit):
        """Returns the output from the mark to the next prompt, and moves the mark behind it. Raises
        Failure when none comes in `limit` seconds, the kernel dies, or QEMU ends."""
        end = time.time() + limit
        while True:
            quiet = not self.read(0.02 if PROMPT.search(self.text, self.mark) else 0.3)
            if DEATH.search(self.text, self.mark):
                while self.read(0.5):
                    pass
                raise Failure("the kernel died")
            last = None
            for last in PROMPT.finditer(self.text, max(0, self.mark - 1)):
                pass
            if last and quiet:
                # A prompt at the end is one; one with text behind it is, once all is quiet.
                if last.end() == len(self.text) or not self.read(0.3):
                    out = self.text[self.mark:last.start() + 1]
                    self.mark = last.end()
                    return out
            if self.ended:
                raise Failure(f"QEMU ended, status {self.status()}")
            if time.time() > end:
                raise Failure(f"no prompt after {limit} s")

    def type(self, text):
        self.child.send(text)

    def trace_lines(self):
        """What QEMU has traced since trace_mark."""
        with open(self.tracefile, encoding="utf-8", errors="replace") as f:
            f.seek(self.tracemark)
            return f.read().splitlines()

    def trace_mark(self):
        if os.path.exists(self.tracefile):
            self.tracemark = os.path.getsize(self.tracefile)

    def status(self):
        """Ends QEMU if it still runs; its exit status, or minus the signal that ended it."""
        self.child.close(force=True)
        return self.child.exitstatus if self.child.exitstatus is not None \
            else -(self.child.signalstatus or 0)

    def end(self):
        """Ends QEMU and the log. Every Guest is ended."""
        if self.child.isalive():
            self.child.kill(9)
        self.child.close(force=True)
        self.logfile.close()

    def last_lines(self, n):
        return "\n".join("    | " + x for x in self.text.rstrip().split("\n")[-n:])
