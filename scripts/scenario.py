"""The language of scenarios: a file as the list of its lines, and what a line matches. Nothing
here knows a machine.

A scenario (.t) reads like a transcript:

    #: VTD=aw-bits=39 SMP=1       variables of this boot, before the first command
    # a comment
    $ edu 0:3.0 &                 typed at the prompt, verbatim
    [22] (re)                     what it prints, line by line: literal, or ending in
    edu 0:3.0: * bytes (glob)     (re) or (glob)
    ...                           any lines
    ? edu 0:3.0: .* (re)          wait, 10 s at most, for this line, whoever prints it
    > text                        typed while the command runs
    ^C                            a control character, likewise
    exit: 0                       QEMU ends by itself, with this status
    trace: A before B             QEMU's vtd_* trace since the last command: a line matching
                                  A, later one matching B (regular expressions)
    trace: no A                   no such line
    trace: 3 A                    at least 3 such lines

A line that a later `?` waits for may come anywhere. Named groups of an (re) line or a
trace, (?P<name>...), are filled in for %{name} further down.

In a Markdown file the blocks indented by a tab that begin with `$ ` are the scenario. Lines
of a block that do not come at once are waited for. Pids and addresses are examples: a `[22]`
stands for the pid printed there from then on, in commands too, and `at 0x10002000` for any
address.

Variables: those of scripts/qemu, and
    FRESH=1      a boot of its own (otherwise scenarios with equal variables share one)
    LIMIT=30     seconds a command may take
    NEEDS=x      a property of intel-iommu that QEMU must have; else the scenario is skipped
    DMAR=a|b     a firmware table made by tests/guest/mkdmar; a boot for each
"""
import fnmatch
import os
import re
import shlex
import sys

from machine import TOP, VARS

OWN = ("FRESH", "LIMIT", "DMAR", "NEEDS")


class Item:
    """One line of a scenario. Its kind is `$` (a command), `=` (what it prints), `?` (a line to wait
    for), `>` and `^` (what is typed meanwhile), `exit` or `trace`."""

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


class Scenario:
    """A file of scenarios' lines, and the variables of its boot."""

    def __init__(self, path, dmar=None):
        self.path = path
        self.name = os.path.relpath(path, TOP)
        self.vars, self.items, self.markdown = {}, [], path.endswith(".md")
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        if self.markdown:
            self.read_markdown(lines)
        else:
            self.read_transcript(enumerate(lines, 1))
        self.trace = any(i.kind == "trace" for i in self.items)
        if dmar:
            self.vars["DMAR"] = dmar
            self.name += f" [{dmar}]"

    def each(self):
        """This scenario, or one for each firmware table it names."""
        tables = self.vars.get("DMAR", "").split("|")
        return [Scenario(self.path, t) for t in tables] if len(tables) > 1 else [self]

    def read_markdown(self, lines):
        """Takes the blocks that are indented by a tab and begin with a command."""
        inside, block = False, []
        for n, line in enumerate(lines, 1):
            if line.startswith("\t$ "):
                inside = True
            elif not line.startswith("\t"):
                inside = False
                # <!-- #: VTD=none --> sets variables where no reader sees them
                m = re.match(r"<!-- (#: .*) -->$", line)
                if m:
                    block.append((n, m.group(1)))
            if inside:
                block.append((n, line[1:]))
        self.read_transcript(block)

    def read_transcript(self, lines):
        """Sorts (number, line) pairs into variables and items. Comments are left out."""
        for n, line in lines:
            line = line.rstrip()
            if line.startswith("#: "):
                for word in shlex.split(line[3:]):
                    key, eq, value = word.partition("=")
                    if not eq or key not in VARS + OWN:
                        sys.exit(f"{self.name}:{n}: unknown variable {word}")
                    self.vars[key] = value
            elif line.startswith("# ") or line == "#" or not line and not self.items:
                continue
            elif line.startswith("$ "):
                self.items.append(Item("$", line[2:], n))
            elif line.startswith(("? ", "> ")):
                self.items.append(Item(line[0], line[2:], n))
            elif re.match(r"\^[A-Z\\]$", line):
                self.items.append(Item("^", line[1], n))
            elif line.startswith(("exit: ", "trace: ")):
                kind, text = line.split(": ", 1)
                self.items.append(Item(kind, text, n))
            elif self.items:
                self.items.append(Item("=", line, n))
        while self.items and self.items[-1].kind == "=" and not self.items[-1].text:
            self.items.pop()

    def config(self):
        """What this scenario's boot depends on."""
        env = {k: os.environ.get(k, "") for k in VARS}
        env["BOOT"] = env["BOOT"] or "direct"
        env.update({k: v for k, v in self.vars.items() if k in VARS or k == "DMAR"})
        own = self.path if self.vars.get("FRESH") == "1" else ""
        return tuple(sorted(env.items())) + (("trace", self.trace), ("own", own))


class Patterns:
    """Matches expected lines, and remembers the values of named groups that it meets."""

    def __init__(self):
        self.values, self.pids = {}, {}

    def fill(self, text, escape):
        """Puts the values in for %{name}; escape: as parts of a regular expression."""
        def value(m):
            v = self.values.get(m.group(1), m.group(0))
            return re.escape(v) if escape else v
        return re.sub(r"%\{(\w+)\}", value, text)

    def match(self, want, line):
        """Says whether the line is what is wanted: literally, or by (re) or (glob)."""
        line = line.rstrip()
        if want.endswith(" (re)"):
            m = re.fullmatch(self.fill(want[:-5], True), line)
            if m:
                self.values.update(m.groupdict())
            return bool(m)
        if want.endswith(" (glob)"):
            return fnmatch.fnmatchcase(line, self.fill(want[:-7], False).replace("[", "[[]"))
        return self.fill(want, False) == line
