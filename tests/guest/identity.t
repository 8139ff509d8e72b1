#: CMDLINE=iommu.default=passthrough VTD=aw-bits=48,pt=off
# A unit without pass-through: a table in which memory leads to itself, and nothing else is.
$ grep 'pass through:' '#iommu/info'
		pass through: no
$ echo 0:3.0 0 >'#iommu/attach'
$ grep 'driver edu' '#iommu/info'
	0:3.0 kernel, unit 0, driver edu identity, reset none
$ echo 0:3.0 >'#edu/ktest'
$ grep -c '^ok' '#vtd/check'
1
$ grep -c 'kind identity .* name edu' '#vtd/domains'
1
$ echo 0:3.0 stray >'#edu/ktest'
echo: #edu/ktest: 0:3.0: its device reached memory it was not given
$ cat '#edu/status'
device 0:3.0 view identity .* tests 2 failed 1 copies 0 (re)
# RAM by large pages; registers and the addresses of interrupts lead nowhere.
$ echo 0:3.0 0x1000000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
level 2 at .* rights rw page 0x1000000 size 0x200000 (re)
...
$ echo 0:3.0 0xfed90000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
$ echo 0:3.0 0xfee00000 w >/sys/vtd/walk
$ cat /sys/vtd/walk
...
result .* (re)
$ echo 0:3.0 0 >'#iommu/detach'
