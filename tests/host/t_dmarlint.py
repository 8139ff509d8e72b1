#!/usr/bin/python3
"""build/host/dmarlint as its users see it: real and damaged tables where the collection lies
beside the tree, tables made here at random with what they must decode to, every verdict,
hostile bytes, hostile names, and files that cannot be read. The program is run as users have
it and once more under the sanitizers."""
import glob
import json
import os
import random
import struct
import subprocess
import tempfile
import unittest

TABLES = "../shared/dmar-tables/"
PROGRAMS = ["build/host/dmarlint", "build/host/san/dmarlint"]
STATUS = {"accept": 0, "accept_with_warning": 1, "skip_structure": 1, "reject_table": 2}


# ---- making tables: bytes and, told apart from the parser, what they mean ----

def header(body, *, width=38, flags=1, revision=1, length=None, signature=b"DMAR", sum_off=0):
    length = 48 + len(body) if length is None else length
    t = struct.pack("<4sIBB6s8sI4sIBB10s", signature, length, revision, 0, b"BAILEY", b"TESTLINT",
                    7, b"TEST", 0x01020304, width, flags, bytes(range(10))) + body
    checksum = (-sum(t) + sum_off) & 255
    return t[:9] + bytes([checksum]) + t[10:]


def scope(kind, path, flags=0, reserved=0, ident=0, bus=0, length=None):
    length = 6 + 2 * len(path) if length is None else length
    return (struct.pack("<BBBBBB", kind, length, flags, reserved, ident, bus)
            + bytes(x for hop in path for x in hop))


def drhd(base=0xfed90000, flags=1, size=0, segment=0, scopes=b"", length=None):
    return struct.pack("<HHBBHQ", 0, 16 + len(scopes) if length is None else length, flags, size,
                       segment, base) + scopes


def rmrr(base=0x7e000000, limit=0x7e0fffff, segment=0, scopes=scope(1, [(2, 0)])):
    return struct.pack("<HHHHQQ", 1, 24 + len(scopes), 0, segment, base, limit) + scopes


def andd(name=b"\\_SB.PCI0.I2C0\0", number=1):
    return struct.pack("<HH3xB", 4, 8 + len(name), number) + name


GOOD = drhd(scopes=scope(1, [(2, 0)]), flags=0) + drhd(0xfed91000)

SCOPE_NAMES = {1: "pci_endpoint", 2: "pci_bridge", 3: "ioapic", 4: "hpet", 5: "acpi_namespace"}
TYPE_NAMES = ["DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC", "SIDP"]


class Maker:
    """A random table that is right, and its JSON."""

    def __init__(self, seed):
        self.rnd = random.Random(seed)
        self.body, self.structures = b"", []

    def scopes(self):
        data, values = b"", []
        for _ in range(self.rnd.randrange(4)):
            r = self.rnd.randrange
            path = [(r(32), r(8)) for _ in range(self.rnd.choice((1, 1, 1, 2, 3, 8)))]
            kind, flags, reserved, ident, bus = r(1, 6), r(256), r(256), r(256), r(256)
            values.append({"at": len(data), "type": kind, "type_name": SCOPE_NAMES[kind],
                           "path": [list(h) for h in path], "length": 6 + 2 * len(path),
                           "flags": flags, "reserved": reserved, "enumeration_id": ident,
                           "start_bus": bus})
            data += scope(kind, path, flags, reserved, ident, bus)
        return data, values

    def add(self, kind, fixed, fields, scopes=None):
        """fixed: the bytes after type and length. fields: as in JSON."""
        offset = 48 + len(self.body)
        data, values = scopes if scopes else (b"", None)
        length = 4 + len(fixed) + len(data)
        s = {"index": len(self.structures), "offset": offset, "type": kind,
             "type_name": TYPE_NAMES[kind], "length": length, **fields}
        if values is not None:
            s["scopes"] = [{"offset": offset + 4 + len(fixed) + v["at"],
                            **{k: x for k, x in v.items() if k != "at"}} for v in values]
        self.structures.append(s)
        self.body += struct.pack("<HH", kind, length) + fixed + data

    def drhd(self, i):
        flags, size, segment = self.rnd.randrange(2), self.rnd.randrange(256), self.rnd.randrange(3)
        base = 0xfe000000 + i * 4096
        self.add(0, struct.pack("<BBHQ", flags, size, segment, base),
                 {"flags": flags, "reserved": size, "segment": segment,
                  "register_base": f"0x{base:016x}", "include_all": flags == 1,
                  "size_log2_pages": size & 15}, self.scopes())

    def rmrr(self, _):
        base = self.rnd.randrange(1 << 26) << 12
        limit = base + (self.rnd.randrange(1, 256) << 12) - 1
        reserved, segment = self.rnd.randrange(1 << 16), self.rnd.randrange(1 << 16)
        self.add(1, struct.pack("<HHQQ", reserved, segment, base, limit),
                 {"reserved": reserved, "segment": segment, "base": f"0x{base:016x}",
                  "limit": f"0x{limit:016x}"}, self.scopes())

    def ports(self, kind, flag):
        flags, reserved, segment = (self.rnd.randrange(256) for _ in range(3))
        self.add(kind, struct.pack("<BBH", flags, reserved, segment),
                 {"flags": flags, "reserved": reserved, "segment": segment, flag: flags & 1 == 1},
                 self.scopes())

    def rhsa(self, _):
        reserved, base, domain = (self.rnd.getrandbits(n) for n in (32, 64, 32))
        self.add(3, struct.pack("<IQI", reserved, base, domain),
                 {"reserved": reserved, "base": f"0x{base:016x}", "proximity_domain": domain})

    def andd(self, _):
        name = bytes(self.rnd.randrange(1, 256) for _ in range(self.rnd.randrange(12)))
        reserved, number = self.rnd.getrandbits(24), self.rnd.randrange(256)
        pad = bytes(self.rnd.randrange(3))
        self.add(4, reserved.to_bytes(3, "little") + bytes([number]) + name + b"\0" + pad,
                 {"reserved": reserved, "device_number": number,
                  "device_name": name.decode("latin-1"), "device_name_field_len": len(name) + 1})

    def sidp(self, _):
        reserved, segment = self.rnd.randrange(1 << 16), self.rnd.randrange(1 << 16)
        self.add(6, struct.pack("<HH", reserved, segment),
                 {"reserved": reserved, "segment": segment}, self.scopes())

    def table(self):
        for i in range(self.rnd.randrange(1, 4)):
            self.drhd(i)
        for kind, make in ((1, self.rmrr), (2, lambda i: self.ports(2, "all_ports")),
                           (3, self.rhsa), (4, self.andd),
                           (5, lambda i: self.ports(5, "atc_required")), (6, self.sidp)):
            for i in range(self.rnd.randrange(3)):
                make(i)
        flags, width = self.rnd.randrange(256), self.rnd.randrange(38, 52)
        data = header(self.body, width=width, flags=flags, revision=self.rnd.randrange(1, 5))
        return data, {
            "signature": "DMAR", "length": len(data), "revision": data[8], "checksum": data[9],
            "oem_revision": 7, "creator_revision": 0x01020304, "haw_field": width,
            "host_address_width": width + 1, "flags": flags,
            "reserved": "00010203040506070809",
            "flags_decoded": {"intr_remap": flags & 1 != 0, "x2apic_opt_out": flags & 2 != 0,
                              "dma_ctrl_platform_opt_in": flags & 4 != 0}}


# what is wrong, the table, its verdict, words of a warning, the structure it names
WRONG = [
    ("empty", b"", "reject_table", "shorter than its header", None),
    ("half a header", header(GOOD)[:30], "reject_table", "shorter than its header", None),
    ("header only", header(b"", length=36)[:36], "reject_table", "shorter than its header", None),
    ("another table", header(GOOD, signature=b"APIC"), "reject_table", "signature", None),
    ("length 0", header(GOOD, length=0), "reject_table", "does not fit", None),
    ("length 47", header(GOOD, length=47), "reject_table", "does not fit", None),
    ("length ffffffff", header(GOOD, length=0xffffffff), "reject_table", "64 KiB", None),
    ("cut file", header(GOOD)[:-1], "reject_table", "does not fit", None),
    ("100000 bytes", header(GOOD.ljust(99952, b"\0")), "reject_table", "64 KiB", None),
    ("checksum", header(GOOD, sum_off=1), "reject_table", "checksum", None),
    ("width 1", header(GOOD, width=0), "reject_table", "below one page", None),
    ("width 11", header(GOOD, width=10), "reject_table", "below one page", None),
    ("width 64", header(GOOD, width=63), "accept_with_warning", "above 52", None),
    ("width 32", header(GOOD, width=31), "accept_with_warning", "unlikely host address", None),
    ("revision 255", header(GOOD, revision=255), "accept_with_warning", "revision", None),
    ("no structure", header(b""), "reject_table", "no usable hardware unit", None),
    ("length 0 first", header(b"\0\0\0\0" + GOOD), "reject_table", "below 4", 0),
    ("length 3 later", header(GOOD + b"\1\0\3\0"), "reject_table", "below 4", 2),
    ("past the end", header(GOOD + b"\1\0\xff\xff"), "reject_table", "passes the end", 2),
    ("1 byte more", header(GOOD + b"\0"), "accept_with_warning", "after the last", None),
    ("3 bytes more", header(GOOD + b"\1\2\3"), "accept_with_warning", "after the last", None),
    ("padding", header(GOOD + bytes(12)), "accept_with_warning", "after the last", None),
    ("type 7", header(GOOD + struct.pack("<HHI", 7, 8, 0)), "skip_structure", "unknown structure", 2),
    ("type ffff", header(GOOD + struct.pack("<HH", 0xffff, 4)), "skip_structure", "unknown", 2),
    ("short DRHD", header(GOOD + struct.pack("<HH11x", 0, 15)), "skip_structure", "fixed part", 2),
    ("short RMRR", header(GOOD + struct.pack("<HH19x", 1, 23)), "skip_structure", "fixed part", 2),
    ("short ATSR", header(GOOD + struct.pack("<HH3x", 2, 7)), "skip_structure", "fixed part", 2),
    ("short RHSA", header(GOOD + struct.pack("<HH15x", 3, 19)), "skip_structure", "fixed part", 2),
    ("short ANDD", header(GOOD + struct.pack("<HH", 4, 4)), "skip_structure", "fixed part", 2),
    ("short SATC", header(GOOD + struct.pack("<HHxx", 5, 6)), "skip_structure", "fixed part", 2),
    ("short SIDP", header(GOOD + struct.pack("<HHx", 6, 5)), "skip_structure", "fixed part", 2),
    ("ANDD, no name", header(GOOD + andd(b"")), "skip_structure", "not terminated", 2),
    ("ANDD, no end", header(GOOD + andd(b"ABC")), "skip_structure", "not terminated", 2),
    ("base 0", header(GOOD + drhd(0, 0, segment=1)), "skip_structure", "base is 0", 2),
    ("base odd", header(GOOD + drhd(0xfed90800)), "skip_structure", "not page aligned", 2),
    ("base high", header(GOOD + drhd(1 << 39)), "skip_structure", "above the host", 2),
    ("base twice", header(GOOD + drhd(0xfed90000)), "skip_structure", "earlier unit", 2),
    ("only base 0", header(drhd(0)), "reject_table", "no usable hardware unit", None),
    ("DRHD flags", header(drhd(flags=0x81)), "accept_with_warning", "reserved flags", 0),
    ("covers nothing", header(drhd(0xfed92000, 0) + GOOD), "accept_with_warning", "no device", 0),
    ("no INCLUDE_ALL", header(drhd(flags=0, scopes=scope(1, [(2, 0)]))), "accept_with_warning",
     "no unit of the segment", 0),
    ("two INCLUDE_ALL", header(GOOD + drhd(0xfed92000)), "accept_with_warning", "second INCLUDE", 2),
    ("INCLUDE_ALL first", header(drhd() + drhd(0xfed91000, 0, scopes=scope(1, [(2, 0)]))),
     "accept_with_warning", "not the last", 0),
    ("order", header(rmrr() + GOOD), "accept_with_warning", "order of type", None),
    ("one I/O APIC twice", header(drhd(flags=0, scopes=scope(3, [(30, 7)], ident=2))
                                  + drhd(0xfed91000, scopes=scope(3, [(30, 6)], ident=2))),
     "accept_with_warning", "I/O APIC in two", 1),
    ("RMRR backwards", header(GOOD + rmrr(0x2000, 0x1fff)), "skip_structure", "below its base", 2),
    ("RMRR 0", header(GOOD + rmrr(0, 0)), "accept_with_warning", "not page aligned", 2),
    ("RMRR base odd", header(GOOD + rmrr(0x1800, 0x1fff)), "accept_with_warning", "aligned", 2),
    ("RMRR huge", header(GOOD + rmrr(0, (1 << 39) - 1)), "accept_with_warning", "4 GiB", 2),
    ("RMRR high", header(GOOD + rmrr(1 << 40, (1 << 40) + 4095)), "accept_with_warning", "above", 2),
    ("RMRR for nobody", header(GOOD + rmrr(scopes=b"")), "accept_with_warning", "no device", 2),
    ("RMRRs overlap", header(GOOD + rmrr() + rmrr(0x7e0ff000, 0x7e1fffff)), "accept_with_warning",
     "overlap", 3),
    ("ATSR endpoint", header(GOOD + struct.pack("<HHI", 2, 16, 0) + scope(1, [(1, 0)])),
     "accept_with_warning", "not a bridge", 2),
    ("124 hops", header(GOOD + rmrr(scopes=scope(1, [(1, 0)] * 124))), "accept_with_warning",
     "more than 8 hops", 2),
    ("scope type 0", header(drhd(scopes=scope(0, [(1, 0)]))), "skip_structure", "scope type", 0),
    ("scope type 255", header(drhd(scopes=scope(255, [(1, 0)]))), "skip_structure", "scope type", 0),
    ("device 32", header(drhd(scopes=scope(1, [(32, 0)]))), "skip_structure", "device above 31", 0),
    ("function 8", header(drhd(scopes=scope(1, [(1, 8)]))), "skip_structure", "function above 7", 0),
] + [(f"scope length {n}", header(GOOD + rmrr(scopes=scope(1, [(1, 0)], length=n))),
      "skip_structure", "bad scope length", 2) for n in (0, 1, 5, 6, 7, 9, 10, 255)]


def run(program, *files, **more):
    return subprocess.run([program, *files], capture_output=True, timeout=120, check=False, **more)


class Lint(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def file(self, data, name=None):
        name = name if name is not None else f"{len(os.listdir(self.dir.name)):05}.dmar"
        path = os.path.join(os.fsencode(self.dir.name), os.fsencode(name))
        with open(path, "wb") as f:
            f.write(data)
        return path

    def lint(self, files, program=None):
        """Objects, in order. The exit status fits the verdicts; nobody complains."""
        out = []
        for program in [program] if program else PROGRAMS:
            r = run(program, *files)
            self.assertEqual(r.stderr.decode(errors="replace"), "")
            out = [json.loads(line) for line in r.stdout.decode("ascii").splitlines()]
            self.assertEqual([o["file"] for o in out],
                             [os.fsencode(f).decode("latin-1") for f in files])
            self.assertEqual(r.returncode, max(STATUS[o["verdict"]] for o in out))
        return out

    def collection(self, which):
        files = sorted(glob.glob(f"{TABLES}{which}/*.dmar"))
        if not files:
            self.skipTest(f"no collection of tables in {TABLES}")
        for o in self.lint(files):
            with open(o["file"][:-4] + "json", encoding="utf-8") as f:
                yield o, json.load(f)

    def test_real(self):
        """Header and structures are, value for value, what another decoder says."""
        for got, want in self.collection("real"):
            with self.subTest(got["file"]):
                for key in ("oem_id", "oem_table_id", "creator_id"):
                    del want["table"][key]
                for s in want["structures"]:
                    s.pop("decoder")
                    s.pop("raw", None)
                self.assertEqual(got["table"], want["table"])
                self.assertEqual(got["structures"], want["structures"])

    def test_damaged(self):
        for got, want in self.collection("malformed"):
            with self.subTest(got["file"]):
                self.assertIn(got["verdict"], [want["expect"], *want["also_ok"]])

    def test_made(self):
        """Every type, every field, at random."""
        made = []
        for seed in range(300):
            maker = Maker(seed)
            data, table = maker.table()
            made.append((self.file(data), table, maker.structures))
        for got, (path, table, structures) in zip(self.lint([m[0] for m in made]), made):
            with self.subTest(path):
                self.assertEqual(got["table"], table)
                self.assertEqual(got["structures"], structures)
                self.assertIn(got["verdict"], ("accept", "accept_with_warning"))

    def test_good(self):
        [got] = self.lint([self.file(header(GOOD + rmrr() + andd()))])
        self.assertEqual((got["verdict"], got["warnings"]), ("accept", []))

    def test_wrong(self):
        """Each fault alone: its verdict, its warning, the structure it is in; what is in
        front of it is decoded."""
        whole = self.lint([self.file(header(GOOD))])[0]["structures"]
        for name, data, verdict, words, structure in WRONG:
            with self.subTest(name):
                [got] = self.lint([self.file(data)], PROGRAMS[1])
                self.assertEqual(got["verdict"], verdict)
                found = [w for w in got["warnings"] if words in w["text"]]
                self.assertTrue(found, f"'{words}' in {got['warnings']}")
                self.assertEqual(found[0]["structure"], structure)
                if structure == 2:
                    self.assertEqual(got["structures"][:2], whole)

    def test_anything(self):
        """Bytes changed at random, sums right or wrong: JSON comes out, and an end."""
        rnd, files = random.Random(1), []
        for i in range(1500):
            data = bytearray(Maker(i).table()[0])
            for _ in range(rnd.randrange(1, 6)):
                data[rnd.randrange(8, len(data))] = rnd.choice((0, 1, 255, rnd.randrange(256)))
            data[9] = (data[9] - sum(data)) & 255
            files.append(self.file(data))
        verdicts = {o["verdict"] for o in self.lint(files, PROGRAMS[1])}
        self.assertEqual(verdicts, set(STATUS))

    def test_many_warnings(self):
        """More than are kept: the rest is counted."""
        body = GOOD + struct.pack("<HH", 99, 4) * 1000
        [got] = self.lint([self.file(header(body))])
        self.assertEqual(len(got["structures"]), 1002)
        self.assertEqual(len(got["warnings"]) + got["warnings_not_shown"], 1000)

    def test_hostile_names(self):
        name = b'"\\\n\t\x01\x7f\xff</script>'
        [got] = self.lint([self.file(header(GOOD + andd(name + b"\0")), b'a"\\\n\xff.dmar')])
        self.assertEqual(got["structures"][2]["device_name"], name.decode("latin-1"))
        [got] = self.lint([self.file(header(GOOD + andd(b"no end")))])
        self.assertEqual(got["structures"][2]["device_name"], "no end")

    def test_worst(self):
        good, doubtful, bad = (self.file(header(b)) for b in (GOOD, GOOD + b"\0", b""))
        for files, status in (([good, good], 0), ([doubtful, good], 1), ([bad, doubtful], 2)):
            for program in PROGRAMS:
                self.assertEqual(run(program, *files).returncode, status)

    def test_trouble(self):
        """What cannot be read is a sentence and status 3; the other files are shown."""
        good = self.file(header(GOOD))
        for path, why in (("/nonexistent", b"No such file"), (self.dir.name, b"Is a directory")):
            for program in PROGRAMS:
                r = run(program, path, good)
                self.assertEqual(r.returncode, 3)
                self.assertIn(b"dmarlint: " + os.fsencode(path) + b": " + why, r.stderr)
                self.assertEqual(len(r.stdout.splitlines()), 1)
        r = run(PROGRAMS[1])
        self.assertEqual((r.returncode, r.stdout), (3, b""))
        self.assertIn(b"usage: dmarlint FILE...", r.stderr)
        r = run(PROGRAMS[1], "--help")
        self.assertEqual((r.returncode, r.stderr), (0, b""))
        with open("/dev/full", "wb") as full:
            r = subprocess.run([PROGRAMS[1], good], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(r.returncode, 3)
        self.assertIn(b"No space left", r.stderr)

    def test_standard_input(self):
        for program in PROGRAMS:
            r = run(program, "-", input=header(GOOD))
            self.assertEqual((r.returncode, json.loads(r.stdout)["file"]), (0, "-"))

    def test_endless(self):
        """A file without end is read as far as a table can reach."""
        [got] = self.lint(["/dev/zero"], PROGRAMS[1])
        self.assertEqual(got["verdict"], "reject_table")


if __name__ == "__main__":
    unittest.main(verbosity=2)
