#: VTD=aw-bits=48,caching-mode=off
# Devices nobody owns: blocked, no bus master, from boot on, whatever firmware left behind.
$ for f in '#pci'/*; do grep -l 'busmaster on' $f/status; done
$ for f in '#pci'/*; do grep 'state owned' $f/status; done
$ for d in 0:1.0 0:2.0 0:3.0 0:4.0; do grep 'state\|busmaster' "#pci/$d/status"; done
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
$ grep 'state\|busmaster' '#pci/0:4.0/status'
state owned
busmaster off
$ kill $p; sleep 1
$ grep 'state\|busmaster' '#pci/0:4.0/status'
state blocked
busmaster off
