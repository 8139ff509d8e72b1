#: DMAR=one-device
# The unit names 0:3.0 and nothing else: what no unit covers is not given away.
$ dmesg | grep 'no unit'
DMAR: no unit covers 0:1.0: it cannot be attached
DMAR: no unit covers 0:2.0: it cannot be attached
DMAR: no unit covers 0:4.0: it cannot be attached
...
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:2.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:2.0: no IOMMU unit covers it
$ echo 0:2.0 0x1000 r >/sys/vtd/walk
echo: /sys/vtd/walk: 0:2.0: no IOMMU unit covers it
$ grep ^state '#pci/0:2.0/status'; grep ^unit '#pci/0:2.0/status'
state blocked
unit none
$ echo 0:3.0 $p >'#iommu/attach'
$ echo 0:3.0 >'#iommu/detach'
$ kill $p
