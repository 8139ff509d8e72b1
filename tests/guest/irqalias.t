#: EXTRA="-device pcie-pci-bridge,id=br,addr=6.0 -device edu,bus=br,addr=1 -device i82801b11-bridge,id=old,addr=7.0 -device edu,bus=old,addr=3" VTD=aw-bits=48,caching-mode=on,intremap=on
# Behind bridges a message carries the bridge's id. Its entry names that, or where the
# bridge may pass on others of its secondary bus (PCIe to PCI), the bus.
$ for b in 1 2 3 4; do for d in 1 3; do if test -e "#pci/$b:$d.0"; then echo $b:$d.0; fi; done; done
(?P<new>[1-4]:1.0) (re)
(?P<old>[1-4]:3.0) (re)
$ irqtest %{new} own stay &
\[\d+\] (re)
$ p=$!
$ echo %{new} $p >'#iommu/attach'
? own interrupts 1
trace: vtd_ir_irte_get index \d+ low 0x80(?P<bus>[1-4])0[1-4] high 0x[0-9a-f]{2}0001
$ grep ^entry '#pci/%{new}/status'
entry \d+ source bus %{bus} (re)
$ irqtest %{old} own stay &
\[\d+\] (re)
$ q=$!
$ echo %{old} $q >'#iommu/attach'
? own interrupts 1
trace: vtd_ir_irte_get index \d+ low 0x40038 high 0x[0-9a-f]{2}0001
$ grep ^entry '#pci/%{old}/status'
entry \d+ source 0:7.0 (re)
$ kill $p $q
