#: VTD=none DMAR=zero-later
# A table that is refused is shown as far as it goes.
$ cat '#vtd/dmar'
ACPI: DMAR .* (re)
table length 80 revision 1 checksum 0x[0-9a-f]{2} width 48 flags none (re)
structure 0 DRHD used yes offset 48 length 16 segment 0 flags include_all base 0xfed90000 size 0x1000
warning 7 structure 1 scope - verdict reject_table text 'structure length below 4: the walk cannot go on'
verdict reject_table
$ head -n 1 '#iommu/power'
IOMMU status: disabled
$ dmesg | grep DMAR
ACPI: DMAR .* (re)
ACPI DMAR: warning 7: structure 1: structure length below 4: the walk cannot go on
