# edu raises an interrupt; the read of its owner returns.
$ edu 0:3.0 intr &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? edu 0:3.0: .*interrupt.* (re)
$ kill $p
