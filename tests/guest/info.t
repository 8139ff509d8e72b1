#: VTD=aw-bits=48,intremap=off,caching-mode=on,device-iotlb=on
# The very machine of the published page: the same registers, the same lines.
$ cat '#iommu/info'
driver info:
	default did = 1
	status = enabled

iommu@0x00000000fed90000
	rba = 0x00000000fed90000
	supported = yes
	num_assigned_devs = 0
	regspace = 0x00000000fed90000
	host addr width (dmar) = 48
	host addr width (cap[mgaw]) = 48
	version = 0x10
	capabilities = 0x00d2008c222f0686
		mgaw: 48
		sagaw (paging level): 0x6
		caching mode: yes (1)
		zlr: 0x0
		rwbf: not required
		num domains: 65536
		supports protected high-memory region: no
		supports Protected low-memory region: no
	ext. capabilities = 0x0000000000000f46
		pass through: yes
		device iotlb: yes
		iotlb register offset: 0xf0
		snoop control: no
		coherency: no
		queue invalidation support: yes
		interrupt remapping support: no
		extended interrupt mode: 0x0
	global status = 0xc4000000
		translation: enabled
		root table: set
	root entry table = 0x[0-9a-f]{13}000 \(phy\) or 0x0000000000000000 \(vir\) (re)
...
