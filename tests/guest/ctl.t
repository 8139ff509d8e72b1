#: CMDLINE=intremap=off
# Policy at run time: reading gives the commands for the present state, and whatever carries
# an invalidation, what a device has lost it does not reach.
$ cat /sys/vtd/ctl
inv queued 0
gran page
pages 1g
storm 16 1000
trace off
$ echo inv register >/sys/vtd/ctl
$ grep 'invalidations* =' '#iommu/info'
	invalidation = registers
	invalidations = .* (re)
$ modes 0:3.0 guest &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p guest >'#iommu/attach'
? mapped: landed
? after mprotect: blocked
$ echo gran global >/sys/vtd/ctl
...
$ echo inv queued 0 >/sys/vtd/ctl
...
? after munmap: blocked
? modes: done
$ sleep 1
...
$ cat /sys/vtd/check
ok .* (re)
$ echo pages 4k >/sys/vtd/ctl
$ echo storm 1 500 >/sys/vtd/ctl
$ cat /sys/vtd/ctl
inv queued 0
gran global
pages 4k
storm 1 500
trace off
# One fault is a storm now.
$ edu 0:3.0 poke 0x6df084000 &
\[(?P<pid>\d+)\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? DMAR: bus mastering of 00:03.0 is off: more faults than storm in #vtd/ctl allows (pid %{pid} edu)
$ sleep 1
...
# What it does not understand changes nothing.
$ for c in 'inv both' 'inv queued 7' 'gran large' 'pages 3k' 'storm 0 1' 'storm 1' 'trace maybe' 'fast'; do echo $c >/sys/vtd/ctl; done
echo: /sys/vtd/ctl: 'both': want inv queued|register [UNIT]
echo: /sys/vtd/ctl: '7' is not the number of a unit in use
echo: /sys/vtd/ctl: 'large': want gran page|domain|global
echo: /sys/vtd/ctl: '3k': want pages 4k|2m|1g
echo: /sys/vtd/ctl: '0': want storm N MS, N 1 to 64 faults
echo: /sys/vtd/ctl: storm takes N MS
echo: /sys/vtd/ctl: 'maybe': want trace on|off
echo: /sys/vtd/ctl: 'fast': want inv, gran, pages, storm or trace, as reading shows them
$ cat /sys/vtd/ctl
inv queued 0
gran global
pages 4k
storm 1 500
trace off
$ for c in 'gran page' 'pages 1g' 'storm 16 1000'; do echo $c >/sys/vtd/ctl; done
$ cat /sys/vtd/ctl
inv queued 0
gran page
pages 1g
storm 16 1000
trace off
