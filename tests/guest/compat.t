#: CMDLINE=intremap=off
# Without interrupt remapping everything works as it does, and says so.
$ dmesg | grep DMAR-IR
DMAR-IR: no interrupt remapping: it was switched off by boot parameter intremap=off
$ grep 'global status' '#iommu/info'
	global status = 0xc4000000
$ grep enforced '#iommu/info'
	enforced = DMA by table
	not enforced = interrupts: remapping is off
$ grep 'no interrupt remapping' '#iommu/info'
	no interrupt remapping: it was switched off by boot parameter intremap=off
$ grep -c 'interrupt isolation: no' '#iommu/info'
2
$ irqtest 0:3.0 own &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? own interrupts 1
