#: DMAR=lost-ioapic
# An IO-APIC that the firmware's table does not place would be cut off: nothing is remapped,
# and the console lives.
$ dmesg | grep DMAR-IR
DMAR-IR: no interrupt remapping: the DMAR table does not say where an IO-APIC is
$ grep 'global status' '#iommu/info'
	global status = 0xc4000000
$ irqtest 0:3.0 own &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? own interrupts 1
