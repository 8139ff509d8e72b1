#: VTD=aw-bits=48,caching-mode=off
# Devices nobody owns: blocked, no bus master, from boot on, whatever firmware left behind.
$ st() { grep '^state' "#pci/$1/status"; grep '^busmaster' "#pci/$1/status"; }
$ for f in '#pci'/*; do grep 'busmaster on' $f/status; grep 'state owned' $f/status; done
$ for d in 0:1.0 0:2.0 0:3.0 0:4.0; do st $d; done
state blocked
busmaster off
state blocked
busmaster off
state blocked
busmaster off
state blocked
busmaster off
# Owned is not bus master either, until the driver asks.
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:4.0 $p >'#iommu/attach'
$ st 0:4.0
state owned
busmaster off
$ kill $p; sleep 1
$ st 0:4.0
state blocked
busmaster off
