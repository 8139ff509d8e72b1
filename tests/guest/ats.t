#: VTD=aw-bits=48,device-iotlb=on CMDLINE="kernel=1:0.0 iommu.ats=1:0.0,0:3.0,0:2.0,0:1e.0" EXTRA="-device pcie-root-port,id=rp,chassis=1,addr=8.0 -device virtio-rng-pci,bus=rp,ats=on,iommu_platform=on,disable-legacy=on"
# A device of a kernel driver translates by itself, where the boot parameter says so and it can.
$ dmesg | grep boot:
boot: iommu.ats=0:3.0: its ATS stays off: it has no ATS capability
boot: iommu.ats=0:2.0: its ATS stays off: it has no ATS capability
boot: iommu.ats=0:1e.0: its ATS stays off: it is not there
$ grep '^ats' '#pci/1:0.0/status'
ats on
$ grep 'address t' '#pci/1:0.0/status'
cap 100 address translation services
$ grep 1:0.0 '#iommu/info'
	1:0.0 kernel, unit 0, driver rng translated, ats on, reset flr
$ grep 1:0.0 /sys/vtd/domains
domain .* pid 0 name rng functions 1:0.0 .* ats on (re)
$ echo 1:0.0 0x1000000 w >/sys/vtd/walk
$ grep context /sys/vtd/walk
context at .* type tables_and_device_tlb domain \d+ levels \d table .* (re)
$ cat '#rng/status'
device 1:0.0 view translated ats on reads 0 bytes 0
# What it may no longer reach it is told, after the unit's own caches were.
$ echo trace on >/sys/vtd/ctl
$ hexdump '#rng/data' | head -n 1
00000000 .* (re)
$ cat '#rng/status'
device 1:0.0 view translated ats on reads [1-9]\d* bytes [1-9]\d* (re)
$ cat /sys/vtd/trace
...
seq \d+ time .* unit 0 descriptor iotlb page did (?P<did>\d+) address (?P<at>0x[0-9a-f]+) am 0 ih . (re)
seq \d+ time .* unit 0 descriptor wait \d+ fence (re)
seq \d+ time .* unit 0 register IQT .* (re)
seq \d+ time .* unit 0 descriptor device source 1:0.0 address %{at} block 0 (re)
seq \d+ time .* unit 0 descriptor wait \d+ fence (re)
...
$ cat /sys/vtd/check
ok .* (re)
$ grep -c 'device_tlb [1-9]' /sys/vtd/stats
1
$ echo off >'#iommu/power'
echo: #iommu/power: 1:0.0: the kernel's driver rng has translated mappings
$ echo inv register >/sys/vtd/ctl
echo: /sys/vtd/ctl: unit 0 stays as it is: a device has a TLB of its own, which needs the queue
# Handed over: emptied, off, and only then is its entry taken away.
$ echo trace off >/sys/vtd/ctl
$ echo trace on >/sys/vtd/ctl
$ echo 1:0.0 0 >'#iommu/detach'
$ cat /sys/vtd/trace
...
seq \d+ time .* unit 0 descriptor device source 1:0.0 address 0x7ffffffffffff000 block 1 (re)
seq \d+ time .* unit 0 descriptor wait \d+ fence (re)
seq \d+ time .* unit 0 register IQT .* (re)
seq \d+ time .* unit 0 entry context 1:0.0 at 0x[0-9a-f]+ low 0x0 (re)
...
$ echo trace off >/sys/vtd/ctl
$ grep '^ats' '#pci/1:0.0/status'
ats off
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 1:0.0 $p >'#iommu/attach'
$ grep '^ats' '#pci/1:0.0/status'
ats off
$ grep context /sys/vtd/walk
context at .* type tables domain \d+ levels \d table .* (re)
$ hexdump '#rng/data'
hexdump: #rng/data: the kernel has no entropy device: attach one to pid 0
$ kill $p
$ sleep 1
...
# And back.
$ echo 1:0.0 0 >'#iommu/attach'
$ grep '^ats' '#pci/1:0.0/status'
ats on
$ hexdump '#rng/data' | head -n 1
00000000 .* (re)
$ cat /sys/vtd/check
ok .* (re)
$ echo 1:0.0 0 >'#iommu/detach'
