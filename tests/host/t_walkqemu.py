#!/usr/bin/python3
"""What #vtd/walk says with the qemu profile against what QEMU's unit does: tests/walk, booted."""
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# One instruction is a microsecond of the machine's time: edu's 100 ms pass soon.
EXTRA = "-device edu,dma_mask=0xffffffffffffffff,addr=3.0 -device isa-debug-exit,iobase=0xf4 -icount shift=10,sleep=off"


def ask(*args):
    """What QEMU says of itself."""
    qemu = os.environ.get("QEMU") or "qemu-system-x86_64"
    return subprocess.run([qemu, *args], capture_output=True, text=True, check=False).stdout


def version():
    return ask("--version").split("\n")[0]


def has_first_stage():
    return "x-flts" in ask("-device", "intel-iommu,help")


class Walk(unittest.TestCase):
    def states(self, vtd, want):
        """Each prediction is the fault record; every reason that tables can cause is among them,
        and states in which the manual's rules would have been wrong."""
        env = dict(os.environ, B="build/walk", BOOT="bare", DEVICES="none", EXTRA=EXTRA, SMP="1", MEM="128",
                   VTD="aw-bits=48," + vtd)
        r = subprocess.run(["scripts/qemu", "run"], cwd=TOP, env=env, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, errors="replace", timeout=240, check=False)
        self.assertIn("states 500 right 500", r.stdout)
        reasons = {int(x, 16) for x in re.findall(r"^reason 0x(\w+) ", r.stdout, re.M)}
        self.assertEqual(reasons, want)
        self.assertGreater(int(re.search(r"^differ (\d+)", r.stdout, re.M).group(1)), 5)

    def test_500_states(self):
        self.states("intremap=on", {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14})

    def test_500_scalable(self):
        """7.2 has one reason for what is wrong between context entry and tables."""
        if " 7." not in version():
            self.skipTest("this QEMU's reasons are known with x-flts=on only")
        self.states("x-scalable-mode=on", {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 0x58, 0x87})

    def test_500_first_stage(self):
        if not has_first_stage():
            self.skipTest("this QEMU has no x-flts")
        self.states("x-scalable-mode=on,x-flts=on", {0, 1, 2, 9, 10, 11, 0x50, 0x51, 0x58, 0x59, 0x5b,
                                                     0x70, 0x71, 0x72, 0x73, 0x80, 0x81, 0x85, 0x87})


if __name__ == "__main__":
    unittest.main(verbosity=2)
