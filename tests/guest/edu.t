# A driver in a process: real DMA to its own memory, at its own addresses, and to no other.
$ mkdir -p /sys/iommu
$ bind '#iommu' /sys/iommu
$ edu 0:3.0 &
\[\d+\] (re)
$ echo 0:3.0 $! >/sys/iommu/attach
? edu 0:3.0: 4095 bytes out and back at 0x[0-9a-f]+, equal (re)
$ echo 0:3.0 >/sys/iommu/detach
# The other edu has 28 address bits: its memory must be where it can reach.
$ edu 0:2.0 lo &
\[\d+\] (re)
$ echo 0:2.0 $! >/sys/iommu/attach
? edu 0:2.0: 4095 bytes out and back at 0x[0-9a-f]{1,7}, equal (re)
$ echo 0:2.0 >/sys/iommu/detach
# A DMA write to an address the process does not have.
$ edu 0:3.0 poke 0x6df084000 &
\[(?P<pid>\d+)\] (re)
$ echo 0:3.0 $! >/sys/iommu/attach
? DMAR:[DMA Write] Request device [00:03.0] fault addr 6df084000
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} edu)
? edu 0:3.0: DMA to 0x6df084000 blocked
$ cat /sys/vtd/faults
...
time \d+\.\d{6} unit 0 source 0:3.0 device 0:3.0 pid %{pid} name edu access write address 0x6df084000 reason 5 text 'PTE Write access is not set' tables '.*' (re)
# It has ended, and with it the attachment.
$ cat /sys/iommu/mappings
Mappings for iommu@0x00000000fed90000
	<empty>
