#: DMAR=rmrr-several CMDLINE=kernel=0:3.0
# Firmware keeps several regions for a device: all of them are in its domain, the pages that
# two have in common once, and what lies between is not.
$ dmesg | grep boot:
$ for a in 0xf0000 0xf1000 0xf3000 0xff000; do echo 0:3.0 $a w >/sys/vtd/walk; grep result /sys/vtd/walk; done
result page address 0xf0000 rights rw
result page address 0xf1000 rights rw
result page address 0xf3000 rights rw
result page address 0xff000 rights rw
$ for a in 0xf4000 0xf8000 0xfe000; do echo 0:3.0 $a w >/sys/vtd/walk; grep result /sys/vtd/walk; done
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
$ echo 0:3.0 >'#edu/ktest'
$ grep -c '^ok' '#vtd/check'
1
$ echo 0:3.0 0 >'#iommu/detach'
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:3.0: firmware reserves 0xf0000-0xf1fff for it (RMRR 0)
$ echo 0:2.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:2.0: firmware reserves 0xf8000-0xf8fff for it (RMRR 1)
$ kill $p
