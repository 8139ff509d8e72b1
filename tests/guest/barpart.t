# A BAR that holds the MSI-X table beside the registers: a driver maps the registers.
$ barpart 0:4.0 &
\[\d+\] (re)
$ echo 0:4.0 $! >'#iommu/attach'; wait $!
all: 0:4.0 bar0: the MSI-X table is there
size 0x4000
the first page: mapped
version 1
at 0x[0-9a-f]+000: 0:4.0 bar0: the MSI-X table is there (re)
past the end: 0:4.0 bar0: beyond the end of the BAR
half a page: 0:4.0 bar0: want whole pages
barpart: done
$ grep ^owner '#pci/0:4.0/status'
owner none
