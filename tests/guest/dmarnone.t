#: VTD=none DMAR=empty
# A table without a unit: the whole of it is refused, and no structure is to blame.
$ dmesg | grep DMAR
ACPI: DMAR .* (re)
ACPI DMAR: warning 9: no usable hardware unit
$ cat '#vtd/dmar'
ACPI: DMAR .* (re)
table length 48 revision 1 checksum 0x[0-9a-f]{2} width 48 flags none (re)
warning 9 structure - scope - verdict reject_table text 'no usable hardware unit'
verdict reject_table
