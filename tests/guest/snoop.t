#: VTD=aw-bits=48,snoop-control=on
# A unit with snoop control is told in every leaf to snoop; without it the bit is reserved.
$ grep 'snoop control' '#iommu/info'
...
		snoop control: yes
$ edu 0:3.0 &
\[(?P<pid>\d+)\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? edu 0:3.0: 4095 bytes .* (re)
$ echo 0:3.0 0x400000 r >/sys/vtd/walk; cat /sys/vtd/walk
...
level 1 .* 0x[0-9a-f]+8[0-9a-f]5 .* (re)
...
$ echo 0:3.0 >'#iommu/detach'
$ modes 0:3.0 guest & p=$!; echo 0:3.0 $p guest >'#iommu/attach'
...
? mapped: landed
? modes: done
