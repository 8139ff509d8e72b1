# What domains there are, whose and how large; and what was done, by kind.
$ cat /sys/vtd/domains
$ dmatest 0:3.0 touch &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ grep -c . /sys/vtd/domains
1
$ cat /sys/vtd/domains | grep " pid $p "
domain 0:\d+ kind shared ro no pid \d+ name dmatest functions 0:3.0 root 0x[0-9a-f]+ levels 3 width 39 pages 0 quota 0 clean 0 large 0 maps \d+ unmaps \d+ ats off (re)
$ cat /sys/vtd/stats
unit 0 context_global [1-9]\d* context_device \d+ pasid_global \d+ pasid_domain \d+ iotlb_global [1-9]\d* iotlb_domain \d+ iotlb_page \d+ interrupt_global \d+ interrupt_index \d+ device_tlb \d+ write_buffer \d+ waits [1-9]\d* wait_ns \d+ longest_ns \d+ ids [1-9]\d* sources [1-9]\d* interrupts \d+ faults \d+ lost \d+ (re)
domain 0:\d+ pid \d+ maps \d+ unmaps \d+ pages 0 large 0 faults 0 (re)
$ kill $p
$ sleep 1
...
$ cat /sys/vtd/domains
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p guest ro >'#iommu/attach'
$ echo 0:2.0 $p private >'#iommu/attach'
$ cat /sys/vtd/domains
domain 0:\d+ kind private ro no pid \d+ name sleep functions 0:2.0 root 0x[0-9a-f]+ levels 3 width 39 pages [1-9]\d* quota 513 clean \d+ large 0 maps \d+ unmaps 0 ats off (re)
domain 0:\d+ kind guest ro yes pid \d+ name sleep functions 0:3.0 root 0x[0-9a-f]+ levels [34] width \d+ pages 1 quota \d+ clean \d+ large 0 maps 0 unmaps 0 ats off (re)
$ kill $p
$ sleep 1
...
# A fault is the domain's that was blocked.
$ edu 0:3.0 poke 0x6df084000 &
\[(?P<pid>\d+)\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} edu)
? edu 0:3.0: DMA to 0x6df084000 blocked
$ grep -c 'unit 0 .* faults [1-9]' /sys/vtd/stats
1
