# Positive control: a transfer that nobody interrupts lands.
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? armed
? buffer changed: 4095 bytes
# Detached in the middle of a transfer: it does not land.
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? armed
$ echo 0:3.0 >'#iommu/detach'
? buffer intact
# Killed in the middle: the old owner's memory, freed and used again, stays as its new
# owner left it.
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? armed
$ kill $!
$ dmatest - canary 128
canary intact
# Nor does the command fire into the next owner's memory, at the same address.
$ dmatest 0:3.0 arm &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? armed
$ echo 0:3.0 >'#iommu/detach'
$ dmatest 0:3.0 next &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? ready
? buffer intact
? buffer intact
# Memory given back while the transfer runs: it does not land in who gets the frame.
$ dmatest 0:3.0 armfree &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? armed
$ dmatest - canary 128 &
\[\d+\] (re)
? DMAR:[DMA Write] Request device [00:03.0] fault addr 200000000
? DMAR:\[fault reason (05|113)\] .* \(pid %{pid} dmatest\) (re)
? canary intact
$ kill $p
# After detach the registers are gone too.
$ dmatest 0:3.0 touch &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ echo 0:3.0 >'#iommu/detach'
? pid %{pid} dmatest: the registers of 0:3.0 are gone: it was taken away \(at 0x[0-9a-f]+\) (re)
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
