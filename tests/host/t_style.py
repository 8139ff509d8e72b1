#!/usr/bin/python3
"""scripts/style finds what it is there to find: it is run on a small tree with one fault."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOOD = "int\none(void)\n{\n\treturn 1;\n}\n"


class Style(unittest.TestCase):
    def setUp(self):
        self.tree = tempfile.TemporaryDirectory()
        os.mkdir(os.path.join(self.tree.name, "scripts"))
        shutil.copy(os.path.join(TOP, ".clang-format"), self.tree.name)
        self.script = shutil.copy(os.path.join(TOP, "scripts/style"),
                                  os.path.join(self.tree.name, "scripts"))
        self.write("README.md", "")
        self.write("Makefile", "")

    def tearDown(self):
        self.tree.cleanup()

    def write(self, path, text):
        path = os.path.join(self.tree.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def style(self, text):
        self.write("kern/x.c", text)
        r = subprocess.run([self.script], capture_output=True, text=True, check=False)
        self.judged = "not judged" not in r.stderr
        self.assertEqual(r.returncode, 1 if r.stdout else 0)
        return r.stdout

    def test_good(self):
        self.assertEqual(self.style(GOOD), "")

    def test_layout(self):
        found = self.style(GOOD.replace("\treturn", "    return"))
        if not self.judged:
            self.skipTest("clang-format is of another version")
        self.assertRegex(found, "kern/x.c:[34]: clang-format lays it out otherwise")

    def test_fence(self):
        fenced = "/* clang-format off */\nint  a;\n/* clang-format on */\n"
        self.assertEqual(self.style(fenced), "")

    def test_width(self):
        self.assertEqual(self.style("/* " + "x" * 84 + " */\n"), "")
        self.assertEqual(self.style("/* " + "x" * 85 + " */\n"), "kern/x.c:1: 91 columns\n")

    def test_documents(self):
        name = "NOWHERE" + ".md"
        self.assertEqual(self.style(f"/* See {name}. */\n"),
                         f"kern/x.c:1: names {name}, which is not in the tree\n")
        self.assertEqual(self.style("/* See README" + ".md. */\n"), "")

    def test_sizes(self):
        long = "int\none(void)\n{\n" + "\tone();\n" * 58 + "}\n"
        self.assertEqual(self.style(long), "")
        self.assertEqual(self.style(long.replace("\tone();", "\tone();\n\tone();", 1)),
                         "kern/x.c:3: a function of 61 lines\n")
        self.assertEqual(self.style("int a;\n" * 450), "")
        self.assertEqual(self.style("int a;\n" * 451), "kern/x.c: 451 lines\n")


if __name__ == "__main__":
    unittest.main()
