#: CMDLINE="iommu.default=blocked bounce=0:4.0 igfx_off nonsense=1 iommu=maybe"
# What is not known is reported.
$ dmesg | grep boot:
boot: unknown parameter nonsense: ignored
boot: iommu=maybe is not one of on|first-use|off: ignored
$ grep cmdline '#cons/sysinfo'
cmdline iommu.default=blocked bounce=0:4.0 igfx_off nonsense=1 iommu=maybe
$ head -n 1 '#iommu/power'
IOMMU status: enabled
