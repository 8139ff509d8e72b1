#: CMDLINE=iommu.check=on
# The books and the tables agree after every operation, or the console would say so.
$ dmatest 0:3.0 touch &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ sleep 1000 & q=$!
\[\d+\] (re)
$ echo 0:2.0 $q private >'#iommu/attach'
$ echo off >'#iommu/power'; echo on >'#iommu/power'
$ kill $p $q
$ sleep 1
...
$ modes 0:3.0 guest &
...
\[\d+\] (re)
$ echo 0:3.0 $! guest >'#iommu/attach'
? modes: done
$ sleep 1
...
$ echo 0:3.0 0 >'#iommu/attach'
$ echo 0:3.0 >'#edu/ktest'
$ echo 0:3.0 0 >'#iommu/detach'
$ dmesg | grep iommu.check
$ grep -c '^ok' '#vtd/check'
1
