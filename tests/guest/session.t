# The published session, line by line, with devices and processes that exist here.
$ sleep 1000 &
\[\d+\] (re)
$ a=$!
$ sleep 1000 &
\[\d+\] (re)
$ b=$!
$ mkdir -p /sys/iommu
$ /bin/bind \#iommu /sys/iommu
$ cd /sys/iommu/
$ ls
attach    detach    info      mappings  power
$ echo 0:3.0 1 >attach
$ echo 0:4.0 $a >attach
$ echo 0:1:0 $a >attach
$ echo 0:2.0 $b >attach
$ echo $a $b
(?P<a>\d+) (?P<b>\d+) (re)
$ cat mappings
Mappings for iommu@0x00000000fed90000
	pid = 1
		device = 0:3.0
	pid = %{a}
		device = 0:1.0
		device = 0:4.0
	pid = %{b}
		device = 0:2.0
$ echo 0:2.0 >detach
$ echo 0:1:0 >detach
$ cat mappings
Mappings for iommu@0x00000000fed90000
	pid = 1
		device = 0:3.0
	pid = %{a}
		device = 0:4.0
$ cat info
driver info:
	default did = 1
	status = enabled

iommu@0x00000000fed90000
	rba = 0x00000000fed90000
	supported = yes
	num_assigned_devs = 2
	regspace = 0x00000000fed90000
	host addr width \(dmar\) = (39|48) (re)
	host addr width \(cap\[mgaw\]\) = (39|48) (re)
	version = 0x10
	capabilities = 0x00d2008c22(2f06|2602)[08]6 (re)
		mgaw: (39|48) (re)
		sagaw \(paging level\): 0x[26] (re)
		caching mode: (yes \(1\)|no \(0\)) (re)
		zlr: 0x0
		rwbf: not required
		num domains: 65536
		supports protected high-memory region: no
		supports Protected low-memory region: no
	ext. capabilities = 0x0000000000(f0|00)0f4[2a] (re)
		pass through: yes
		device iotlb: no
		iotlb register offset: 0xf0
		snoop control: no
		coherency: no
		queue invalidation support: yes
		interrupt remapping support: (yes|no) (re)
		extended interrupt mode: 0x0
	global status = 0xc[047]000000 (re)
		translation: enabled
		root table: set
	root entry table = 0x[0-9a-f]{13}000 \(phy\) or 0x0000000000000000 \(vir\) (re)
...
$ cat power
IOMMU status: enabled
Write 'enable' or 'disable' OR 'on' or 'off' to change status
$ echo -n off >power
$ cat power
IOMMU status: disabled
Write 'enable' or 'disable' OR 'on' or 'off' to change status
$ grep status info
	status = disabled
	global status = 0x[04][047]000000 (re)
...
$ echo on >power
$ cat power
IOMMU status: enabled
Write 'enable' or 'disable' OR 'on' or 'off' to change status
$ echo 0:3.0 1 >detach
$ echo 0:4.0 >detach
$ cat mappings
Mappings for iommu@0x00000000fed90000
	<empty>
$ kill $a $b
