#: CMDLINE=iommu=first-use
# Units are off until the first attach, which switches them on.
$ head -n 1 '#iommu/power'
IOMMU status: disabled
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: .* equal (re)
$ head -n 1 '#iommu/power'
IOMMU status: enabled
$ kill $p
