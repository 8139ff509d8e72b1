# exec keeps devices: the new program owns what the old one did, and its tables are its own.
$ sh -c 'while ! test -e /tmp/go; do sleep 0; done; exec edu 0:3.0' &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
$ echo >/tmp/go
? edu 0:3.0: 4095 bytes out and back at 0x[0-9a-f]+, equal (re)
$ grep ^state '#pci/0:3.0/status'; grep ^owner '#pci/0:3.0/status'
state owned
owner \d+ (re)
$ kill $p; rm /tmp/go
# fork does not: the child has neither the device nor its memory.
$ sh -c 'while ! test -e /tmp/go; do sleep 0; done; (echo busmaster on >"#pci/0:3.0/ctl"); true' &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'; echo >/tmp/go
? echo: .*0:3.0 is owned by pid \d+ (re)
$ wait; rm /tmp/go
$ cat '#iommu/mappings'
Mappings for iommu@0x00000000fed90000
	<empty>
