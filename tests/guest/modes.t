# What a device sees of its owner is what the mode says: DMA memory only, everything but
# only to read, or what the owner maps.
$ modes 0:3.0 private &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p private >'#iommu/attach'
? DMA memory: landed
? other memory: blocked
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} modes)
? the guard page before: blocked
? DMA memory made later: landed
? DMA memory made read-only: blocked
? DMA memory given back: blocked
? modes: done
$ modes 0:3.0 readonly &
...
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p ro >'#iommu/attach'
? a write: blocked
? a write elsewhere: blocked
? modes: done
$ modes 0:3.0 guest &
...
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p guest >'#iommu/attach'
? nothing mapped: blocked
? mapped: landed
? our address: blocked
? after mprotect: blocked
? map as read-write: 0x[0-9a-f]+ is not memory of process \d+, or not with these rights (re)
? read-only: blocked
? still read-only: blocked
? write-only: landed
? map twice: 0x10000: some of it is mapped already
? after munmap: blocked
? unmap what is gone: 0x10000: nothing of it is mapped
? modes: done
$ sleep 1
...
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
# Who does not own it, or not as guest, cannot map.
$ cat '#pci/0:3.0/map'
cat: #pci/0:3.0/map: 0:3.0 is not assigned to any process
$ echo map 0 0 0 rwx >'#pci/0:3.0/map'
echo: #pci/0:3.0/map: LENGTH '0': want at least one page
$ echo map 0x1000 0x400000 0x10h0 r >'#pci/0:3.0/map'
echo: #pci/0:3.0/map: LENGTH '0x10h0' is not a number: want map IOVA VA LENGTH r|w|rw
$ echo map 0x1000 0x400000 4096 rwx >'#pci/0:3.0/map'
echo: #pci/0:3.0/map: 'rwx' are no rights: want r, w or rw
$ echo 0:3.0 $$ >'#iommu/attach'
$ echo map 0x1000 0x400000 4096 r >'#pci/0:3.0/map'
echo: #pci/0:3.0/map: 0:3.0 is attached shared: its addresses are those of the process
$ echo 0:3.0 >'#iommu/detach'
