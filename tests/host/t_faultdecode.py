#!/usr/bin/python3
"""build/host/faultdecode as its users see it: records in every spelling, the log lines of
every age, what is no fault, and any bytes. Run as users have it and under the sanitizers."""
import random
import subprocess
import unittest

PROGRAMS = ["build/host/faultdecode", "build/host/san/faultdecode"]

WRITE = "source 0:3.0 access write address 0x6df084000 reason 0x05 text 'PTE Write access is not set'"
READ6 = "reason 0x06 text 'PTE Read access is not set'"
IR22 = "text 'Present field in the IRTE entry is clear'"

# as one record: words, then what is said
RECORDS = [
    ("6df084000 8000000500000018", WRITE),
    ("0x6df084000 0x8000000500000018", WRITE),
    ("0X6DF084000,0X8000000500000018", WRITE),
    ("00000006df084000:8000000500000018", WRITE),
    ("8000000500000018 6df084000", WRITE),
    ("df084000 00000006 00000018 80000005", WRITE),
    ("0xdf084000 0x6 0x18 0x80000005", WRITE),
    ("80000005 18 6 df084000", WRITE),
    ("800000050000001800000006df084000", WRITE),
    ("0x800000050000001800000006DF084000", WRITE),
    # measured on QEMU: a read of 00:01.0 at 0x1000, reason 6
    ("1000 c000000600000008", "source 0:1.0 access read address 0x1000 " + READ6),
    # bits 11:0 are no address
    ("1fff c000000600000008", "source 0:1.0 access read address 0x1000 " + READ6),
    ("ffffffff80000000 800000040000ffff",
     "source ff:1f.7 access write address 0xffffffff80000000 reason 0x04 text 'Access beyond MGAW'"),
    ("0 8000000100000000",
     "source 0:0.0 access write address 0x0 reason 0x01 text 'Present bit in root entry is clear'"),
    ("0012000000000000 800000220000f0ff", f"source f0:1f.7 access interrupt index 0x12 reason 0x22 {IR22}"),
    # PASID 0x54321 is valid only with PP (bit 95); EXE 94, PRIV 93 likewise; AT 125:124
    ("1000 c543210600000008", "source 0:1.0 access read address 0x1000 " + READ6),
    ("1000 c543210680000008", "source 0:1.0 pasid 0x54321 access read address 0x1000 " + READ6),
    ("1000 c5432106c0000008", "source 0:1.0 pasid 0x54321 access read execute address 0x1000 " + READ6),
    ("1000 c5432106a0000008", "source 0:1.0 pasid 0x54321 access read privileged address 0x1000 " + READ6),
    ("1000 d000000d00000008", "source 0:1.0 access read translation-request address 0x1000 reason 0x0d "
     "text 'PCE for translation request specifies blocking'"),
    ("1000 e000000600000008", "source 0:1.0 access read translated address 0x1000 " + READ6),
    ("1000 c00000ee00000008", "source 0:1.0 access read address 0x1000 reason 0xee text 'Unknown'"),
]

# lines of logs, and what is said of them
LINES = [
    ("DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x6df084000 [fault reason 0x06] PTE Read "
     "access is not set", "source 0:2.0 access read address 0x6df084000 " + READ6),
    ("DMAR: [DMA Write NO_PASID] Request device [00:03.0] fault addr 0x6df084000 [fault reason 0x05] PTE Write "
     "access is not set", WRITE),
    ("DMAR: [DMA Read PASID 0x12] Request device [c3:1f.7] fault addr 0x0 [fault reason 0x59] SM: ...",
     "source c3:1f.7 pasid 0x12 access read address 0x0 reason 0x59 text "
     "'Scalable mode: PASID table entry is not present'"),
    ("DMAR: [DMA Read] Request device [00:02.0] PASID ffffffff fault addr 1000 [fault reason 06] PTE Read",
     "source 0:2.0 access read address 0x1000 " + READ6),
    ("DMAR: [DMA Read] Request device [00:02.0] PASID 12 fault addr 1000 [fault reason 06] PTE Read",
     "source 0:2.0 pasid 0x12 access read address 0x1000 " + READ6),
    ("[    1.234567] DMAR: [DMA Write] Request device [02:00.0] fault addr ffffe000 [fault reason 05] PTE Write",
     "source 2:0.0 access write address 0xffffe000 reason 0x05 text 'PTE Write access is not set'"),
    ("Nov 21 13:00:01 host kernel: dmar: DMAR:[DMA Write] Request device [0000:00:03.0] fault addr 6df084000 "
     "[fault reason 05] PTE Write access is not set\r", WRITE),
    ("DMAR: [DMA Write] Request device [0001:00:03.0] fault addr 0 [fault reason 12] non-zero reserved fields in PTE",
     "source 1:0:3.0 access write address 0x0 reason 0x0c text 'non-zero reserved fields in PTE'"),
    ("DMAR: [INTR-REMAP] Request device [f0:1f.7] fault index 0x12 [fault reason 0x22] Present",
     f"source f0:1f.7 access interrupt index 0x12 reason 0x22 {IR22}"),
    ("DMAR:[DMA Write] Request device [00:03.0] fault addr 6df084000\n"
     "DMAR:[fault reason 05] PTE Write access is not set (pid 23 edu)", WRITE),
    ("DMAR:INTR-REMAP: Request device [[f0:1f.7] fault index 12\nDMAR:INTR-REMAP:[fault reason 34] Present",
     f"source f0:1f.7 access interrupt index 0x12 reason 0x22 {IR22}"),
    ("DMAR:[DMA Read] Request device [00:02.0] fault addr 1000",
     "source 0:2.0 access read address 0x1000 reason unknown"),
    # two halves, and what may stand between and after them
    ("DMAR:[DMA Read] Request device [00:02.0] fault addr 1000\nDMAR: DRHD: handling fault status reg 2\n\n"
     "DMAR:[fault reason 06] PTE Read\nDMAR:[DMA Read] Request device [00:02.0] fault addr 2000\n" + RECORDS[0][0],
     f"source 0:2.0 access read address 0x1000 {READ6}\n"
     f"source 0:2.0 access read address 0x2000 reason unknown\n{WRITE}"),
    ("DMAR: unit 3: fault records were lost (overflow)", "unit 3 lost: faults were not recorded"),
]

# what cannot be understood, and words of the sentence
BAD = [
    ("hello", "neither a line about a DMA fault nor a record"),
    ("6df084000", "neither"), ("1 2 3", "neither"), ("1 2 3 4 5", "neither"),
    ("1 2 3 100000000", "neither"), ("1 8000000500000018 x", "neither"), ("1 -8", "neither"),
    ("1 80000005000000180", "neither"), ("800000050000001800000006df0840000", "neither"),
    ("6df084000 18", "bit 127 (F) is 0"), ("0 0", "bit 127"), ("0 0 0 7fffffff", "bit 127"),
    ("DMAR: [DMA Read] Request device [zz:02.0] fault addr 0 [fault reason 05] x", "no device"),
    ("DMAR: [DMA Read] Request device [00:20.0] fault addr 0 [fault reason 05] x", "no device"),
    ("DMAR: [DMA Read] Request device [00:02.8] fault addr 0 [fault reason 05] x", "no device"),
    ("DMAR: [DMA Read] Request device [100:02.0] fault addr 0 [fault reason 05] x", "no device"),
    ("DMAR: [DMA Read] Request device [00:02.0", "no device"),
    ("DMAR: [DMA Read] Request device", "no device"), ("DMAR: [DMA Wri", "no device"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr", "no address"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr zz [fault reason 05]", "no address"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr 11112222333344445 [fault reason 05]", "no address"),
    ("DMAR: [INTR-REMAP] Request device [00:02.0] fault addr 5 [fault reason 0x22]", "no index"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr 0 [fault reason ] x", "no reason"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr 0 [fault reason 256] x", "no reason"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr 0 [fault reason 0b] x", "no reason"),
    ("DMAR: [DMA Read] Request device [00:02.0] fault addr 0 [fault reason 05", "no reason"),
    ("DMAR: [DMA Read PASID zz] Request device [00:02.0] fault addr 0 [fault reason 05] x", "no PASID"),
    ("DMAR: Request device [00:02.0] fault addr 0 [fault reason 05] x", "no kind of request"),
    ("DMAR:[fault reason 05] PTE", "a reason without the line before it"),
]


def run(program, *args, data=None):
    return subprocess.run([program, *args], input=data.encode() if isinstance(data, str) else data,
                          capture_output=True, timeout=60, check=False)


class Decode(unittest.TestCase):
    def same(self, want, *args, data=None):
        for program in PROGRAMS:
            r = run(program, *args, data=data)
            self.assertEqual((r.stdout.decode(), r.stderr, r.returncode), (want + "\n", b"", 0))

    def test_records(self):
        for text, want in RECORDS:
            with self.subTest(text):
                self.same(want, data=text)
                self.same(want, text)
                self.same(want, *text.split())

    def test_lines(self):
        for text, want in LINES:
            with self.subTest(text):
                self.same(want, data=text)
                self.same(want, data=text + "\n")
                self.same(want, *[x for x in text.split("\n") if x])

    def test_words_of_a_line(self):
        """A line that the shell took apart."""
        self.same(LINES[0][1], *LINES[0][0].split())

    def test_everything(self):
        """All of it in one log."""
        log = "\n".join(text for text, _ in LINES + RECORDS)
        self.same("\n".join(want for _, want in LINES + RECORDS), data=log)

    def test_bad(self):
        """A sentence with the number of the line; what can be understood is."""
        for text, words in BAD:
            for program in PROGRAMS:
                with self.subTest(text):
                    r = run(program, data=f"{RECORDS[0][0]}\n{text}\n{RECORDS[0][0]}\n")
                    self.assertEqual(r.stdout.decode(), f"{WRITE}\n{WRITE}\n")
                    self.assertRegex(r.stderr.decode(), r"^faultdecode: line 2: .*\n$")
                    self.assertIn(words, r.stderr.decode())
                    self.assertEqual(r.returncode, 1)

    def test_no_fault(self):
        for data, line in (("", "0 lines"), ("\n \n", "2 lines"), ("DMAR: IOMMU enabled\n", "1 line")):
            r = run(PROGRAMS[1], data=data)
            self.assertEqual((r.stdout, r.returncode), (b"", 1))
            self.assertEqual(r.stderr.decode(), f"faultdecode: no fault in {line}\n")

    def test_trouble(self):
        self.assertEqual(run(PROGRAMS[1], "--help").returncode, 0)
        r = run(PROGRAMS[1], "-x")
        self.assertEqual((r.stdout, r.returncode), (b"", 2))
        self.assertIn(b"usage: faultdecode", r.stderr)
        with open("/dev/full", "wb") as full:
            r = subprocess.run([PROGRAMS[1], RECORDS[0][0]], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(r.returncode, 2)
        self.assertIn(b"standard output: No space left", r.stderr)
        with open("/proc/self/mem", "rb") as bad:
            r = subprocess.run([PROGRAMS[1]], stdin=bad, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               check=False)
        self.assertEqual(r.returncode, 2)
        self.assertIn(b"standard input: ", r.stderr)

    def test_anything(self):
        """Good lines with bytes changed, cut, and joined: text comes out, or a sentence."""
        rnd, good = random.Random(1), [t.encode() for t, _ in LINES + RECORDS]
        lines = []
        for _ in range(20000):
            line = bytearray(rnd.choice(good)[:rnd.randrange(1, 200)])
            for _ in range(rnd.randrange(4)):
                line[rnd.randrange(len(line))] = rnd.choice((rnd.randrange(256), *b" []:.0x\0"))
            lines.append(bytes(line))
        r = run(PROGRAMS[1], data=b"\n".join(lines))
        self.assertEqual(r.returncode, 1)
        for line in r.stdout.decode("ascii").splitlines():
            self.assertRegex(line, r"^(source \S+ (pasid \S+ )?access .* (reason unknown|text '[^']+')"
                                   r"|unit \d+ lost: .*)$")
        for line in r.stderr.decode("ascii").splitlines():
            self.assertRegex(line, r"^faultdecode: line \d+: [ -~]+$")


if __name__ == "__main__":
    unittest.main(verbosity=2)
