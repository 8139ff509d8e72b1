#: VTD=none DMAR=zero|zero-later|short|long|scope-zero|scope-long|empty|in-ram|at-zero|odd-base|no-unit|wide
# A firmware table that is wrong costs the feature, never the system.
$ echo alive
alive
$ echo 0:3.0 1 >'#iommu/attach'
echo: #iommu/attach: no usable IOMMU: .* (re)
$ head -n 1 '#iommu/power'
IOMMU status: disabled
$ grep state '#pci/0:3.0/status'
state blocked
