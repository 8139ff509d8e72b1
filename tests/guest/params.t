#: CMDLINE="iommu.default=blocked bounce=0:4.0 igfx_off nonsense=1 iommu=maybe"
# What is not known, or has no effect, is reported.
$ dmesg | grep boot:
boot: iommu.default has no effect: no kernel driver does DMA
boot: igfx_off has no effect: graphics is blocked like every device nobody owns
boot: unknown parameter nonsense: ignored
boot: iommu=maybe is not one of on|first-use|off: ignored
$ grep cmdline '#cons/sysinfo'
cmdline iommu.default=blocked bounce=0:4.0 igfx_off nonsense=1 iommu=maybe
$ head -n 1 '#iommu/power'
IOMMU status: enabled
