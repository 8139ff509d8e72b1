#: VTD=aw-bits=48,caching-mode=on,intremap=on,x-scalable-mode=on CMDLINE=iommu.scalable=on
# Scalable mode, asked for and to be had: the unit says so, and everything else is as ever.
$ dmesg | grep 'DMAR: unit'
DMAR: unit 0 at 0xfed90000: 4 levels, 48 bits, by queue, scalable mode, second stage
$ grep 'translation =' '#iommu/info'
	translation = scalable mode, second stage
# Its queue is the only way to invalidate, whatever else it needs it for.
$ echo inv register >/sys/vtd/ctl
echo: /sys/vtd/ctl: unit 0 stays as it is: it is in scalable mode, which needs the queue
$ cat /sys/vtd/check
ok units 1 functions \d+ domains 0 contexts 0 .* (re)
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: 4095 bytes .* (re)
$ sleep 1000 & q=$!
\[\d+\] (re)
$ echo 0:1.0 $q private >'#iommu/attach'
$ cat /sys/vtd/check
ok units 1 functions \d+ domains 2 contexts 2 .* (re)
# What the unit reads on the way, and what it says when there is nothing.
$ echo 0:3.0 0x400000 r >/sys/vtd/walk; cat /sys/vtd/walk
walk 0:3.0 0x400000 r profile manual
unit 0 source 0:3.0 translation on
root at 0x[0-9a-f]+ value 0x0:0x[0-9a-f]+ table 0x[0-9a-f]+ (re)
context at 0x[0-9a-f]+300 value 0x0:0x[0-9a-f]+ type scalable directory 0x[0-9a-f]+ pasid 0 (re)
directory at 0x[0-9a-f]+000 value 0x[0-9a-f]+001 table 0x[0-9a-f]+ (re)
pasid at 0x[0-9a-f]+000 value 0x0:0x[0-9a-f]+:0x[0-9a-f]+089 type second_stage domain \d+ levels 4 table 0x[0-9a-f]+ (re)
level 4 at .* rights rw table .* (re)
...
result page address 0x[0-9a-f]+ rights r (re)
$ echo 0:3.0 0x6df084000 w >/sys/vtd/walk; grep result /sys/vtd/walk
result fault reason 0x79 text 'Second level: read or write is not allowed' recorded yes
$ echo 0:3.0 0x6df084000 w qemu >/sys/vtd/walk; grep result /sys/vtd/walk
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
$ echo 0:4.0 0 r >/sys/vtd/walk; grep result /sys/vtd/walk
result fault reason 0x41 text 'Scalable mode: context entry is not present' recorded yes
# A device whose context entry lies in the bus's second table.
$ echo 0:1f.2 $q >'#iommu/attach'
$ cat /sys/vtd/check
ok units 1 functions \d+ domains \d+ contexts 3 .* (re)
$ grep -c 'unit 0 .* pasid_global [1-9][0-9]* pasid_domain [1-9]' /sys/vtd/stats
1
$ kill $p $q
$ sleep 1
...
$ cat /sys/vtd/check
ok .* domains 0 contexts 0 .* (re)
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
