#: CMDLINE=bounce=0:2.0,0:3.0
# What a driver's device gets is a copy, in pages that hold nothing else.
$ echo 0:3.0 0 >'#iommu/attach'
$ echo 0:3.0 >'#edu/ktest'
$ cat '#edu/status'
device 0:3.0 view translated bounce on maps 2 bounced 2 tests 1 failed 0 copies 0
$ echo 0:3.0 neighbour >'#edu/ktest'
$ dmatest 0:3.0 ucopy
copied, equal
$ echo 0:3.0 0 >'#iommu/detach'
