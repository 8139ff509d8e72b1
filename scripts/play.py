"""Playing a scenario at the prompt of a guest: its commands are typed, and what is printed is
compared with what it says. A difference is noted and the scenario goes on; only what makes going
on pointless ends it.
"""
import re
import time

from machine import DEATH, WAIT_LIMIT, Failure
from scenario import Patterns


class Run:
    """One scenario at one guest's prompt. run() raises Failure with all that differed."""

    def __init__(self, scenario, guest):
        self.s, self.g, self.p = scenario, guest, Patterns()
        self.limit = float(scenario.vars.get("LIMIT", 30))
        self.aside = []   # lines that came before the `?` that waits for them
        self.at = 0       # index of the item being done
        self.wrong = []   # what differed; the scenario goes on after it

    def fail(self, item, text):
        """Ends the scenario here."""
        raise Failure("\n    ".join(self.wrong + [f"{self.s.name}:{item.line}: {text}"]))

    def differs(self, item, text):
        """Notes a difference; the scenario goes on."""
        self.wrong.append(f"{self.s.name}:{item.line}: {text}")

    def run(self):
        # What the scenario before left running may still speak: none of this one's lines.
        while self.g.read(0.3):
            pass
        self.g.mark = len(self.g.text)
        self.run_items()
        if self.wrong:
            raise Failure("\n    ".join(self.wrong))

    def run_items(self):
        """Takes a command and what belongs to it at a time."""
        items, i = self.s.items, 0
        while i < len(items):
            self.at = i
            if items[i].kind == "$":
                j = i + 1
                while j < len(items) and items[j].kind in "=?>^":
                    j += 1
                self.command(items[i:j])
                i = j
            else:
                self.check(items[i])
                i += 1

    def command(self, group):
        """Types a command and what is to be typed while it runs, and compares what it prints."""
        first, rest = group[0], group[1:]
        inputs = [k for k, it in enumerate(rest) if it.kind in ">^"]
        self.g.trace_mark()
        self.leftover()
        typed = [self.examples(first.text)]
        self.g.type(typed[0] + "\r")
        during = rest[:inputs[-1] + 1] if inputs else []
        for it in during:
            if it.kind == "?":
                self.wait(it)
            elif it.kind == ">":
                typed.append(it.text)
                self.g.type(it.text + "\r")
            elif it.kind == "^":
                typed.append("^" + it.text)
                self.settle()
                self.g.type(chr(ord(it.text) & 31))
        if any(it.kind == "exit" for it in self.s.items[self.at:self.at + len(group) + 1]):
            self.compare(first, [it for it in rest if it.kind == "="], self.until_end(), typed)
            return
        try:
            out = self.g.prompt(self.limit)
        except Failure as e:
            self.fail(first, f"$ {first.text}\n    {e}")
        self.compare(first, [it for it in rest if it.kind == "="], out, typed)
        for it in rest[len(during):]:
            if it.kind == "?":
                self.wait(it)

    def settle(self):
        """Lets what was typed take effect: a key is meant for the program, not for the shell."""
        end = time.time() + 0.4
        while time.time() < end:
            self.g.read(0.1)

    def until_end(self):
        """What is printed until QEMU ends."""
        end = time.time() + self.limit
        while not self.g.ended and time.time() < end:
            self.g.read(0.2)
        out, self.g.mark = self.g.text[self.g.mark:], len(self.g.text)
        return out

    def leftover(self):
        """Lines behind the last prompt: what `?` may still ask for."""
        while self.g.read(0):
            pass
        self.aside += [x for x in self.g.text[self.g.mark:].split("\n") if x]
        self.g.mark = len(self.g.text)

    def examples(self, text):
        """In Markdown, a pid met before as an example stands for the real one."""
        if self.s.markdown:
            text = re.sub(r"\b\d+\b", lambda m: self.p.pids.get(m.group(), m.group()), text)
        return self.p.fill(text, False)

    def expected(self, text, line):
        """Says whether the line is the expected one. In Markdown, pids and addresses are examples."""
        if self.s.markdown:
            want, got = re.fullmatch(r"\[(\d+)\]", text), re.fullmatch(r"\[(\d+)\]", line)
            if want and got:
                self.p.pids[want.group(1)] = got.group(1)
            text = re.sub(r"(?<![\w.:-])\d+\b", lambda m: self.p.pids.get(m.group(), m.group()), text)
            text, line = (re.sub(r"\bat 0x[0-9a-f]+", "at 0x", x) for x in (text, line))
        return self.p.match(text, line)

    def compare(self, first, wants, out, typed):
        """Compares the output of command `first` with the lines it is to print. What a later `?`
        waits for may come in between and is set aside."""
        lines = out.split("\n")
        if lines and not lines[-1]:
            lines.pop()
        for text in typed:        # the console's echo
            for k, line in enumerate(lines):
                if line.endswith(text):
                    del lines[k]
                    break
        later = [it.text for it in self.s.items[self.at:] if it.kind == "?"]

        def match(i, j, aside):
            """wants[i:] against lines[j:]; the lines set aside, or None."""
            while True:
                if i < len(wants) and wants[i].text == "...":
                    for k in range(j, len(lines) + 1):
                        r = match(i + 1, k, aside + lines[j:k])
                        if r is not None:
                            return r
                    return None
                if j < len(lines) and i < len(wants) and self.expected(wants[i].text, lines[j]):
                    i, j = i + 1, j + 1
                elif j < len(lines) and any(self.expected(w, lines[j]) for w in later):
                    aside, j = aside + [lines[j]], j + 1
                elif i == len(wants) and j == len(lines):
                    return aside
                else:
                    return None

        aside = match(0, 0, [])
        if aside is None and self.s.markdown:
            # What a background process says is written where it usually comes.
            for k in range(len(wants) - 1, -1, -1):
                rest, wants = wants[k:], wants[:k]
                later = [it.text for it in rest]
                aside = match(0, 0, [])
                if aside is not None:
                    self.aside += aside
                    for it in rest:
                        self.wait(it)
                    return
                wants = wants + rest
        if aside is None:
            self.differs(first, f"$ {first.text}\n{self.diff(wants, lines)}")
        self.aside += aside or []

    def diff(self, wants, lines):
        """Output and expectation side by side, enough to see what went wrong."""
        rows, i = [], 0
        for line in lines:
            if i < len(wants) and wants[i].text == "...":
                if i + 1 < len(wants) and self.expected(wants[i + 1].text, line):
                    i += 2
                rows.append("      " + line)
            elif i < len(wants) and self.expected(wants[i].text, line):
                rows.append("      " + line)
                i += 1
            else:
                rows.append("    + " + line)
        rows += ["    - " + w.text for w in wants[i:] if w.text != "..."]
        return "\n".join(rows)

    def wait(self, item):
        """Waits until the line of a `?` has come."""
        end = time.time() + WAIT_LIMIT
        while True:
            new = self.g.text[self.g.mark:].split("\n")
            # The last piece has no end yet: it stays, it may be a prompt.
            for k, line in enumerate(self.aside):
                if self.expected(item.text, line):
                    del self.aside[k]
                    return
            pos = self.g.mark
            for line in new[:-1]:
                pos += len(line) + 1
                bare = line[2:] if line.startswith("$ ") else line
                if self.expected(item.text, bare) or self.expected(item.text, line):
                    skipped = self.g.text[self.g.mark:pos].split("\n")[:-2]
                    self.aside += [x for x in skipped if x]
                    self.g.mark = pos
                    return
            if DEATH.search(self.g.text, self.g.mark):
                self.fail(item, "the kernel died")
            if time.time() > end:
                self.differs(item, f"? {item.text}\n    did not appear in {WAIT_LIMIT} s")
                return
            if not self.g.read(0.1) and self.g.ended:
                self.fail(item, f"? {item.text}\n    QEMU ended, status {self.g.status()}")

    def check(self, item):
        """Does an item that stands alone."""
        if item.kind == "exit":
            if not self.g.ended:
                self.fail(item, "QEMU still runs")
            if str(self.g.status()) != item.text:
                self.fail(item, f"QEMU ended with {self.g.status()}, want {item.text}")
        elif item.kind == "trace":
            self.check_trace(item)
        elif item.kind == "?":
            self.wait(item)
        else:
            self.fail(item, "out of place here")

    def check_trace(self, item):
        """Holds QEMU's trace since the last command against a `trace:` line."""
        lines = self.g.trace_lines()

        def find(pattern, start):
            for k in range(start, len(lines)):
                m = re.search(self.p.fill(pattern, True), lines[k])
                if m:
                    self.p.values.update(m.groupdict())
                    return k
            return None

        text = item.text
        if text.startswith("no "):
            if find(text[3:], 0) is not None:
                self.differs(item, f"trace: {lines[find(text[3:], 0)]}")
            return
        m = re.match(r"(\d+) (.*)", text)
        if m:
            n = sum(1 for x in lines if re.search(self.p.fill(m.group(2), True), x))
            if n < int(m.group(1)):
                self.differs(item, f"trace: {n} lines match {m.group(2)}, want {m.group(1)}")
            return
        at = 0
        for pattern in text.split(" before "):
            k = find(pattern, at)
            if k is None:
                tail = "\n".join("    | " + x for x in lines[-20:])
                self.differs(item, f"trace: nothing (more) matches {pattern}\n{tail}")
                return
            at = k + 1
