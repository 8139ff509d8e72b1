#: NEEDS=x-flts VTD=aw-bits=48,caching-mode=on,intremap=on,x-scalable-mode=on,x-flts=on CMDLINE=iommu.scalable=on
# Scalable mode on a unit that has first-stage tables alone: a process's own are such tables.
$ dmesg | grep 'DMAR: unit'
DMAR: unit 0 at 0xfed90000: 4 levels, 47 bits, by queue, scalable mode, first stage
$ grep 'translation =' '#iommu/info'
	translation = scalable mode, first stage
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: 4095 bytes .* (re)
# A page above the process's; rights are its own; A and D are set before the unit would.
$ echo 0:3.0 0x400000 r >/sys/vtd/walk; cat /sys/vtd/walk
...
pasid at .* value 0x[0-9a-f]+000:0x[0-9a-f]+:0x49 type first_stage domain \d+ levels 4 table 0x[0-9a-f]+ (re)
level 4 at 0x[0-9a-f]+000 value 0x[0-9a-f]+027 rights rw table .* (re)
level 3 at .* value 0x[0-9a-f]+027 .* (re)
level 2 at .* value 0x[0-9a-f]+027 .* (re)
level 1 at .* value 0x[0-9a-f]+025 rights r page .* (re)
result page address 0x[0-9a-f]+ rights r (re)
$ echo 0:3.0 0x400000 w >/sys/vtd/walk; grep result /sys/vtd/walk
result fault reason 0x85 text 'First level: write is not allowed' recorded yes
$ echo 0:3.0 0x800000000000 r >/sys/vtd/walk; grep result /sys/vtd/walk
result fault reason 0x80 text 'Address is not canonical' recorded yes
$ cat /sys/vtd/check
ok units 1 functions \d+ domains 1 contexts 1 .* (re)
$ kill $p
$ sleep 1
...
# The three modes; where a write-only page is asked for, one sentence.
$ modes 0:3.0 private &
...
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p private >'#iommu/attach'
? DMA memory: landed
? other memory: blocked
? DMAR:[fault reason 113] First level: entry is not present (pid %{pid} modes)
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
$ cat /sys/vtd/check
...
ok units 1 functions \d+ domains 1 contexts 1 .* (re)
? our address: blocked
? after mprotect: blocked
? read-only: blocked
? still read-only: blocked
? map write-only: 'w': first-stage tables have no write-only pages: map it rw
? read-write: landed
? after munmap: blocked
? modes: done
# Memory a process gives up is out of reach when munmap returns.
$ dmatest 0:3.0 free &
...
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? DMAR:\[fault reason 113\] First level: entry is not present .* (re)
$ kill $p
$ sleep 1
...
# A driver in the kernel.
$ echo 0:3.0 0 >'#iommu/attach'
$ echo 0:3.0 >'#edu/ktest'
...
$ echo 0:3.0 stray >'#edu/ktest'
...
? DMAR:\[fault reason 113\] .* \(pid 0 edu\) (re)
$ echo 0:3.0 0 >'#iommu/detach'
...
$ cat /sys/vtd/check
...
ok .* domains 0 contexts 0 .* (re)
