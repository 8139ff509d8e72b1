# Every refusal of attach, detach and power says its own reason and changes nothing.
$ mkdir -p /sys/iommu; bind '#iommu' /sys/iommu; cd /sys/iommu
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; sleep 1000 & q=$!
\[\d+\] (re)
$ echo $p $q
(?P<p>\d+) (?P<q>\d+) (re)
$ echo >attach
echo: /sys/iommu/attach: empty command
$ echo 0:3.0 >attach
echo: /sys/iommu/attach: want [-g] B:D.F PID [shared|private|guest] [ro] [fault=log|stop|kill]
$ echo foo $p >attach
echo: /sys/iommu/attach: 'foo' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:3.8 $p >attach
echo: /sys/iommu/attach: '0:3.8' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:20.0 $p >attach
echo: /sys/iommu/attach: '0:20.0' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 100:0.0 $p >attach
echo: /sys/iommu/attach: '100:0.0' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:3.0x $p >attach
echo: /sys/iommu/attach: '0:3.0x' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:3.0 abc >attach
echo: /sys/iommu/attach: 'abc' is not a pid
$ echo 0:3.0 -1 >attach
echo: /sys/iommu/attach: '-1' is not a pid
$ echo 0:3.0 99999999999 >attach
echo: /sys/iommu/attach: '99999999999' is not a pid
$ echo 0:3.0 $p nonsense >attach
echo: /sys/iommu/attach: unknown word 'nonsense': want [-g] B:D.F PID [shared|private|guest] [ro] [fault=log|stop|kill]
$ echo 0:3.0 $p ro shared ro >attach
echo: /sys/iommu/attach: 'ro': the mode, ro and fault= are given once each
$ echo 0:3.0 $p shared shared >attach
echo: /sys/iommu/attach: 'shared': the mode, ro and fault= are given once each
$ echo 0:3.0 $p fault=no >attach
echo: /sys/iommu/attach: fault=no: want fault=log, fault=stop or fault=kill
$ echo 0:9.0 $p >attach
echo: /sys/iommu/attach: no device 0:9.0
$ echo ff:1f.7 $p >attach
echo: /sys/iommu/attach: no device ff:1f.7
$ echo 1:0:3.0 $p >attach
echo: /sys/iommu/attach: no device 1:0:3.0
$ echo 0:0.0 $p >attach
echo: /sys/iommu/attach: 0:0.0 is a host bridge: it cannot be attached
$ echo 0:1f.0 $p >attach
echo: /sys/iommu/attach: 0:1f.0 is a bridge: it cannot be attached
$ echo 0:3.0 99999 >attach
echo: /sys/iommu/attach: no process 99999
$ echo 0:1.0 0 >attach
echo: /sys/iommu/attach: process 0 is the kernel, which has no driver for 0:1.0
$ cat mappings
Mappings for iommu@0x00000000fed90000
	<empty>
# Owned already: by whom, and it stays so.
$ echo 00:03.0 $p >attach
$ echo 0:3.0 $q >attach
echo: /sys/iommu/attach: 0:3.0 is owned by pid %{p}
$ echo 0:3.0 $p >attach
echo: /sys/iommu/attach: 0:3.0 is owned by pid %{p}
$ echo 0:3.0 $q >detach
echo: /sys/iommu/detach: 0:3.0 is owned by pid %{p}, not %{q}
$ echo 0:3.0 $p 1 >detach
echo: /sys/iommu/detach: want [-g] B:D.F [PID]
$ echo >detach
echo: /sys/iommu/detach: empty command
$ echo bar >detach
echo: /sys/iommu/detach: 'bar' is not a device: want B:D.F in hexadecimal, like 0:1f.2
$ echo 0:4.0 >detach
echo: /sys/iommu/detach: 0:4.0 is not assigned to any process
$ echo 0:9.0 >detach
echo: /sys/iommu/detach: no device 0:9.0
$ cat mappings
Mappings for iommu@0x00000000fed90000
	pid = %{p}
		device = 0:3.0
$ echo 0000:00:03.0 $p >detach
$ echo 0:3.0 >detach
echo: /sys/iommu/detach: 0:3.0 is not assigned to any process
# While translation is off.
$ echo off >power
$ echo 0:3.0 $p >attach
echo: /sys/iommu/attach: the IOMMU is off: write on to power first
$ echo on >power
$ echo sometimes >power
echo: /sys/iommu/power: 'sometimes': want enable, disable, on or off
$ echo -n >power
$ cat power
IOMMU status: enabled
...
# Two lines in one write, a very long one, one with a NUL.
$ echo -e '0:3.0\n0:4.0' >detach
...
$ echo 0:3.0 $p aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >attach
echo: /sys/iommu/attach: command too long
$ echo x >mappings
sh: mappings: permission denied
$ echo x >info
sh: info: permission denied
$ echo x >new
sh: new: no files can be made here
$ rm attach
rm: attach: permission denied
# The registers of a device are for its owner alone.
$ cat '#pci/0:3.0/bar0'
cat: #pci/0:3.0/bar0: 0:3.0 is not assigned to any process
$ cat '#pci/0:3.0/intr'
cat: #pci/0:3.0/intr: 0:3.0 is not assigned to any process
$ echo busmaster on >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 0:3.0 is not assigned to any process
$ echo reset >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 0:3.0 is not assigned to any process
$ echo 0:3.0 $p >attach
$ cat '#pci/0:3.0/bar0'
cat: #pci/0:3.0/bar0: 0:3.0 is owned by pid %{p}
$ echo busmaster maybe >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 'maybe': want reset, busmaster on or busmaster off
$ echo reset now >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 'now': want reset, busmaster on or busmaster off
$ echo resett >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 'resett': want reset, busmaster on or busmaster off
$ echo busmaster >'#pci/0:3.0/ctl'
echo: #pci/0:3.0/ctl: 'busmaster': want reset, busmaster on or busmaster off
$ echo 0:3.0 >detach
$ ls '#pci/0:9.0'
ls: #pci/0:9.0: no such file or directory
$ echo x >'#pci/0:3.0/config'
sh: #pci/0:3.0/config: permission denied
# Control files of others.
$ echo frob >'#cons/consctl'
echo: #cons/consctl: 'frob': want rawon, rawoff or fg PGID
$ echo fg me >'#cons/consctl'
echo: #cons/consctl: 'me' is not a process group
$ echo frob >'#cons/sysctl'
echo: #cons/sysctl: 'frob': want poweroff [STATUS] or reboot
$ echo poweroff 256 >'#cons/sysctl'
echo: #cons/sysctl: '256': want a status, 0 to 255
$ echo frob >"/proc/$p/ctl"
echo: /proc/%{p}/ctl: 'frob': want kill or int
$ echo kill now >"/proc/$p/ctl"
echo: /proc/%{p}/ctl: 'now': want kill or int
$ kill $p $q
