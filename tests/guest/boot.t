# Every path ends at a prompt from which devices work.
$ echo hello
hello
$ dmesg | grep DMAR
ACPI: DMAR \(v001 .{6} .{8} 0x[0-9a-f]{8} .{4} 0x[0-9a-f]{8}\) @ 0x[0-9a-f]{16} (re)
ACPI DMAR:Host address width (39|48) (re)
ACPI DMAR:DRHD \(flags: 0x0000000[01]\)base: 0x00000000fed90000 (re)
DMAR: unit 0 .* (re)
DMAR-IR: .* (re)
PCI-DMA: Using DMAR IOMMU
$ ls /
bin   dev   etc   man   proc  sys   tmp
$ mkdir -p /sys/iommu
$ bind '#iommu' /sys/iommu
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >/sys/iommu/attach
? edu 0:3.0: 4095 bytes out and back at 0x[0-9a-f]+, equal (re)
$ kill $p
