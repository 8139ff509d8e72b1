#: CMDLINE=iommu=off
# Off for good, and attach says so.
$ head -n 1 '#iommu/power'
IOMMU status: disabled
$ echo 0:3.0 1 >'#iommu/attach'
echo: #iommu/attach: no usable IOMMU: .*iommu=off.* (re)
$ echo on >'#iommu/power'
echo: #iommu/power: no usable IOMMU: .*iommu=off.* (re)
