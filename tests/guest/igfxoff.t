#: DMAR=graphics CMDLINE=igfx_off EXTRA="-device VGA,addr=7"
# A unit for graphics alone stays off, and what is behind it is nobody's.
$ dmesg | grep 'left off'
iommu: unit 0 at 0xfed90000 is not usable: it was left off by boot parameter igfx_off
PCI-DMA: no IOMMU: it was left off by boot parameter igfx_off
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; echo 0:7.0 $p >'#iommu/attach'
echo: #iommu/attach: no usable IOMMU: it was left off by boot parameter igfx_off
$ grep 'translation:' '#iommu/info'
		translation: disabled
$ kill $p
