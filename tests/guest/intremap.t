#: VTD=aw-bits=48,caching-mode=on,intremap=on
# Interrupts go through the unit: the console's line and a process's messages, each by an
# entry that names its source.
$ dmesg | grep DMAR-IR
DMAR-IR: Enabled IRQ remapping in xapic mode
$ grep 'global status' '#iommu/info'
	global status = 0xc7000000
$ grep entries '#iommu/info'
	interrupt entries = 1 in use of 256, xapic destinations
$ grep enforced '#iommu/info'
	enforced = DMA by table, interrupts by source, none in compatibility format
	not enforced = interrupts: QEMU does not check messages that a device writes by DMA
$ grep -c 'interrupt isolation: no' '#iommu/info'
2
# Two entries with one owner: the IO-APIC's is ff:00.0's, the other one is edu's.
$ irqtest 0:3.0 own stay &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? own interrupts 1
trace: vtd_ir_irte_get index (?P<i>\d+) low 0x40018 high 0x[0-9a-f]{2}0001
$ grep ^entry '#pci/0:3.0/status'
entry %{i} source 0:3.0
$ echo typed
typed
trace: vtd_ir_irte_get index \d+ low 0x4ff00 high 0x[0-9a-f]{2}0001
$ grep entries '#iommu/info'
	interrupt entries = 2 in use of 256, xapic destinations
# They end with the attachment, each with its invalidation, and while power is off they stay.
$ echo off >'#iommu/power'
$ grep 'global status' '#iommu/info'
	global status = 0x47000000
$ grep enforced '#iommu/info'
	enforced = interrupts by source, none in compatibility format
	not enforced = DMA: translation is off
	not enforced = interrupts: QEMU does not check messages that a device writes by DMA
$ echo on >'#iommu/power'
$ echo 0:3.0 >'#iommu/detach'
trace: vtd_inv_desc_iec granularity 0x1 index 0x%{i}
$ grep -c ^entry '#pci/0:3.0/status'
0
$ grep entries '#iommu/info'
	interrupt entries = 1 in use of 256, xapic destinations
$ kill $p
# Nor do they pile up, however a process ends.
$ for i in 1 2 3 4; do irqtest 0:3.0 own stay & echo 0:3.0 $! >'#iommu/attach'; sleep 1; kill $!; wait; done
...
$ grep entries '#iommu/info'
	interrupt entries = 1 in use of 256, xapic destinations
