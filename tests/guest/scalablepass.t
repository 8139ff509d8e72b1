#: VTD=aw-bits=48,x-scalable-mode=on CMDLINE="iommu.scalable=on kernel=0:3.0 iommu.default=passthrough"
# In scalable mode too the devices of kernel drivers pass, and those of processes do not.
$ grep 'translation =' '#iommu/info'
	translation = scalable mode, second stage
$ grep pass-through '#iommu/info'
	pass-through = devices of kernel drivers, by iommu.default=passthrough
	0:3.0 kernel, unit 0, driver edu pass-through, reset none
$ echo 0:3.0 >'#edu/ktest'
$ grep -c '^ok' '#vtd/check'
1
$ echo off >'#iommu/power'
$ echo 0:3.0 >'#edu/ktest'
$ echo on >'#iommu/power'
$ echo 0:3.0 >'#edu/ktest'
$ echo 0:3.0 0 >'#iommu/detach'
$ edu 0:3.0 poke 0x1000000 &
\[\d+\] (re)
$ p=$!; echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: DMA to 0x1000000 blocked
$ kill $p
...
