#: EXTRA="-device i82801b11-bridge,id=br,addr=6.0 -device edu,bus=br,addr=3,dma_mask=0xffffffffffffffff"
# Behind a conventional bridge requests carry the bridge's own id: the owner of what sits
# there is blamed all the same, stopped and told.
$ b=$(cd '#pci'; for f in [1-9]*:3.0; do echo $f; done); b=${b%:3.0}; echo $b
[1-9] (re)
$ edu $b:3.0 poke 0x6df084000 &
\[\d+\] (re)
$ p=$!; echo $b:3.0 $p fault=stop >'#iommu/attach'
? DMAR:\[DMA Write\] Request device \[00:06.0\] fault addr 6df084000 (re)
? DMAR:\[fault reason 05\] PTE Write access is not set \(pid \d+ edu, device [1-9]:3.0\) (re)
? DMAR: bus mastering of 0[1-9]:03.0 is off: fault=stop \(pid \d+ edu\) (re)
? edu [1-9]:3.0: DMA to 0x6df084000 blocked (re)
$ grep -c "source 0:6.0 device [1-9]:3.0 pid $p name edu access write" '#vtd/faults'
1
