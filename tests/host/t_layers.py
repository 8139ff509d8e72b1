#!/usr/bin/python3
"""scripts/layers finds an include that runs the wrong way, and only that: it is run on small
trees in which one arrow has been planted."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Layers(unittest.TestCase):
    def setUp(self):
        self.tree = tempfile.TemporaryDirectory()
        os.mkdir(os.path.join(self.tree.name, "scripts"))
        self.script = shutil.copy(os.path.join(TOP, "scripts/layers"),
                                  os.path.join(self.tree.name, "scripts"))

    def tearDown(self):
        self.tree.cleanup()

    def write(self, path, text):
        path = os.path.join(self.tree.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def layers(self):
        r = subprocess.run([self.script], capture_output=True, text=True, check=False)
        self.assertEqual(r.stderr, "")
        self.assertEqual(r.returncode, 1 if r.stdout else 0)
        return r.stdout

    def test_right(self):
        self.write("kern/proc.c", '#include "kern/proc.h"\n#include "arch/arch.h"\n')
        self.write("dev/iommu.c", '#include "dev/assign/assign.h"\n#include <stdint.h>\n')
        self.write("dev/vtd/units.c", '#include "dev/vtd/vtd.h"\n')
        self.write("user/bin/ls.c", '#include <stdio.h>\n#include "user/lib/pcidev.h"\n')
        self.assertEqual(self.layers(), "")

    def test_planted(self):
        for path, header, room in (("kern/proc.c", "dev/assign/assign.h", "kern"),
                                   ("dev/vtd/units.c", "kern/log.h", "dev/vtd"),
                                   ("dev/pci.c", "dev/vtd/vtd.h", "dev"),
                                   ("dev/assign/owner.c", "dev/text/iommufmt.h", "dev/assign"),
                                   ("user/sh/run.c", "kern/proc.h", "user/sh")):
            with self.subTest(path=path):
                self.write(path, f'/* head */\n#include "{header}"\n')
                self.assertEqual(self.layers(), f"{path}:2: {room} may not include {header}\n")
                self.write(path, "")

    def test_library(self):
        self.write("kern/fmt.c", "#include <stdio.h>\n")
        self.assertEqual(self.layers(), "kern/fmt.c:1: the kernel may not include <stdio.h>\n")

    def test_hosted(self):
        self.write("kern/errno.h", "#if __STDC_HOSTED__\n#include <errno.h>\n#else\n#endif\n")
        self.assertEqual(self.layers(), "")
        self.write("kern/errno.h", "#if __STDC_HOSTED__\n#else\n#include <errno.h>\n#endif\n")
        self.assertEqual(self.layers(), "kern/errno.h:3: the kernel may not include <errno.h>\n")

    def test_new_room(self):
        self.write("dev/attic/x.c", "\n")
        self.assertEqual(self.layers(),
                         "dev/attic/x.c: no room of this name is in the table of scripts/layers\n")

    def test_circle(self):
        with open(self.script, encoding="utf-8") as f:
            text = f.read()
        with open(self.script, "w", encoding="utf-8") as f:
            f.write(text.replace('"dev/assign": [', '"dev/assign": ["dev/text/*.h", '))
        self.assertIn("the table has a circle: dev/assign and dev/text", self.layers())


if __name__ == "__main__":
    unittest.main()
