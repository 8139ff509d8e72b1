#: CMDLINE=iommu.unit=0:off
# A unit that is left off: the devices behind it cannot be attached and master nothing.
$ dmesg | grep 'left off'
iommu: unit 0 at 0xfed90000 is not usable: it was left off by boot parameter iommu.unit
PCI-DMA: no IOMMU: it was left off by boot parameter iommu.unit
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
echo: #iommu/attach: no usable IOMMU: it was left off by boot parameter iommu.unit
$ echo 0:3.0 0 >'#iommu/attach'
echo: #iommu/attach: no usable IOMMU: it was left off by boot parameter iommu.unit
$ grep ^busmaster '#pci/0:3.0/status'
busmaster off
$ kill $p
