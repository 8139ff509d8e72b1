#: CMDLINE="iommu.default=blocked bounce=garbage,0:3.0 iommu.unit=7:off,0 kernel=0:3.0 kernel=0:1e.7 igfx_off nonsense=1 iommu=maybe"
# What is not known is reported.
$ dmesg | grep boot:
boot: kernel is given again: 0:3.0 is ignored
boot: unknown parameter nonsense: ignored
boot: iommu=maybe is not one of on|first-use|off: ignored
boot: iommu.unit: '7:off' is not N:off with the number of a unit: ignored
boot: iommu.unit: '0' is not N:off with the number of a unit: ignored
boot: bounce: 'garbage' is not a device like 0:3.0: ignored
boot: kernel=0:1e.7: no device 0:1e.7
$ grep cmdline '#cons/sysinfo'
cmdline iommu.default=blocked bounce=garbage,0:3.0 iommu.unit=7:off,0 kernel=0:3.0 kernel=0:1e.7 igfx_off nonsense=1 iommu=maybe
$ head -n 1 '#iommu/power'
IOMMU status: enabled
