$ cd '#iommu'
$ cat power
IOMMU status: enabled
Write 'enable' or 'disable' OR 'on' or 'off' to change status
# `off` with a device that works: it is suspended, and nothing lands.
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >attach
? armed
$ echo -n off >power
$ grep ^busmaster '#pci/0:3.0/status'
busmaster off
? buffer intact
$ cat power
IOMMU status: disabled
Write 'enable' or 'disable' OR 'on' or 'off' to change status
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >attach
echo: #iommu/attach: the IOMMU is off: write on to power first
$ echo disable >power
$ echo enable >power
$ echo on >power
$ echo 0:3.0 $p >attach
# What is owned stays owned over off and on.
$ echo off >power
$ cat mappings
Mappings for iommu@0x00000000fed90000
	pid = \d+ (re)
		device = 0:3.0
$ grep state '#pci/0:3.0/status'
state suspended
$ echo on >power
$ grep state '#pci/0:3.0/status'
state owned
$ echo off >power
# Death while off.
$ kill $p
$ echo on >power
$ cat mappings
Mappings for iommu@0x00000000fed90000
	<empty>
$ grep state '#pci/0:3.0/status'
state blocked
# Words that are none.
$ echo maybe >power
echo: #iommu/power: 'maybe': want enable, disable, on or off
$ echo on off >power
echo: #iommu/power: 'off': want enable, disable, on or off
$ cat power
IOMMU status: enabled
...
# A driver goes on where it was.
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo off >power
$ echo on >power
$ echo 0:3.0 $p >attach
? edu 0:3.0: .* equal (re)
$ kill $p
