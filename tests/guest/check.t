# The live tables agree with the books: while nobody owns anything, in each mode, after a
# fault, after a death, and with translation off.
$ cat /sys/vtd/check
ok units 1 functions \d+ domains 0 contexts 0 interrupts \d+ tables 0 pages 0 (re)
$ dmatest 0:3.0 touch &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ sleep 1000 & q=$!
\[\d+\] (re)
$ echo 0:2.0 $q private >'#iommu/attach'
$ cat /sys/vtd/check
ok units 1 functions \d+ domains 2 contexts 2 interrupts \d+ tables [1-9]\d* pages [1-9]\d* (re)
$ echo off >'#iommu/power'
$ cat /sys/vtd/check
ok .* domains 2 .* (re)
$ echo on >'#iommu/power'
$ cat /sys/vtd/check
ok .* domains 2 .* (re)
$ kill $p $q
$ sleep 1
...
$ cat /sys/vtd/check
ok .* domains 0 contexts 0 .* (re)
$ modes 0:3.0 guest &
...
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p guest >'#iommu/attach'
? mapped: landed
$ cat /sys/vtd/check
...
ok .* domains 1 contexts 1 .* tables [1-9]\d* pages [1-9]\d* (re)
...
? modes: done
$ sleep 1
...
$ cat /sys/vtd/check
ok .* domains 0 contexts 0 .* (re)
