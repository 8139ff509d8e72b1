#!/usr/bin/python3
"""What #vtd/walk says with the qemu profile against what QEMU's unit does: tests/walk, booted."""
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# One instruction is a microsecond of the machine's time: edu's 100 ms pass soon.
EXTRA = "-device edu,dma_mask=0xffffffffffffffff,addr=3.0 -device isa-debug-exit,iobase=0xf4 -icount shift=10,sleep=off"


class Walk(unittest.TestCase):
    def test_500_states(self):
        """Each prediction is the fault record; every reason that tables can cause is among them,
        and states in which the manual's rules would have been wrong."""
        env = dict(os.environ, B="build/walk", BOOT="bare", DEVICES="none", EXTRA=EXTRA, SMP="1", MEM="128",
                   VTD="aw-bits=48,intremap=on")
        r = subprocess.run(["scripts/qemu", "run"], cwd=TOP, env=env, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, errors="replace", timeout=240, check=False)
        self.assertIn("states 500 right 500", r.stdout)
        reasons = {int(x, 16) for x in re.findall(r"^reason 0x(\w+) ", r.stdout, re.M)}
        self.assertEqual(reasons, {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14})
        self.assertGreater(int(re.search(r"^differ (\d+)", r.stdout, re.M).group(1)), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
