#: DMAR=rmrr-all
# Firmware that wants a device to reach all memory: it gets none, and the table says why.
$ cat '#vtd/dmar'
ACPI: DMAR .* (re)
table .* (re)
structure 0 .* (re)
structure 1 RMRR used yes offset 64 length 32 segment 0 base 0x0 limit 0xffffffff
scope 1.0 pci_endpoint id 0 path 0:3.0
warning 22 structure 1 scope - verdict accept_with_warning text 'reserved region of 4 GiB or more'
warning 39 structure 1 scope - verdict accept_with_warning text 'reserved region in memory that is free for use'
verdict accept_with_warning
$ echo 0:3.0 1 >'#iommu/attach'
echo: #iommu/attach: 0:3.0: firmware reserves 0x0-0xffffffff for it (RMRR 0)
