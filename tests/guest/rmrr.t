#: DMAR=rmrr
# Boot says what it found, in the words of Linux's guide. A table that somebody adds wins.
$ dmesg | grep DMAR
ACPI: DMAR \(v001 BOCHS  BXPC     0x00000001 BXPC 0x00000001\) @ 0x[0-9a-f]{16} (re)
ACPI: DMAR \(v001 BAILEY TESTDMAR 0x00000001 TEST 0x00000001\) @ 0x[0-9a-f]{16} (re)
ACPI: there are 2 DMAR tables: the last is used
ACPI DMAR:Host address width 48
ACPI DMAR:DRHD (flags: 0x00000001)base: 0x00000000fed90000
ACPI DMAR:RMRR base: 0x000000007e000000 end: 0x000000007e0fffff
DMAR: unit 0 at 0xfed90000: 4 levels, 48 bits, by queue, legacy mode
DMAR-IR: unit 0 does not remap interrupts: the firmware says the platform has none
PCI-DMA: Using DMAR IOMMU
# A device for which firmware reserves memory is given to nobody; others are.
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:3.0: firmware reserves 0x7e000000-0x7e0fffff for it (RMRR 0)
$ grep ^state '#pci/0:3.0/status'
state blocked
$ echo 0:2.0 $p >'#iommu/attach'
$ grep ^state '#pci/0:2.0/status'
state owned
$ echo 0:2.0 >'#iommu/detach'
$ kill $p
# Nor to the kernel: these addresses are not reserved in the memory map.
$ echo 0:3.0 0 >'#iommu/attach'
echo: #iommu/attach: 0:3.0: RMRR 0 claims 0x7e000000-0x7e0fffff, which firmware did not reserve
