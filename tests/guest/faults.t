# A device is blocked where its process has no memory, has given it back, or may only read.
$ dmatest 0:3.0 free &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? DMAR:[DMA Write] Request device [00:03.0] fault addr 200000000
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} dmatest)
? buffer intact
$ dmatest 0:3.0 ro &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? buffer intact
# A read where nothing is.
$ edu 0:3.0 peek 0x6df085000 &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? DMAR:[DMA Read] Request device [00:03.0] fault addr 6df085000
? DMAR:[fault reason 06] PTE Read access is not set (pid %{pid} edu)
$ cat /sys/vtd/faults
...
time .* unit 0 source 0:3.0 device 0:3.0 pid %{pid} name edu access read address 0x6df085000 reason 6 text 'PTE Read access is not set' tables '.*' (re)
? edu 0:3.0: DMA from 0x6df085000 blocked: .* (re)
$ kill $p
# Kernel memory, the unit's registers, the upper half: all the same to the unit.
$ for a in 0x100000 0xfed90000 0xffffffff80000000; do edu 0:3.0 poke $a & p=$!; echo 0:3.0 $p >'#iommu/attach'; sleep 1; kill $p; sleep 1; done
...
? DMAR:[DMA Write] Request device [00:03.0] fault addr 100000
? DMAR:[DMA Write] Request device [00:03.0] fault addr fed90000
# fault=kill ends the process; fault=stop takes its bus mastering away.
$ edu 0:3.0 poke 0x6df084000 &
\[(?P<pid>\d+)\] (re)
$ echo 0:3.0 $! fault=kill >'#iommu/attach'
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} edu)
? pid %{pid} edu: its device 0:3.0 was blocked: write of 0x6df084000
$ sleep 1
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
