# Every path ends at a prompt from which devices work.
$ echo hello
hello
$ ls /
bin   dev   etc   man   proc  sys   tmp
$ mkdir -p /sys/iommu
$ bind '#iommu' /sys/iommu
$ edu 0:3.0 &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >/sys/iommu/attach
? edu 0:3.0: 4095 bytes out and back at 0x[0-9a-f]+, equal (re)
$ kill $p
