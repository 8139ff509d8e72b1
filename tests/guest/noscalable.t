#: CMDLINE="iommu.scalable=on"
# Asked for, and not to be had: boot says why, and the units are in legacy mode.
$ dmesg | grep 'DMAR: '
DMAR: scalable mode is not used: unit 0 has no scalable mode
DMAR: unit 0 at 0xfed90000: 4 levels, 48 bits, by queue, legacy mode
$ grep 'translation =' '#iommu/info'
	translation = legacy mode
