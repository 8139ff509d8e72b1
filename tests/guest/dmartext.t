#: DMAR=all-types
# The table in words: each structure, its scopes, what is wrong, and the verdict.
$ cat '#vtd/dmar'
ACPI: DMAR \(v001 BAILEY TESTDMAR 0x00000001 TEST 0x00000001\) @ 0x[0-9a-f]{16} (re)
table length 219 revision 1 checksum 0x[0-9a-f]{2} width 48 flags intr_remap,dma_ctrl_platform_opt_in (re)
structure 0 DRHD used yes offset 48 length 48 segment 0 flags none base 0xfed90000 size 0x1000
scope 0.0 pci_endpoint id 0 path 0:3.0
scope 0.1 pci_bridge id 0 path 0:1c.0
scope 0.2 ioapic id 2 path f0:1e.7
scope 0.3 reserved type 9 used no id 0 path 0:1.0
structure 1 DRHD used no offset 96 length 16 segment 1 flags include_all base 0x0 size 0x1000
structure 2 RMRR used yes offset 112 length 32 segment 0 base 0x7e000000 limit 0x7e0fff00
scope 2.0 pci_endpoint id 0 path 0:2.0
structure 3 ATSR used yes offset 144 length 8 segment 0 flags all_ports
structure 4 RHSA used yes offset 152 length 20 base 0xfed90000 proximity 7
structure 5 ANDD used yes offset 172 length 15 device 1 name '\_SB\x27\x0a'
structure 6 SATC used yes offset 187 length 16 segment 0 flags atc_required
scope 6.0 pci_endpoint id 0 path 0:2.0
structure 7 SIDP used yes offset 203 length 8 segment 0
structure 8 unknown type 99 used no offset 211 length 8
warning 37 structure 0 scope 3 verdict skip_structure text 'reserved scope type'
warning 30 structure 1 scope - verdict skip_structure text 'register base is 0'
warning 21 structure 2 scope - verdict accept_with_warning text 'reserved region not page aligned'
warning 28 structure 8 scope - verdict skip_structure text 'unknown structure type'
warning 17 structure 0 scope - verdict accept_with_warning text 'no unit of the segment has INCLUDE_PCI_ALL'
verdict skip_structure
# Boot said what it could not use, not what is merely odd.
$ dmesg | grep 'ACPI DMAR: warning'
ACPI DMAR: warning 37: structure 0: reserved scope type
ACPI DMAR: warning 30: structure 1: register base is 0
ACPI DMAR: warning 28: structure 8: unknown structure type
