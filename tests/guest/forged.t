#: VTD=aw-bits=48,caching-mode=on,intremap=on FRESH=1
# What a bus master can do with messages it writes itself. A unit blocks them and says so.
# QEMU delivers those in compatibility format (`info` says it is not enforced): then nothing
# comes of it, no vector that is nobody's does harm, not even an exception's, nor does an NMI.
$ irqtest 0:3.0 old 0x60 old 8 old 17 old 0x400 &
\[\d+\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? (interrupt 96 has no owner|DMAR:INTR-REMAP:\[fault reason 37\] Blocked a compat).* (re)
? wrote 0x400 to 0xfee00000
? (cpu 0: 1 unexpected NMI|DMAR:INTR-REMAP:\[fault reason 37\] Blocked a compat).* (re)
# An entry serves while it is there: entry 2 is the first process's.
$ irqtest 0:3.0 own entry 2 count entry 3 entry 255 entry 4095 data 255 count stay &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? own interrupts 1
? then interrupts 2
? no more interrupts
$ s=$(grep strays '#cons/sysinfo')
$ echo 0:3.0 >'#iommu/detach'
# The next owner finds it blocked: no interrupt, neither of the old owner's nor stray.
$ irqtest 0:3.0 data 2 stay &
\[\d+\] (re)
$ q=$!
$ echo 0:3.0 $q >'#iommu/attach'
? wrote 0x2 to 0xfee00018
trace: vtd_ir_remap_msi_req addr 0xfee00018 data 0x2
trace: no vtd_ir_remap index 2
$ sleep 1; test "$s" = "$(grep strays '#cons/sysinfo')" && echo the same
the same
$ kill $p $q
