#: DMAR=rmrr-bios CMDLINE=kernel=0:3.0
# What firmware keeps for a device is in its domain from before translation begins, and
# again after each move; a process does not get the device.
$ dmesg | grep boot:
$ grep ^driver '#pci/0:3.0/status'
driver edu, translated
$ echo 0:3.0 0xf0000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
level 1 at .* rights rw page 0xf0000 size 0x1000 (re)
...
$ echo 0:3.0 0xff000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
level 1 at .* rights rw page 0xff000 size 0x1000 (re)
...
$ echo 0:3.0 0x100000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
$ echo 0:3.0 >'#edu/ktest'
$ grep -c '^ok' '#vtd/check'
1
$ echo 0:3.0 0 >'#iommu/detach'
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:3.0: firmware reserves 0xf0000-0xfffff for it (RMRR 0)
$ echo 0:3.0 0 >'#iommu/attach'
$ echo 0:3.0 0xf0000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
level 1 at .* rights rw page 0xf0000 size 0x1000 (re)
...
$ echo 0:3.0 >'#iommu/detach'
$ kill $p
