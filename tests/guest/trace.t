# What the core does to hardware, in order: an attach, a detach.
$ cat /sys/vtd/trace
$ echo trace on >/sys/vtd/ctl
$ grep trace /sys/vtd/ctl
trace on
$ dmatest 0:3.0 touch &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ echo 0:3.0 $p >'#iommu/detach'
...
$ cat /sys/vtd/trace
...
seq \d+ time \d+\.\d{6} unit 0 entry context 0:3.0 at 0x[0-9a-f]+ high 0x[0-9a-f]+ levels \d did (?P<did>\d+) (re)
seq \d+ time .* unit 0 entry context 0:3.0 at 0x[0-9a-f]+ low 0x[0-9a-f]+ P type 0 table 0x[0-9a-f]+ (re)
...
seq \d+ time .* unit 0 entry context 0:3.0 at 0x[0-9a-f]+ low 0x0 (re)
seq \d+ time .* unit 0 descriptor context device did %{did} source 0:3.0 (re)
seq \d+ time .* unit 0 descriptor wait (?P<n>\d+) fence (re)
seq \d+ time .* unit 0 descriptor iotlb domain did %{did} (re)
seq \d+ time .* unit 0 descriptor wait %{n} fence (re)
seq \d+ time .* unit 0 register IQT 0x[0-9a-f]+ index \d+ (re)
seq \d+ time .* unit 0 entry context 0:3.0 at 0x[0-9a-f]+ high 0x0 (re)
...
# Afresh: a page comes, a fault, the page goes.
$ echo trace off >/sys/vtd/ctl
$ echo trace on >/sys/vtd/ctl
$ cat /sys/vtd/trace
$ modes 0:3.0 guest &
...
$ echo 0:3.0 $! guest >'#iommu/attach'
? modes: done
$ sleep 1
...
$ cat /sys/vtd/trace
...
seq \d+ time .* unit - entry level 1 iova 0x[0-9a-f]+ at 0x[0-9a-f]+ value 0x[0-9a-f]+ rights rw page 0x[0-9a-f]+.* (re)
...
seq \d+ time .* unit 0 fault source 0:3.0 access write address 0x[0-9a-f]+ reason 5 text 'PTE Write access is not set' (re)
seq \d+ time .* unit 0 register FRCD0 0x80000000 F (re)
...
seq \d+ time .* unit - entry level 1 iova 0x[0-9a-f]+ at 0x[0-9a-f]+ value 0x0.* (re)
...
# What is overwritten is counted; off, it sees nothing.
$ i=0; while [ $i -lt 200 ]; do echo off >'#iommu/power'; echo on >'#iommu/power'; i=$((i+1)); done
$ cat /sys/vtd/trace
lost \d+ (re)
seq .* (re)
...
$ echo trace off >/sys/vtd/ctl
$ wc </sys/vtd/trace
\s*1025 .* (re)
$ head -1 /sys/vtd/trace
(?P<lost>lost \d+) (re)
$ echo off >'#iommu/power'
$ echo on >'#iommu/power'
$ head -1 /sys/vtd/trace
%{lost}
$ grep trace /sys/vtd/ctl
trace off
