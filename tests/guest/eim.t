#: VTD=aw-bits=48,caching-mode=on,intremap=on,eim=on,x-buggy-eim=on
# A unit that could take x2APIC ids: the CPUs' are xAPIC's, so its entries hold those.
$ grep 'extended interrupt mode' '#iommu/info'
		extended interrupt mode: 0x1
$ grep entries '#iommu/info'
	interrupt entries = 1 in use of 256, xapic destinations
$ irqtest 0:3.0 own &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? own interrupts 1
