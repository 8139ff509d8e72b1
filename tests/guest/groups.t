#: EXTRA="-device pcie-pci-bridge,id=pb,addr=8.0 -device edu,bus=pb,addr=1,dma_mask=0xffffffffffffffff -device edu,bus=pb,addr=2,dma_mask=0xffffffffffffffff"
# Behind this bridge all requests carry one id: what sits there goes to one owner or to none.
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; sleep 1000 & q=$!
\[\d+\] (re)
$ ls '#pci'
...
$ b=$(cd '#pci'; for f in [1-9]*:1.0; do echo $f; done); b=${b%:1.0}; echo $b
[1-9] (re)
$ grep ^member "#pci/$b:1.0/status"; grep ^source "#pci/$b:1.0/status"
member 0:8.0 same requester id \d:0.0 behind bridge 0:8.0 \(PCIe to PCI\) (re)
member \d:2.0 same requester id \d:0.0 behind bridge 0:8.0 \(PCIe to PCI\) (re)
source \d:1.0 (re)
source \d:0.0 (re)
$ echo $b:1.0 $p >'#iommu/attach'
$ echo $b:2.0 $q >'#iommu/attach'
echo: #iommu/attach: \d:2.0 is in one group with \d:1.0, owned by pid \d+: .* (re)
$ echo $b:2.0 $p >'#iommu/attach'
$ echo $b:1.0 >'#iommu/detach'
$ echo $b:1.0 $q >'#iommu/attach'
echo: #iommu/attach: \d:1.0 is in one group with \d:2.0, owned by pid \d+: .* (re)
$ echo $b:2.0 >'#iommu/detach'
# The group in one go: all of it or, while one of it is somebody's, nothing.
$ echo -g $b:1.0 $p >'#iommu/attach'
$ grep ^owner "#pci/$b:1.0/status"; grep ^owner "#pci/$b:2.0/status"
owner (?P<p>\d+) (re)
owner %{p}
$ grep ^owner '#pci/0:8.0/status'
owner none
$ echo $b:1.0 >'#iommu/detach'
$ echo -g $b:1.0 $p >'#iommu/attach'
echo: #iommu/attach: \d:2.0 is owned by pid \d+ (re)
$ echo -g $b:1.0 $q >'#iommu/attach'
echo: #iommu/attach: \d:1.0 is in one group with \d:2.0, owned by pid \d+: .* \(attach -g takes a whole group\) (re)
$ grep ^owner "#pci/$b:1.0/status"
owner none
$ echo $b:2.0 >'#iommu/detach'
# And back in one go: all of it, or, as long as one of it is not that owner's, nothing.
$ echo -g $b:1.0 >'#iommu/detach'
echo: #iommu/detach: \d:1.0 is not assigned to any process (re)
$ echo $b:1.0 $p >'#iommu/attach'
$ echo -g $b:1.0 >'#iommu/detach'
echo: #iommu/detach: \d:2.0 is not assigned to any process (re)
$ grep ^owner "#pci/$b:1.0/status"
owner %{p}
$ echo $b:2.0 $p >'#iommu/attach'
$ echo -g $b:2.0 $q >'#iommu/detach'
echo: #iommu/detach: \d:2.0 is owned by pid \d+, not \d+ (re)
$ echo -g $b:2.0 $p >'#iommu/detach'
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
# DMA works under the alias, and only while attached.
$ dmatest $b:1.0 arm &
\[\d+\] (re)
$ echo $b:1.0 $! >'#iommu/attach'
? buffer changed: 4095 bytes
$ echo 0:8.0 $p >'#iommu/attach'
echo: #iommu/attach: 0:8.0 is a bridge: it cannot be attached
$ kill $p $q
