#: VTD=aw-bits=48,caching-mode=on
# QEMU's own trace is the witness. Attach with caching mode: the new entry is announced.
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
trace: vtd_inv_desc_cc_(device|devices|domain|global) before vtd_inv_desc_iotlb before vtd_inv_desc_wait
# Detach: context cache, then IOTLB with the old id, then the wait.
$ echo 0:3.0 >'#iommu/detach'
trace: vtd_inv_desc_cc_(device|devices|domain|global) before vtd_inv_desc_iotlb before vtd_inv_desc_wait
$ kill $p
# Caching mode: every map of a process that owns a device is followed by an invalidation.
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
trace: vtd_inv_desc_iotlb_(pages|domain) before vtd_inv_desc_wait
? edu 0:3.0: .* equal (re)
$ kill $p
trace: vtd_inv_desc_cc before vtd_inv_desc_iotlb
