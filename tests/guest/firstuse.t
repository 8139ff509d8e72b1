#: CMDLINE=iommu=first-use
# Units are off until the first attach, which switches them on.
$ head -n 1 '#iommu/power'
IOMMU status: disabled
# Interrupts are remapped all the same: that needs no translation.
$ grep 'global status' '#iommu/info'
	global status = 0x0[47]000000 (re)
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: .* equal (re)
$ head -n 1 '#iommu/power'
IOMMU status: enabled
$ kill $p
