# A driver in the kernel: the device goes from it to a process and back (0 is the kernel).
$ cd '#iommu'
$ echo 0:1.0 0 >attach
echo: #iommu/attach: process 0 is the kernel, which has no driver for 0:1.0
$ echo 0:3.0 0 private >attach
echo: #iommu/attach: process 0 is the kernel: it takes no -g, mode or ro, and cannot be killed
$ echo 0:3.0 0 shared >attach
echo: #iommu/attach: process 0 is the kernel: it takes no -g, mode or ro, and cannot be killed
$ echo 0:3.0 0 fault=kill >attach
echo: #iommu/attach: process 0 is the kernel: it takes no -g, mode or ro, and cannot be killed
$ echo -g 0:3.0 0 >attach
echo: #iommu/attach: process 0 is the kernel: it takes no -g, mode or ro, and cannot be killed
$ echo 0:3.0 >'#edu/ktest'
echo: #edu/ktest: the kernel does not have 0:3.0: attach it to pid 0
$ echo 0:3.0 0 >attach
$ cat mappings
Mappings for iommu@0x00000000fed90000
	pid = 0
		device = 0:3.0
$ grep ^state '#pci/0:3.0/status'
state kernel
$ grep ^owner '#pci/0:3.0/status'
owner 0
$ grep ^driver '#pci/0:3.0/status'
driver edu, translated
$ grep '0:3.0' info
	0:3.0 kernel, unit 0, driver edu translated, reset none
$ echo 0:3.0 0 >attach
echo: #iommu/attach: 0:3.0 is owned by pid 0, the kernel, for its driver edu
# It works: between two buffers of the kernel, and between two of a process.
$ echo 0:3.0 >'#edu/ktest'
$ echo 0:3.0 1 >'#edu/ktest'
$ cat '#edu/status'
device 0:3.0 view translated bounce off maps 4 bounced 0 tests 2 failed 0 copies 0
$ dmatest 0:3.0 ucopy
copied, equal
$ grep -c '^ok' '#vtd/check'
1
$ echo 0:3.0 0x1000 0x2000 16 >'#edu/ucopy'
echo: #edu/ucopy: bad address 0x2000
$ grep -c 'copies 1' '#edu/status'
1
$ echo 0:3.0 >'#edu/reset'
$ cat '#edu/status'
device 0:3.0 view translated bounce off maps 6 bounced 0 tests 0 failed 0 copies 0
$ echo 0:3.0 >'#edu/ktest'
# Its device does not reach what it was not given, and the fault names the driver. A page
# is the least that can be given: what shares one with a buffer is open meanwhile.
$ echo 0:3.0 stray >'#edu/ktest'
...
? DMAR:\[DMA Write\] Request device \[00:03.0\] fault addr [0-9a-f]+ (re)
? DMAR:\[fault reason 05\] .* \(pid 0 edu\) (re)
$ grep -c "pid 0 name edu access write .* tables 'not mapped'" '#vtd/faults'
...
$ echo 0:3.0 neighbour >'#edu/ktest'
echo: #edu/ktest: 0:3.0: its device reached what shares a page with its buffer
# Without translation its addresses would mean other memory.
$ echo off >power
echo: #iommu/power: 0:3.0: the kernel's driver edu has translated mappings
$ cat power
IOMMU status: enabled
...
$ echo 0:3.0 >'#edu/ktest'
# From the kernel to a process, and back.
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >attach
echo: #iommu/attach: 0:3.0 is owned by pid 0, the kernel, for its driver edu
$ echo 0:3.0 $p >detach
echo: #iommu/detach: 0:3.0 is owned by pid 0, not \d+ (re)
$ echo 0:3.0 0 >detach
$ cat '#edu/status'
$ echo 0:3.0 $p >attach
? edu 0:3.0: .* equal (re)
$ echo 0:3.0 >'#edu/ktest'
echo: #edu/ktest: the kernel does not have 0:3.0: attach it to pid 0
$ echo 0:3.0 0 >attach
echo: #iommu/attach: 0:3.0 is owned by pid \d+ (re)
$ echo 0:3.0 $p >detach
$ echo 0:3.0 0 >attach
$ echo 0:3.0 >'#edu/ktest'
$ echo 0:3.0 >detach
$ cat mappings
Mappings for iommu@0x00000000fed90000
	<empty>
$ echo off >power
$ echo on >power
# Words that are none.
$ echo 0:3.0 4096 >'#edu/ktest'
echo: #edu/ktest: '4096': want 1 to 4095 bytes, neighbour or stray
$ echo 0:3.0 1 2 >'#edu/ktest'
echo: #edu/ktest: want B:D.F [BYTES|neighbour|stray]
$ echo x >'#edu/reset'
echo: #edu/reset: 'x' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:9.0 >'#edu/reset'
echo: #edu/reset: no device 0:9.0
$ echo 0:3.0 1 >'#edu/reset'
echo: #edu/reset: want B:D.F
$ echo 0:3.0 1 x 16 >'#edu/ucopy'
echo: #edu/ucopy: SRC 'x' is not an address
$ echo 0:3.0 1g 2 16 >'#edu/ucopy'
echo: #edu/ucopy: DST '1g' is not an address
$ echo 0:3.0 1 2 4096 >'#edu/ucopy'
echo: #edu/ucopy: BYTES '4096': want 1 to 4095
$ echo 0:3.0 1 2 >'#edu/ucopy'
echo: #edu/ucopy: want B:D.F DST SRC BYTES
