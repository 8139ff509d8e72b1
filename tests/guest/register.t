#: CMDLINE=iommu.inv=register VTD=aw-bits=48,caching-mode=on
# Invalidation by registers: what the queue does, without it.
$ grep invalidation '#iommu/info'
...
	invalidation = registers
...
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? armed
$ echo 0:3.0 >'#iommu/detach'
trace: vtd_inv_desc_cc|vtd_context_cache|vtd_reg_write before vtd_
trace: no vtd_inv_qi_enable
? buffer intact
