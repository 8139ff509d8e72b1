#: CMDLINE="kernel=0:3.0,0:1.0,x iommu.default=passthrough"
# Devices of kernel drivers pass through, from boot on; those of processes never do.
$ dmesg | grep boot:
boot: kernel: 'x' is not a device like 0:3.0: ignored
boot: kernel=0:1.0: process 0 is the kernel, which has no driver for 0:1.0
$ grep pass-through '#iommu/info'
	pass-through = devices of kernel drivers, by iommu.default=passthrough
	0:3.0 kernel, unit 0, driver edu pass-through, reset none
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	pid = 0
		device = 0:3.0
$ echo 0:3.0 >'#edu/ktest'
$ grep -c '^ok' '#vtd/check'
1
$ grep -c 'kind pass-through .* name edu' '#vtd/domains'
1
$ echo 0:3.0 stray >'#edu/ktest'
echo: #edu/ktest: 0:3.0: its device reached memory it was not given
# Its addresses mean the same without translation: power off does not stop it.
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
$ echo 0:2.0 0 >'#iommu/attach'
$ grep ^driver '#pci/0:2.0/status'
driver edu, pass-through
$ echo 0:2.0 >'#edu/ktest'
$ echo 0:2.0 >'#iommu/detach'
